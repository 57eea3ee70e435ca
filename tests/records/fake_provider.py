"""An OpenID Connect provider on loopback that says whatever a test wants it to say."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "voltward"
KEY_ID = "one"


class FakeProvider:
    """``claims`` go over the usual ones; None drops one. ``key``: what the token is signed with."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key: Any = rsa.generate_private_key(65537, 2048)
        self.published = self.key.public_key()
        self.algorithm = "RS256"
        self.header: dict[str, Any] = {"kid": KEY_ID}
        self.claims: dict[str, Any] = {}
        self.challenge = ""
        self.raw_token: str | None = None

    def token(self) -> str:
        now = int(time.time())
        usual = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 60,
            "preferred_username": "zhang.san",
        }  # fmt: skip
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers=self.header)

    def answer(self, path: str, given: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if path.startswith("/.well-known/"):
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
            }
        if path == "/keys":
            shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.published))
            return 200, {"keys": [{**shown, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            proof = hashlib.sha256(given["code_verifier"][0].encode()).digest()
            if urlsafe_b64encode(proof).decode().rstrip("=") != self.challenge:
                return 400, {"error": "invalid_grant"}
            token = self.raw_token if self.raw_token is not None else self.token()
            return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return 404, {}


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    provider = FakeProvider()

    class Handler(BaseHTTPRequestHandler):
        def _tell(self, body: bytes) -> None:
            status, said = provider.answer(self.path, parse_qs(body.decode()))
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            self._tell(b"")

        def do_POST(self) -> None:
            self._tell(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *arguments: Any) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
