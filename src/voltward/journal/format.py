"""Segment files: their names and their headers.

``STREAM/000000000003.log`` is a live or finished segment, ``.sealed`` a compressed one,
``.index`` its index. The header stands twice, in sectors of their own, so that no single damaged
sector takes the salt with it, without which no record of the segment could be checked.
"""

import re
import struct
from dataclasses import dataclass

import numpy as np

from voltward.journal.crc import crc32c
from voltward.journal.position import SEGMENT_DIGITS
from voltward.journal.types import Bytes, ReadOnlyBytes

VERSION = 1
COPY_BYTES = 512
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
        copy = np.zeros(COPY_BYTES, np.uint8)
        body = _LAYOUT.pack(
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
        copy[: len(body)] = np.frombuffer(body, np.uint8)
        copy[-4:] = np.frombuffer(_CRC.pack(crc32c(copy[:-4])), np.uint8)
        return np.concatenate([copy, copy])

    @staticmethod
    def read(data: ReadOnlyBytes) -> "SegmentHeader | None":
        """The header from whichever copy is whole; None: neither is."""
        for start in (0, COPY_BYTES):
            header = _read_copy(data[start : start + COPY_BYTES])
            if header is not None:
                return header
        return None

    @staticmethod
    def whole_copies(data: ReadOnlyBytes) -> int:
        """How many of the two copies check."""
        starts = (0, COPY_BYTES)
        return sum(_read_copy(data[start : start + COPY_BYTES]) is not None for start in starts)


def _read_copy(copy: ReadOnlyBytes) -> SegmentHeader | None:
    if copy.size < COPY_BYTES or _CRC.unpack(copy[-4:].tobytes())[0] != crc32c(copy[:-4]):
        return None
    fields = _LAYOUT.unpack(copy[: _LAYOUT.size].tobytes())
    magic, version, length, _, segment, created_ns, salt, _, previous, previous_end, stream = fields
    if magic != LOG_MAGIC or version != VERSION or length != HEADER_BYTES:
        return None
    return SegmentHeader(
        stream=stream.rstrip(b"\0").decode("ascii"),
        segment=segment,
        created_ns=created_ns,
        salt=salt,
        previous=previous - 1 if previous else None,
        previous_end=previous_end,
    )


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
