"""Sealed segments: the records of a finished log in compressed, independently readable blocks.

File: the header twice, the blocks, the table of blocks. Offsets, and so
positions, stay those of the log.
"""

import struct
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voltward.journal.blocks import HEAD_BYTES, BlockCodec, BlockHead
from voltward.journal.crc import crc32c
from voltward.journal.errors import JournalDamaged
from voltward.journal.files import Files, read_around_faults
from voltward.journal.format import HEADER_BYTES, SegmentHeader, packed_twice, whole_copies
from voltward.journal.keys import KeyRing
from voltward.journal.types import Bytes, ReadOnlyBytes

VERSION = 1
MAGIC = b"VOLTSEAL"
TABLE = np.dtype([("at", "<u8"), ("start", "<u8"), ("length", "<u4"), ("stored", "<u4")])
_KEPT_BLOCKS = 4
# magic, version, header bytes, blocks, segment, created ns, salt, CRC of the table,
# previous + 1, its end, stream, then: end, table at, records, first ns, last ns, sealed ns,
# key id, nonce prefix
_LAYOUT = struct.Struct("<8sHHIQqIIQQ64sQQQqqq8s8s")


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """``log``: the header the log had; ``end``: offset behind its last record.

    ``first_ns``, ``last_ns``: least and greatest receive time; both 0 without records.
    """

    log: SegmentHeader
    end: int
    blocks: int
    table_at: int
    table_check: int
    records: int
    first_ns: int
    last_ns: int
    sealed_ns: int
    key: bytes
    nonce_prefix: bytes

    def pack(self) -> Bytes:
        """(HEADER_BYTES,): the header, twice."""
        log = self.log
        return packed_twice(
            _LAYOUT.pack(
                MAGIC,
                VERSION,
                HEADER_BYTES,
                self.blocks,
                log.segment,
                log.created_ns,
                log.salt,
                self.table_check,
                0 if log.previous is None else log.previous + 1,
                log.previous_end,
                log.stream.encode("ascii"),
                self.end,
                self.table_at,
                self.records,
                self.first_ns,
                self.last_ns,
                self.sealed_ns,
                self.key,
                self.nonce_prefix,
            )
        )

    @staticmethod
    def read(data: ReadOnlyBytes) -> "SealedHeader | None":
        """The header from whichever copy is whole; None: neither is."""
        for copy in whole_copies(data, MAGIC):
            fields = _LAYOUT.unpack(copy[: _LAYOUT.size])
            _, version, length, blocks, number, created_ns, salt, table_check = fields[:8]
            previous, previous_end, stream, end, table_at = fields[8:13]
            if (version, length) == (VERSION, HEADER_BYTES):
                name = stream.rstrip(b"\0").decode("ascii")
                before = previous - 1 if previous else None
                log = SegmentHeader(name, number, created_ns, salt, before, previous_end)
                return SealedHeader(log, end, blocks, table_at, table_check, *fields[13:])
        return None

    def codec(self, keys: KeyRing) -> BlockCodec:
        name = f"{self.log.stream}/{self.log.segment}"
        return BlockCodec(keys, self.key, self.nonce_prefix, name)


class SealedSegment:
    """Reads a ``.sealed`` file as if it were the log. Blocks that cannot be read are zeros.

    ``faults``: what was found damaged so far, mended or not, in words.

    Raises (on reading):
        KeyMissing: the ring lacks the key.
    """

    def __init__(self, files: Files, path: str, keys: KeyRing) -> None:
        self.number = int(path.rsplit("/", 1)[-1].split(".")[0])
        self.faults: list[str] = []
        self._files = files
        self._handle = files.open(path)
        self._recent: OrderedDict[int, Bytes] = OrderedDict()
        try:
            head = self._read(0, HEADER_BYTES)
            self.sealed = SealedHeader.read(head)
            if len(whole_copies(head, MAGIC)) < 2:
                self.faults.append("header")
            self.header = self.sealed.log if self.sealed is not None else None
            self._codec = self.sealed.codec(keys) if self.sealed is not None else None
            self.table = self._table()
        except BaseException:
            files.close(self._handle)
            raise
        self._starts = [int(start) for start in self.table["start"]]

    def size(self) -> int:
        return self.sealed.end if self.sealed is not None else HEADER_BYTES

    def read(self, start: int, stop: int) -> Bytes:
        stop = min(stop, self.size())
        out = np.zeros(max(0, stop - start), np.uint8)
        place = max(0, bisect_right(self._starts, start) - 1)
        while place < len(self._starts) and self._starts[place] < stop:
            first = self._starts[place]
            raw = self._block(place)
            low, high = max(start, first), min(stop, first + raw.size)
            if low < high:
                out[low - start : high - start] = raw[low - first : high - first]
            place += 1
        return out

    def close(self) -> None:
        self._files.close(self._handle)

    def _read(self, offset: int, length: int) -> Bytes:
        return read_around_faults(self._files, self._handle, offset, length)[0]

    def _block(self, place: int) -> Bytes:
        """The raw bytes of a block; none when it is damaged."""
        if place in self._recent:
            self._recent.move_to_end(place)
            return self._recent[place]
        try:
            raw = self._decoded(place)
        except JournalDamaged as error:
            self.faults.append(str(error))
            raw = np.empty(0, np.uint8)
        self._recent[place] = raw
        if len(self._recent) > _KEPT_BLOCKS:
            self._recent.popitem(last=False)
        return raw

    def _decoded(self, place: int) -> Bytes:
        """The raw bytes of a block, though its head be lost or one of its bits turned.

        What is mended so is proven by the records' own checksums, and by the key if there is one.
        """
        row = self.table[place]
        if self._codec is None:
            raise JournalDamaged(f"segment {self.number}: header")
        stored = self._read(int(row["at"]), HEAD_BYTES + int(row["stored"]))
        head = BlockHead.read(stored)
        if head is None or head.start != row["start"]:
            self.faults.append(f"segment {self.number} block {place}: head")
            length, stored_bytes = int(row["length"]), int(row["stored"])
            head = BlockHead(place, int(row["start"]), length, stored_bytes, None)
        try:
            return self._codec.decode(head, stored[HEAD_BYTES:])
        except JournalDamaged:
            mended = self._codec.mended(head, stored[HEAD_BYTES:])
            if mended is None:
                raise
            raw = self._codec.decode(head, mended)
            self.faults.append(f"segment {self.number} block {place}: one bit was turned")
            return raw

    def _table(self) -> npt.NDArray[np.void]:
        """The table of blocks; put together from the blocks' own heads where it is damaged."""
        if self.sealed is None:
            return np.empty(0, TABLE)
        length = self.sealed.blocks * TABLE.itemsize
        stored = self._read(self.sealed.table_at, length)
        if stored.size == length and crc32c(stored) == self.sealed.table_check:
            return stored.view(TABLE)
        self.faults.append("table of blocks")
        return self._table_from_heads(self.sealed.table_at)

    def _table_from_heads(self, end: int) -> npt.NDArray[np.void]:
        rows = []
        at = HEADER_BYTES
        data: ReadOnlyBytes = self._read(0, end)
        while at + HEAD_BYTES <= data.size:
            head = BlockHead.read(data[at : at + HEAD_BYTES])
            if head is None:
                at += 1
                continue
            rows.append((at, head.start, head.length, head.stored))
            at += HEAD_BYTES + head.stored
        return np.array(rows, TABLE)
