"""Robots and a gateway that check what comes the way the vendors do: address, signature, form of the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "693a91f6-canary-wecom"
TOKEN = "canary-access-token"
SECRET = "SECcanary000secret"
HOOK = "canary-hook-id"


@dataclass
class Vendors:
    """``now_s``: what time the vendors think it is; ``taken``: messages they accepted."""

    now_s: float
    origin: str = ""
    answer: tuple[int, bytes] | None = None
    location: str = ""
    paths: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def judge(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.paths.append(path)
        self.headers.append(headers)
        if self.answer is not None:
            return self.answer
        parts, said = urlsplit(path), json.loads(body)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/cgi-bin/webhook/send":
            return self._wecom(query, said)
        if parts.path == "/robot/send":
            return self._dingtalk(query, said)
        if parts.path.startswith("/open-apis/bot/v2/hook/"):
            return self._feishu(parts.path.rpartition("/")[2], said)
        return self._gateway(headers, body, said)

    def _wecom(self, query: dict[str, str], said: dict[str, Any]) -> tuple[int, bytes]:
        if query.get("key") != KEY:
            return 200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
        if said["msgtype"] != "markdown" or len(said["markdown"]["content"].encode()) > 4096:
            return 200, b'{"errcode": 40058, "errmsg": "invalid content"}'
        return self._take(said, b'{"errcode": 0, "errmsg": "ok"}')

    def _dingtalk(self, query: dict[str, str], said: dict[str, Any]) -> tuple[int, bytes]:
        if query.get("access_token") != TOKEN:
            return 200, b'{"errcode": 300005, "errmsg": "token is not exist"}'
        signed = hmac.new(
            SECRET.encode(), f"{query['timestamp']}\n{SECRET}".encode(), hashlib.sha256
        ).digest()
        fresh = abs(int(query["timestamp"]) / 1000 - self.now_s) < 3600
        if query["sign"] != base64.b64encode(signed).decode() or not fresh:
            return 200, b'{"errcode": 310000, "errmsg": "sign not match"}'
        if said["msgtype"] != "markdown" or not said["markdown"]["title"]:
            return 200, b'{"errcode": 40035, "errmsg": "bad parameter"}'
        return self._take(said, b'{"errcode": 0, "errmsg": "ok"}')

    def _feishu(self, hook: str, said: dict[str, Any]) -> tuple[int, bytes]:
        if hook != HOOK:
            return 400, b'{"code": 19001, "msg": "param invalid: incoming webhook access token"}'
        key = f"{said['timestamp']}\n{SECRET}".encode()
        signed = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        fresh = abs(int(said["timestamp"]) - self.now_s) < 3600
        if said["sign"] != signed or not fresh:
            return 200, b'{"code": 19021, "data": {}, "msg": "sign match fail"}'
        if said["msg_type"] != "post" or not said["content"]["post"]:
            return 200, b'{"code": 9499, "msg": "Bad Request"}'
        return self._take(
            said, b'{"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}'
        )

    def _gateway(
        self, headers: dict[str, str], body: bytes, said: dict[str, Any]
    ) -> tuple[int, bytes]:
        text = headers["X-Voltward-Timestamp"].encode() + b"\n" + body
        signed = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
        if headers["X-Voltward-Signature"] != signed:
            return 403, b'{"message": "signature"}'
        return self._take(said, b'{"message": "queued"}')

    def _take(self, said: dict[str, Any], answer: bytes) -> tuple[int, bytes]:
        self.taken.append(said)
        return 200, answer


@contextmanager
def vendors_running(now_s: float) -> Iterator[Vendors]:
    vendors = Vendors(now_s)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = vendors.judge(self.path, dict(self.headers), body)
            self.send_response(status)
            if vendors.location:
                self.send_header("Location", vendors.location)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        vendors.origin = f"http://127.0.0.1:{server.server_address[1]}"
        yield vendors
        server.shutdown()
        thread.join()
