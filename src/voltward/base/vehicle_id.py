"""The number that stands for a vehicle wherever its VIN may not: docs/decisions/001."""

import hashlib
import hmac
import secrets
from pathlib import Path

from voltward.base.durable import sync_folder, write_durably
from voltward.base.errors import BadSetting

KEY_BYTES = 32


def vehicle_id(vin: str, key: bytes) -> int:
    """A positive 63-bit number, the same for the same VIN and installation key.

    Nobody without the key can go back from the number to the VIN. Two of ten million
    vehicles share a number with probability 5e-6; the office database refuses the second.
    """
    digest = hmac.digest(key, vin.encode("ascii", "replace"), hashlib.sha256)
    return int.from_bytes(digest[:8], "big") >> 1 or 1


def installation_key(path: Path) -> bytes:
    """The key in ``path``, made on first use and readable by its owner only.

    A new one is on disk, name and all, before anything is made with it.

    Raises:
        BadSetting: the file holds something else than a key.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    try:
        write_durably(fresh, secrets.token_bytes(KEY_BYTES))
        path.hardlink_to(fresh)  # whoever links first wins; all others read that key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync_folder(path.parent)
    sync_folder(path.parent.parent)
    return _read(path)


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise BadSetting(
            f"{path}: found {len(key)} bytes, expected a key of {KEY_BYTES}; put the file back from"
            " a backup, and delete it only where nothing was ever made with it: a new key is another"
        )
    return key
