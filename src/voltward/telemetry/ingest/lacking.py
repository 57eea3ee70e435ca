"""The newest rows that pages look for first: which of them the store should have and has not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from voltward.telemetry import writer

Key = tuple[int, int]  # vehicle, piece
Version = tuple[int, int]  # upper and lower half; the larger one is the newer row
_NONE: Version = (-1, 0)


class LackingLatest:
    """Looks at all rows there are, in any order; keeps one row for each key that is behind."""

    def __init__(self, in_store: Mapping[Key, Version]) -> None:
        self._newest = dict(in_store)
        self._rows: pa.Table | None = None

    @property
    def rows(self) -> pa.Table | None:
        """Rows as the writer takes them, one for each vehicle, or piece, that lacks its newest."""
        return self._rows

    def look(self, rows: pa.Table) -> None:
        """Rows that the store has in their own tables."""
        found = writer.newest(rows)
        places = [
            int(place)
            for place, key, version in zip(found.places, *_told(found), strict=True)
            if self._is_newer(key, version)
        ]
        if places:
            fresh = rows.take(pa.array(places))
            self._rows = fresh if self._rows is None else _only_newest(self._rows, fresh)

    def _is_newer(self, key: Key, version: Version) -> bool:
        if version <= self._newest.get(key, _NONE):
            return False
        self._newest[key] = version
        return True


def _told(found: writer.Newest) -> tuple[list[Key], list[Version]]:
    keys = zip(found.vehicle_ids.tolist(), found.pieces.tolist(), strict=True)
    versions = zip(found.versions[:, 1].tolist(), found.versions[:, 0].tolist(), strict=True)
    return list(keys), list(versions)


def _only_newest(rows: pa.Table, fresh: pa.Table) -> pa.Table:
    """Memory is bounded by the number of vehicles, however many batches bring a newer row."""
    both = pa.concat_tables([rows, fresh]).combine_chunks()
    return both.take(pa.array(np.sort(writer.newest(both).places)))
