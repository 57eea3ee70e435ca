"""The number that stands for a vehicle wherever its VIN may not: docs/decisions/001."""

import hashlib
import hmac
import secrets
from pathlib import Path

KEY_BYTES = 32


def vehicle_id(vin: str, key: bytes) -> int:
    """A positive 63-bit number, the same for the same VIN and installation key.

    Nobody without the key can go back from the number to the VIN. Two of ten million
    vehicles share a number with probability 5e-6; the office database refuses the second.
    """
    digest = hmac.digest(key, vin.encode("ascii", "replace"), hashlib.sha256)
    return int.from_bytes(digest[:8], "big") >> 1 or 1


def installation_key(path: Path) -> bytes:
    """The key in ``path``, made on first use and readable by its owner only."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(secrets.token_bytes(KEY_BYTES))
    try:
        path.hardlink_to(fresh)  # whoever links first wins; all others read that key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
