"""Keys of sealed segments. A key is known by an id derived from it, which stands in each file."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voltward.base.errors import BadSetting
from voltward.journal.errors import KeyMissing

KEY_BYTES = 32
KEY_ID_BYTES = 8
NOT_ENCRYPTED = bytes(KEY_ID_BYTES)


def key_id(key: bytes) -> bytes:
    """Eight bytes that name the key and tell nothing of it."""
    return hashlib.sha256(b"voltward journal key" + key).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True)
class KeyRing:
    """``active`` encrypts what is sealed from now on; all of ``keys`` decrypt."""

    active: bytes = NOT_ENCRYPTED
    keys: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(*keys: bytes) -> "KeyRing":
        """A ring whose first key is active; without keys nothing is encrypted."""
        if not keys:
            return KeyRing()
        return KeyRing(key_id(keys[0]), {key_id(key): key for key in keys})

    @staticmethod
    def read(path: Path | None) -> "KeyRing":
        """The ring in a file: 32 raw bytes, or a key of 64 hex digits a line, the newest first.

        To rotate, put a new line on top and keep the old ones as long as their segments live.

        Raises:
            BadSetting: the file holds something else.
        """
        if path is None:
            return KeyRing()
        content = path.read_bytes()
        if len(content) == KEY_BYTES:
            return KeyRing.of(content)
        try:
            keys = [bytes.fromhex(line) for line in content.decode("ascii").split()]
        except ValueError:
            keys = []
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadSetting(
                f"journal_key_file {path}: expected 32 bytes, or lines of 64 hex digits"
            )
        return KeyRing.of(*keys)

    def cipher(self, name: bytes) -> AESGCM:
        """The cipher of the key called ``name``.

        Raises:
            KeyMissing: it is not on the ring.
        """
        key = self.keys.get(name)
        if key is None:
            raise KeyMissing(f"key {name.hex()} is not in the journal's key file")
        return AESGCM(key)
