"""What notices need from the installation: a sealing key, allowed hosts, the outbox file, the origin."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.base.vehicle_id import installation_key
from voltward.records.notice_ports import NoticePorts

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random
FORM = b"\x01"  # AES-256-GCM; the purpose is authenticated with the text


class SealingKey:
    """Seals with AES-256-GCM under the key in ``path``, which is made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, purpose: str, text: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORM + nonce + self._cipher().encrypt(nonce, text.encode(), purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> str:
        """
        Raises:
            BadSetting: another key, another purpose, or changed bytes.
        """
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != FORM:
                raise InvalidTag
            return self._cipher().decrypt(nonce, rest, purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise BadSetting(f"{purpose}: not sealed for it with the key in {self._path}") from None

    def _cipher(self) -> AESGCM:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return AESGCM(installation_key(self._path))


@lru_cache(maxsize=4)
def notice_ports_of(settings: Settings) -> NoticePorts:
    return NoticePorts(
        secrets=SealingKey(settings.data / "keys" / "notices.key"),
        hosts=_names(settings.notice_hosts),
        private_hosts=_names(settings.notice_private_hosts),
        outbox=settings.data / "notices" / "outbox.jsonl",
        origin=settings.web_origin or f"http://{settings.web}",
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())
