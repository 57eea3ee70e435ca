"""Segment files: their names and their headers.

``STREAM/000000000003.log`` is a live or finished segment, ``.sealed`` a compressed one,
``.index`` its index. The header stands twice, in pages of their own, so that no single damaged
page takes the salt with it, without which no record of the segment could be checked.
"""

import re
import struct
from dataclasses import dataclass

import numpy as np

from voltward.journal.crc import crc32c
from voltward.journal.position import SEGMENT_DIGITS
from voltward.journal.types import Bytes, ReadOnlyBytes

VERSION = 1
COPY_BYTES = 4096  # a page: what a bad place of a disk takes with it
HEADER_BYTES = 2 * COPY_BYTES
LOG_MAGIC = b"VOLTJRNL"

# Kinds of records; 5 and above are free for streams other than the gateway's.
FRAME, NOISE, EVENT, REFUSED = 1, 2, 3, 4

# magic, version, header bytes, zero, segment, created ns, salt, zero,
# previous segment + 1, its end, stream
_LAYOUT = struct.Struct("<8sHHIQqIIQQ64s")
_CRC = struct.Struct("<I")
_NAME = re.compile(rf"(\d{{{SEGMENT_DIGITS}}})\.(log|sealed)")


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What a segment says of itself. ``previous_end``: where the segment before it ends."""

    stream: str
    segment: int
    created_ns: int
    salt: int
    previous: int | None = None
    previous_end: int = 0

    def pack(self) -> Bytes:
        """(HEADER_BYTES,): the header, twice."""
        return packed_twice(
            _LAYOUT.pack(
                LOG_MAGIC,
                VERSION,
                HEADER_BYTES,
                0,
                self.segment,
                self.created_ns,
                self.salt,
                0,
                0 if self.previous is None else self.previous + 1,
                self.previous_end,
                self.stream.encode("ascii"),
            )
        )

    @staticmethod
    def read(data: ReadOnlyBytes) -> "SegmentHeader | None":
        """The header from whichever copy is whole; None: neither is."""
        for copy in whole_copies(data, LOG_MAGIC):
            _, version, length, _, number, created_ns, salt, _, previous, end, stream = (
                _LAYOUT.unpack(copy[: _LAYOUT.size])
            )
            if (version, length) == (VERSION, HEADER_BYTES):
                name = stream.rstrip(b"\0").decode("ascii")
                before = previous - 1 if previous else None
                return SegmentHeader(name, number, created_ns, salt, before, end)
        return None


def packed_twice(body: bytes) -> Bytes:
    """(HEADER_BYTES,): two copies of ``body``, each with its CRC32C, in a page of its own."""
    copy = np.zeros(COPY_BYTES, np.uint8)
    copy[: len(body)] = np.frombuffer(body, np.uint8)
    copy[-4:] = np.frombuffer(_CRC.pack(crc32c(copy[:-4])), np.uint8)
    return np.concatenate([copy, copy])


def whole_copies(data: ReadOnlyBytes, magic: bytes) -> list[bytes]:
    """Those of a header's two copies that check and begin with ``magic``."""
    raw = data[:HEADER_BYTES].tobytes()
    copies = (raw[:COPY_BYTES], raw[COPY_BYTES:])
    return [
        copy
        for copy in copies
        if len(copy) == COPY_BYTES
        and copy.startswith(magic)
        and _CRC.unpack(copy[-4:])[0] == crc32c(copy[:-4])
    ]


def log_name(segment: int) -> str:
    return f"{segment:0{SEGMENT_DIGITS}}.log"


def sealed_name(segment: int) -> str:
    return f"{segment:0{SEGMENT_DIGITS}}.sealed"


def index_name(segment: int) -> str:
    return f"{segment:0{SEGMENT_DIGITS}}.index"


def segments_in(names: list[str]) -> dict[int, str]:
    """Segment number to file name, ascending. The log counts where both forms exist:

    a seal that was interrupted before the log was removed changes nothing for readers.
    """
    found: dict[int, str] = {}
    for name in sorted(names):  # "log" sorts before "sealed"
        match = _NAME.fullmatch(name)
        if match is not None:
            found.setdefault(int(match[1]), name)
    return dict(sorted(found.items()))
