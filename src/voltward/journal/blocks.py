"""A piece of a sealed file: compressed, encrypted when a key is given, readable by itself.

A block has a head of 40 bytes (magic, number, where its raw bytes belong, lengths, CRC32C of what
is stored, CRC32C of the head), so that it is found even where the table of blocks is damaged.
"""

import struct
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from cryptography.exceptions import InvalidTag

from voltward.journal.crc import crc32c, flipped_bit
from voltward.journal.errors import JournalDamaged
from voltward.journal.keys import NOT_ENCRYPTED, KeyRing
from voltward.journal.types import Bytes, ReadOnlyBytes

HEAD_BYTES = 40
NONCE_PREFIX_BYTES = 8
_MAGIC = 0x4B4C4256  # "VBLK"
_HEAD = struct.Struct("<IIQIIQI")
_CRC = struct.Struct("<I")
_LEVEL = 1  # higher levels cost time and gain next to nothing on frames


@dataclass(frozen=True, slots=True)
class BlockHead:
    """``start``: offset of the raw bytes in the segment; ``stored``: length behind the head.

    ``check``: CRC32C of what is stored; None when the head was lost and the table stands in.
    """

    number: int
    start: int
    length: int
    stored: int
    check: int | None

    def pack(self) -> bytes:
        body = _HEAD.pack(
            _MAGIC, self.number, self.start, self.length, self.stored, 0, self.check or 0
        )
        return body + _CRC.pack(crc32c(body))

    @staticmethod
    def read(data: ReadOnlyBytes) -> "BlockHead | None":
        """The head in 40 bytes; None: it is none, or damaged."""
        if data.size < HEAD_BYTES:
            return None
        raw = data[:HEAD_BYTES].tobytes()
        magic, number, start, length, stored, _, check = _HEAD.unpack(raw[: _HEAD.size])
        if magic != _MAGIC or crc32c(raw[: _HEAD.size]) != _CRC.unpack(raw[_HEAD.size :])[0]:
            return None
        return BlockHead(number, start, length, stored, check)


@dataclass(frozen=True)
class BlockCodec:
    """Turns raw bytes into stored ones and back for one file; ``name`` binds blocks to it."""

    keys: KeyRing
    key: bytes
    nonce_prefix: bytes
    name: str

    def encode(self, number: int, raw: ReadOnlyBytes) -> bytes:
        packed: bytes = pa.Codec("zstd", compression_level=_LEVEL).compress(
            pa.py_buffer(raw), asbytes=True
        )
        if self.key == NOT_ENCRYPTED:
            return packed
        return self.keys.cipher(self.key).encrypt(self._nonce(number), packed, self._aad(number))

    def decode(self, head: BlockHead, stored: ReadOnlyBytes) -> Bytes:
        """The raw bytes.

        Raises:
            JournalDamaged: the stored bytes are not what was written.
            KeyMissing: the ring lacks the key.
        """
        where = f"{self.name} block {head.number}"
        if stored.size != head.stored:
            raise JournalDamaged(f"{where}: {stored.size} bytes, expected {head.stored}")
        if head.check is not None and crc32c(stored) != head.check:
            raise JournalDamaged(f"{where}: checksum")
        packed = stored.tobytes()
        if self.key != NOT_ENCRYPTED:
            cipher = self.keys.cipher(self.key)
            try:
                packed = cipher.decrypt(self._nonce(head.number), packed, self._aad(head.number))
            except InvalidTag:
                raise JournalDamaged(f"{where}: authentication") from None
        try:
            raw = pa.Codec("zstd").decompress(packed, head.length, asbytes=True)
        except OSError as error:
            raise JournalDamaged(f"{where}: {error}") from error
        return np.frombuffer(raw, np.uint8)

    def mended(self, head: BlockHead, stored: ReadOnlyBytes) -> Bytes | None:
        """``stored`` with the one bit turned back that its checksum misses; None: not one bit."""
        if head.check is None or stored.size != head.stored:
            return None
        bit = int(flipped_bit(crc32c(stored) ^ head.check, stored.size))
        if bit < 0:
            return None
        copy = stored.copy()
        copy[bit // 8] ^= 1 << bit % 8
        return copy

    def _nonce(self, number: int) -> bytes:
        return self.nonce_prefix + number.to_bytes(4, "big")

    def _aad(self, number: int) -> bytes:
        return f"{self.name}/{number}".encode()
