"""Whom the watchdog pages: a file that the office writes, so that it needs no database when it matters."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voltward.base.errors import BadSetting
from voltward.base.vehicle_id import installation_key

VERSION = 1
_NONCE_BYTES = 12
ROBOTS = ("wecom", "dingtalk", "feishu")
TELEPHONES = ("sms", "voice")


@dataclass(frozen=True, slots=True)
class Way:
    """A channel of a maker: ``kind`` of ``ROBOTS`` or ``TELEPHONES``, its settings, its secrets in the clear."""

    kind: str
    name: str
    settings: dict[str, str]
    secrets: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contacts:
    """``phones``: in the order they are called. ``hosts``: reached by TLS only; ``private_hosts``: in the house."""

    ways: tuple[Way, ...] = ()
    phones: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    origin: str = ""


def contacts_bytes(contacts: Contacts) -> bytes:
    return json.dumps({"v": VERSION, **asdict(contacts)}, ensure_ascii=False).encode()


def write_contacts(path: Path, contacts: Contacts) -> None:
    """Replace the file; it holds keys and numbers, so it is sealed, and nobody but its owner reads it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(_key(path)).encrypt(nonce, contacts_bytes(contacts), None)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_contacts(path: Path) -> Contacts:
    """Nobody, where there is no file yet or none that can be read: pages then go to the file only."""
    try:
        sealed = path.read_bytes()
        opened = AESGCM(_key(path)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        body = json.loads(opened)
        if body.pop("v") != VERSION:
            return Contacts()
        return Contacts(
            ways=tuple(Way(**one) for one in body["ways"]),
            phones=tuple(body["phones"]),
            hosts=tuple(body["hosts"]),
            private_hosts=tuple(body["private_hosts"]),
            origin=body["origin"],
        )
    except (OSError, ValueError, KeyError, TypeError, InvalidTag, BadSetting):
        return Contacts()


def _key(path: Path) -> bytes:
    """DATA/secrets/watchdog.key, for DATA/snapshots/...: a copy of the snapshots alone tells nothing."""
    return installation_key(path.parent.parent / "secrets" / "watchdog.key")
