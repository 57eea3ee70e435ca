"""How this installation keeps its audit chain: values and the signing key, handed in by entry/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from voltward.base.errors import BadSetting
from voltward.records.audit_checkpoints import key_id


@dataclass(frozen=True)
class Keeping:
    """``folders``: where checkpoints go, the installation's own first. ``seed`` reads or makes the key.

    A checkpoint is due ``every_s`` seconds after the last, or ``every_rows`` seals after it.
    """

    algorithm: str
    folders: tuple[Path, ...]
    every_s: float
    every_rows: int
    seed: Callable[[], bytes]

    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed())

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """The installation's own public key by its id."""
        public = self.signer().public_key()
        return {key_id(public): public}


def _none() -> Keeping:
    raise BadSetting("how the audit chain is kept was not handed in")


_source: list[Callable[[], Keeping]] = [_none]


def hand_in_keeping(source: Callable[[], Keeping]) -> None:
    """``source`` is asked each time, so that a changed data folder is followed."""
    _source[0] = source


def keeping() -> Keeping:
    return _source[0]()
