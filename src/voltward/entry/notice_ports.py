"""What notices need from the installation: a sealing key, allowed hosts, the outbox file, the origin."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.base.vehicle_id import installation_key
from voltward.records.notice_ports import NoticePorts
from voltward.records.protection import ciphers


class SealingKey:
    """Seals with AES-256-GCM under the key in ``path``, which is made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, purpose: str, text: str) -> bytes:
        return ciphers.seal(ciphers.AES_256_GCM, self._key(), text.encode(), purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> str:
        """
        Raises:
            BadSetting: another key, another purpose, or changed bytes.
        """
        try:
            return ciphers.unseal(self._key(), sealed, purpose.encode()).decode()
        except ciphers.Unreadable as error:
            raise BadSetting(
                f"{purpose}: not sealed for it with the key in {self._path}"
            ) from error

    def _key(self) -> bytes:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return installation_key(self._path)


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
