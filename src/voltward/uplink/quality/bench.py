"""``voltward bench quality``: reports a second that one core counts.

The fleet of ``findings/bench.py``. Decoding is measured apart: it is that of every follower.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.columns.columns import Columns
from voltward.columns.decode import decode
from voltward.findings.bench import BATCH, CELLS, fleet_frames
from voltward.uplink.quality.catalogue import CLASSES
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.rows import Reports, quality_values

TARGET_PER_S: Final = 200_000.0


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """Reports a second of processor time. ``counting``: the kernels; ``whole``: lists made into
    numbers, counting, days as records; ``with_decoding``: from the frame on."""

    rows: int
    vehicles: int
    classes: int
    counting_per_s: float
    whole_per_s: float
    with_decoding_per_s: float
    each_us: dict[str, float]


def measure(vehicles: int = 1000, rows: int = 100_000, seed: int = 1) -> QualityFigures:
    """One run; the first batch, which loads the kernels, is not counted."""
    frames = fleet_frames(vehicles, rows + BATCH, seed)
    engine = QualityEngine()
    spent = dict.fromkeys(("decode", "lists", "count", "tell"), 0.0)
    counted = 0
    for at in range(0, len(frames), BATCH):
        batch = FrameBatch.of(frames[at : at + BATCH])
        began = time.process_time()
        columns = decode(batch)
        decoded = time.process_time()
        reports = _reports(columns, vehicles)
        listed = time.process_time()
        engine.take(reports)
        judged = time.process_time()
        engine.told()
        told = time.process_time()
        if at == 0:
            continue
        counted += len(columns)
        for name, seconds in zip(
            spent, (decoded - began, listed - decoded, judged - listed, told - judged), strict=True
        ):
            spent[name] += seconds
    whole = spent["lists"] + spent["count"] + spent["tell"]
    return QualityFigures(
        counted, vehicles, len(CLASSES), counted / spent["count"], counted / whole,
        counted / (whole + spent["decode"]),
        {name: round(seconds / counted * 1e6, 3) for name, seconds in spent.items()},
    )  # fmt: skip


def text_of(figures: QualityFigures) -> str:
    """The figures as people read them."""
    met = "met" if figures.whole_per_s >= TARGET_PER_S else "missed"
    each = ", ".join(f"{name} {value}" for name, value in figures.each_us.items())
    return (
        f"{figures.rows:,} reports of {figures.vehicles:,} vehicles, {CELLS} cells,"
        f" {figures.classes} error classes\n"
        f"  reports a second on one core: {figures.whole_per_s:,.0f}"
        f" (target {TARGET_PER_S:,.0f}: {met}); counting alone {figures.counting_per_s:,.0f},"
        f" with decoding {figures.with_decoding_per_s:,.0f}\n"
        f"  microseconds a report: {each}\n"
    )


def _reports(columns: Columns, vehicles: int) -> Reports:
    size = len(columns)
    number: NDArray[Any] = np.arange(size)
    times = columns.header.collected_at
    return Reports(
        (number % vehicles + 1).astype(np.uint64),
        times,
        times * 1000 + 300,
        number.astype(np.uint64),
        quality_values(columns),
    )
