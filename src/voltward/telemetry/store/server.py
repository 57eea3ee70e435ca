"""The ClickHouse HTTP protocol on loopback in front of the embedded engine."""

import hmac
import json
import threading
import time
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from voltward.telemetry.store.encoding import packed, unpacked
from voltward.telemetry.store.engine import Answer, Engine
from voltward.telemetry.store.errors import (
    ABORTED,
    ATTEMPT_TO_READ_AFTER_EOF,
    AUTHENTICATION_FAILED,
    BAD_ARGUMENTS,
    QUERY_IS_TOO_LARGE,
    StoreError,
)
from voltward.telemetry.store.metrics import StoreMetrics
from voltward.telemetry.store.request import credentials, parsed

LARGEST_BODY = 1 << 30
_TYPES = {
    "json": "application/json; charset=UTF-8",
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8",
}


class StoreServer(ThreadingHTTPServer):
    """One thread per connection; connections are kept open."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, host: str, port: int, engine: Engine, token: str) -> None:
        self.engine = engine
        self.token = token.encode()
        self.metrics = StoreMetrics(engine)
        self.running = 0
        self.closing = False
        self._idle = threading.Condition()
        super().__init__((host, port), StoreHandler)

    def started(self) -> None:
        """Count a query in.

        Raises:
            StoreError: the store is going down; connections that were kept open may still ask.
        """
        with self._idle:
            if self.closing:
                raise StoreError.made(ABORTED, "The store is shutting down")
            self.running += 1

    def finished(self) -> None:
        with self._idle:
            self.running -= 1
            self._idle.notify_all()

    def drain(self, seconds: float) -> bool:
        """Take no more queries and wait for those that run; False: some still do."""
        with self._idle:
            self.closing = True
            return self._idle.wait_for(lambda: self.running == 0, timeout=seconds)


class StoreHandler(BaseHTTPRequestHandler):
    """Requests of one connection, one after the other."""

    server: StoreServer
    protocol_version = "HTTP/1.1"
    server_version = "Voltward-Store"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout: ClassVar[float] = 3600.0
    _open_pages: ClassVar[dict[str, bytes]] = {"/ping": b"Ok.\n", "/replicas_status": b"Ok.\n"}

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in self._open_pages:
            self._send(HTTPStatus.OK, self._open_pages[path], {})
        elif path == "/metrics":
            self._send(HTTPStatus.OK, self.server.metrics.text(), {})
        else:
            self._query()

    def do_POST(self) -> None:
        self._query()

    def do_HEAD(self) -> None:
        self._send(HTTPStatus.OK, b"", {})

    def log_message(self, format: str, *args: Any) -> None:
        """Queries are counted in /metrics, not logged one by one."""

    def _query(self) -> None:
        query_id = ""
        begun = time.perf_counter()
        try:
            body = self._body()
            self.server.started()
        except StoreError as error:
            self._refuse(error, query_id)
            return
        try:
            parameters = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            query_id = parameters.get("query_id") or str(uuid.uuid4())
            self._admit(credentials(self.headers, parameters))
            body = unpacked(body, self.headers.get("Content-Encoding") or "", LARGEST_BODY)
            request = parsed(self.command, urlsplit(self.path).query, self.headers, body)
            answer = self.server.engine.run(request)
            self.server.metrics.done(answer, time.perf_counter() - begun)
            self._answer(answer, request.output_format, query_id, _wants_packing(parameters))
        except StoreError as error:
            self.server.metrics.failed(error)
            self._refuse(error, query_id)
        finally:
            self.server.finished()

    def _admit(self, given: str | None) -> None:
        if given is None or not hmac.compare_digest(given.encode(), self.server.token):
            raise StoreError.made(AUTHENTICATION_FAILED, "Authentication failed: wrong or no token")

    def _answer(self, answer: Answer, output_format: str, query_id: str, pack: bool) -> None:
        headers = {
            "Content-Type": _content_type(output_format),
            "X-ClickHouse-Format": output_format,
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Timezone": "UTC",
            "X-ClickHouse-Server-Display-Name": "voltward-store",
            "X-ClickHouse-Summary": _summary(answer),
        }
        body = answer.body
        accepted = self.headers.get("Accept-Encoding")
        if pack and accepted:
            body, encoding = packed(body, accepted.split(","))
            if encoding:
                headers["Content-Encoding"] = encoding
        self._send(HTTPStatus.OK, body, headers)

    def _refuse(self, error: StoreError, query_id: str) -> None:
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-ClickHouse-Exception-Code": str(error.number),
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Timezone": "UTC",
        }
        if error.number == AUTHENTICATION_FAILED:
            headers["WWW-Authenticate"] = 'Basic realm="Voltward store"'
        self._send(error.status, str(error).encode() + b"\n", headers)

    def _send(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _body(self) -> bytes:
        """The request's body, whether sized or in chunks; a body cut short is an error.

        Raises:
            StoreError: too large, cut short, or not in chunks as it claims.
        """
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            return self._chunks()
        try:
            size = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            size = -1
        if not 0 <= size <= LARGEST_BODY:
            self.close_connection = True
            raise StoreError.made(
                QUERY_IS_TOO_LARGE, f"Body of {size} bytes; at most {LARGEST_BODY}"
            )
        return self._exactly(size)

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            line = self.rfile.readline(1024)
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                self.close_connection = True
                raise StoreError.made(BAD_ARGUMENTS, "Broken chunk length") from None
            if size == 0:
                while self.rfile.readline(65536) not in (b"\r\n", b"\n", b""):
                    pass
                return b"".join(parts)
            total += size
            if size < 0 or total > LARGEST_BODY:
                self.close_connection = True
                raise StoreError.made(QUERY_IS_TOO_LARGE, f"Body of more than {LARGEST_BODY} bytes")
            parts.append(self._exactly(size))
            self.rfile.readline(8)

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            self.close_connection = True
            text = f"Body ended after {len(data)} of {size} bytes"
            raise StoreError.made(ATTEMPT_TO_READ_AFTER_EOF, text)
        return data


def _wants_packing(parameters: dict[str, str]) -> bool:
    return parameters.get("enable_http_compression", "0") not in ("", "0")


def _content_type(output_format: str) -> str:
    name = output_format.lower()
    for start, kind in _TYPES.items():
        if name.startswith(start):
            return kind
    return "application/octet-stream"


def _summary(answer: Answer) -> str:
    """X-ClickHouse-Summary: every count as text, as ClickHouse writes it."""
    counts = {
        "read_rows": answer.read_rows,
        "read_bytes": answer.read_bytes,
        "written_rows": answer.written_rows,
        "written_bytes": answer.written_bytes,
        "total_rows_to_read": "0",
        "result_rows": "0",
        "result_bytes": len(answer.body),
        "elapsed_ns": round(answer.elapsed_s * 1e9),
    }
    return json.dumps({name: str(count) for name, count in counts.items()}, separators=(",", ":"))
