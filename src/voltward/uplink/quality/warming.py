"""Every kernel of quality/, compiled at install time, so that no process waits for it later."""

from __future__ import annotations

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.findings.warming import frame_of
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.rows import LOGIN, Reports, Sessions, quality_values

_ROWS = 4


def warm() -> None:
    """Compile the kernels, or load them from the cache."""
    columns = decode(FrameBatch.of([frame_of(second) for second in range(_ROWS)]))
    times, vehicles = columns.header.collected_at, np.full(_ROWS, 1, np.uint64)
    hashes = np.arange(_ROWS, dtype=np.uint64)
    engine = QualityEngine()
    engine.take(Reports(vehicles, times, times * 1000, hashes, quality_values(columns)))
    command, sequence = np.full(_ROWS, LOGIN, np.uint8), np.arange(_ROWS, dtype=np.uint16)
    engine.take_sessions(Sessions(vehicles, times, times * 1000, command, sequence))
