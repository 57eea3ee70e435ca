"""Segments that the journal no longer holds: which they are, and what of them is yet to be read.

They may expire in any order, as a legal hold keeps an old one, and while the journal is read.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from voltward.journal.format import segments_in
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.telemetry.archive.layout import Manifest, manifests


def only_archived(journal: Path, archive: Path) -> list[Manifest]:
    """Archived segments that the journal no longer holds, by stream, then by number.

    Raises:
        ManifestDamaged: the manifest of such a segment.
    """

    @cache
    def held(stream: str) -> frozenset[int]:
        folder = journal / stream
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return frozenset(segments_in(names))

    found = manifests(archive, lambda stream, segment: segment in held(stream))
    return [manifest for manifest in found if manifest.segment not in held(manifest.stream)]


class SegmentsRead:
    """How far each segment has been read from the journal, in case it expires in the meantime."""

    def __init__(self) -> None:
        self._reached: dict[tuple[str, int], Position] = {}

    def note(self, reached: Position) -> None:
        """All of a segment that lies before ``reached`` has been read."""
        self._reached[reached.stream, reached.segment] = reached

    def rest(self, stream: str, segment: int, records: Records) -> Records:
        """Those of the segment's records that have not been read."""
        reached = self._reached.get((stream, segment))
        if reached is None:
            return records
        return records.only(records.positions >= np.uint64(reached.number))
