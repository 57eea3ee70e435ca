"""Every kernel of the room, compiled at install time, so that no process waits for it later."""

from __future__ import annotations

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.findings.catalogue import DETECTORS
from voltward.findings.engine import Engine
from voltward.findings.hazards import c12
from voltward.findings.incoming import Incoming
from voltward.findings.limits import LimitBook
from voltward.findings.rows import values_of
from voltward.frames.frame import pack_header
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc

# Motor, alarms with a fault code, cells and probes of one pack: every list that is looked into.
_ITEMS = (
    bytes((2, 1, 1, 1, 90, 0x4E, 0x20, 0x4E, 0x20, 90, 0, 100, 0x4E, 0x20)),
    bytes((7, 3, 0, 0, 0, 2, 1, 0, 0, 0, 9, 0, 0, 0)),
    bytes((8, 1, 1, 0xFF, 0xFF, 0, 0, 0, 3, 0, 1, 3, 14, 0, 14, 1, 14, 2)),
    bytes((9, 1, 1, 0, 2, 60, 61)),
)
_ROWS = 4


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    c12.near(np.zeros(1), np.zeros(1), 500.0)
    columns = decode(FrameBatch.of([frame_of(second) for second in range(_ROWS)]))
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    engine.take(
        Incoming(
            np.full(_ROWS, 1, np.uint64),
            columns.header.collected_at,
            columns.header.collected_at * 1000,
            np.arange(_ROWS, dtype=np.uint64),
            np.arange(_ROWS, dtype=np.uint64),
            np.zeros(_ROWS, np.int32),
            ("gateway-0",),
            values_of(columns),
        )
    )


def frame_of(second: int) -> bytes:
    """A report with every list that a kernel looks into."""
    unit = bytes((26, 1, 1, 0, 0, second)) + b"".join(_ITEMS)
    data = pack_header(Edition.Y2016, 0x02, 0xFE, "WARMING", len(unit)) + unit
    return data + bytes((bcc(data[2:]),))
