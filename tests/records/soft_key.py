"""A passkey in software: makes and proves credentials as a browser with an authenticator does."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


class SoftKey:
    """One key pair for one site."""

    def __init__(self, credential_id: bytes = b"", origin: str = "http://localhost") -> None:
        self.credential_id = credential_id or secrets.token_bytes(16)
        self._origin = origin
        self._key = ec.generate_private_key(ec.SECP256R1())

    def created(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = options["publicKey"]
        public = cbor.encode(ES256.from_cryptography_key(self._key.public_key()))
        place = b"\0" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(asked["rp"]["id"], 0x45) + place + public
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def proved(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = options["publicKey"]
        data = self._data(asked["rpId"], 0x05)
        client = self._client("webauthn.get", asked["challenge"])
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signed)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self._origin, "crossOrigin": False}
        return json.dumps(said).encode()

    @staticmethod
    def _data(site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + b"\0\0\0\1"

    def _answer(self, **parts: bytes) -> dict[str, Any]:
        return {
            "id": _text(self.credential_id),
            "rawId": _text(self.credential_id),
            "type": "public-key",
            "response": {name: _text(part) for name, part in parts.items()},
            "clientExtensionResults": {},
        }
