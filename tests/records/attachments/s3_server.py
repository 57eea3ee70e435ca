"""A small S3: objects in memory, every signature checked (AWS Signature Version 4), faults on demand."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS, SECRET, REGION, BUCKET = "AKIDVOLTWARD", "s3cret/of+tests", "cn-north-1", "attachments"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_FOUND = "<Contents><Key>{}</Key><Size>{}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"


def signature(
    method: str, path: str, query: str, headers: Mapping[str, str], signed: str, payload: str,
    *, date: str, region: str, secret: str,
) -> str:  # fmt: skip
    """Of one request as the S3 API reference computes it; ``payload``: its hash or marker."""
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    names = signed.split(";")
    canonical = "\n".join(
        [
            method,
            quote(unquote(path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{' '.join(headers[name].split())}" for name in names),
            "",
            signed,
            payload,
        ]
    )
    scope = f"{date}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    key = f"AWS4{secret}".encode()
    for part in (date, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


class S3Server(ThreadingHTTPServer):
    """``objects`` by key; ``fault``: what the next requests of a method are answered with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.faults: dict[str, tuple[int, str]] = {}
        self.refused: list[str] = []
        self.methods: list[str] = []
        self.largest_body = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def log_message(self, *_arguments: Any) -> None:
        pass

    def answer(self) -> None:
        body = self._body()
        self.server.methods.append(self.command)
        self.server.largest_body = max(self.server.largest_body, len(body))
        if why := self._unsigned(body):
            self.server.refused.append(why)
            self._error(403, "SignatureDoesNotMatch")
        elif fault := self.server.faults.get(self.command):
            self._error(*fault)
        elif unquote(self.address.path).split("/")[1] != BUCKET:
            self._error(404, "NoSuchBucket")
        else:
            getattr(self, f"_{self.command.lower()}")(self._plain(body))

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815 - the framework's names

    @property
    def address(self) -> Any:
        return urlsplit(self.path)

    @property
    def key(self) -> str:
        return unquote(self.address.path).removeprefix(f"/{BUCKET}").lstrip("/")

    @property
    def asked(self) -> dict[str, str]:
        return dict(parse_qsl(self.address.query, keep_blank_values=True))

    # ---- who asks, and what came

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _unsigned(self, body: bytes) -> str:
        """Why the request is not let in; empty: its signature is right."""
        named = _AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        payload = self.headers.get("x-amz-content-sha256", "")
        if named is None or named[1] != ACCESS or named[3] != REGION:
            return "credential"
        if re.fullmatch("[0-9a-f]{64}", payload) and hashlib.sha256(body).hexdigest() != payload:
            return "payload"
        headers = {name.lower(): value for name, value in self.headers.items()}
        made = signature(
            self.command, self.address.path, self.address.query, headers, named[4], payload,
            date=named[2], region=REGION, secret=SECRET,
        )  # fmt: skip
        return "" if hmac.compare_digest(made, named[5]) else "signature"

    def _plain(self, body: bytes) -> bytes:
        """Without the frames of ``aws-chunked``."""
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return body
        plain = b""
        while body:
            line, _, body = body.partition(b"\r\n")
            size = int(line.partition(b";")[0], 16)
            if size == 0:
                break
            plain, body = plain + body[:size], body[size + 2 :]
        return plain

    # ---- what S3 does

    def _put(self, body: bytes) -> None:
        asked = self.asked
        if "partNumber" in asked:
            self.server.uploads[asked["uploadId"]][int(asked["partNumber"])] = body
        else:
            self.server.objects[self.key] = body
        self._send(200, b"", ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')

    def _post(self, body: bytes) -> None:
        asked = self.asked
        if "uploads" in asked:
            name = f"upload-{len(self.server.uploads)}"
            self.server.uploads[name] = {}
            self._xml("InitiateMultipartUploadResult", f"<UploadId>{name}</UploadId>")
        elif "delete" in asked:
            for key in re.findall(rb"<Key>(.*?)</Key>", body):
                self.server.objects.pop(key.decode(), None)
            self._xml("DeleteResult", "")
        else:
            parts = self.server.uploads.pop(asked["uploadId"])
            self.server.objects[self.key] = b"".join(parts[number] for number in sorted(parts))
            self._xml("CompleteMultipartUploadResult", f"<Key>{escape(self.key)}</Key>")

    def _get(self, _body: bytes) -> None:
        if "list-type" in self.asked:
            begins = self.asked.get("prefix", "")
            found = {
                key: body for key, body in self.server.objects.items() if key.startswith(begins)
            }
            rows = "".join(_FOUND.format(escape(key), len(found[key])) for key in sorted(found))
            self._xml(
                "ListBucketResult",
                f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{rows}",
            )
        elif self.key not in self.server.objects:
            self._error(404, "NoSuchKey")
        else:
            self._ranged(self.server.objects[self.key])

    def _ranged(self, body: bytes) -> None:
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if span is None:
            self._send(200, body)
            return
        first, last = int(span[1]), min(int(span[2] or len(body) - 1), len(body) - 1)
        self._send(
            206, body[first : last + 1], **{"Content-Range": f"bytes {first}-{last}/{len(body)}"}
        )

    def _head(self, _body: bytes) -> None:
        if self.key in self.server.objects or not self.key:
            self._send(200, self.server.objects.get(self.key, b""))
        else:
            self._error(404, "NoSuchKey")

    def _delete(self, _body: bytes) -> None:
        if "uploadId" in self.asked:
            self.server.uploads.pop(self.asked["uploadId"], None)
        else:
            self.server.objects.pop(self.key, None)
        self._send(204, b"")

    def _xml(self, name: str, inside: str) -> None:
        text = f'<?xml version="1.0"?><{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</{name}>'
        self._send(200, text.encode(), **{"Content-Type": "application/xml"})

    def _error(self, status: int, code: str) -> None:
        text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
        self._send(status, text.encode(), **{"Content-Type": "application/xml"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
