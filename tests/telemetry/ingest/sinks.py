"""Stores that do to a processor what its test wants: in memory, picky, deadly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tests.telemetry.ingest.scene import KEY, Journal

from voltward.journal.expiry import expire_segment
from voltward.journal.files import OsFiles
from voltward.journal.keeper import Keeper
from voltward.telemetry.archive.run import archive_sealed
from voltward.telemetry.archive.write import ArchiveConfig
from voltward.telemetry.ingest.quarantine import Poison
from voltward.telemetry.ingest.sink import RowsRefused, StoreLost, StoreSink

Place = tuple[int, int]  # stream, position


@dataclass
class MemorySink:
    """Doubled rows are kept twice. ``meanwhile`` is called before each insert of rows."""

    refused_socs: frozenset[float] = frozenset()
    meanwhile: Callable[[], None] = lambda: None
    rows: list[Place] = field(default_factory=list)
    latest: list[Place] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    emptied: int = 0

    def insert_rows(self, rows: pa.Table, token: str) -> None:
        self.meanwhile()
        if self.refused_socs & set(rows["soc_pct"].to_pylist()):
            raise RowsRefused("picky")
        self.rows += _places(rows)
        self.insert_latest(rows)

    def insert_latest(self, rows: pa.Table) -> None:
        self.latest += _places(rows)

    def insert_events(self, events: pa.Table, token: str) -> None:
        self.events += events["position"].to_pylist()

    def has(self, rows: pa.Table) -> NDArray[np.bool_]:
        return np.array([place in self.rows for place in _places(rows)], np.bool_)

    def knows(self, rows: pa.Table, *, elsewhere: bool = False) -> NDArray[np.bool_]:
        return np.zeros(rows.num_rows, np.bool_)

    def empty(self) -> None:
        self.emptied += 1


class DeadlyRows(StoreSink):
    """The store dies of one row."""

    def insert_rows(self, rows: pa.Table, token: str) -> None:
        if 77 in rows["soc_pct"].to_pylist():
            raise StoreLost("the store died")
        super().insert_rows(rows, token)


@dataclass
class MemoryQuarantine:
    poisons: list[Poison] = field(default_factory=list)

    def set_aside(self, poisons: Sequence[Poison]) -> None:
        self.poisons += poisons


def _places(rows: pa.Table) -> list[Place]:
    return list(zip(rows["stream"].to_pylist(), rows["frame_position"].to_pylist(), strict=True))


def archived(folder: Path, *journals: Journal) -> Path:
    """The archive with every finished segment, all of which the journal still holds."""
    for journal in journals:
        Keeper(journal.folder, journal.stream).keep()
    archive_sealed(ArchiveConfig(folder / "journal", folder / "archive", KEY), None)
    return folder / "archive"


def expire(journal: Journal, *segments: int) -> None:
    for segment in segments:
        expire_segment(OsFiles(), str(journal.folder / journal.stream), segment)
