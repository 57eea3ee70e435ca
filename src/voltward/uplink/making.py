"""Items out of frames of the journal: each in the form that its link's platform takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from voltward.frames.moments import MOMENT
from voltward.uplink.due import DUE, Rows
from voltward.uplink.incoming import Owed, Table, seconds_of
from voltward.uplink.items import Item, Reencode, Source, form_of, item_of, left_out, time_of
from voltward.uplink.links import Link
from voltward.uplink.outcomes import entry_of
from voltward.uplink.proof import EXPIRED
from voltward.uplink.sources import Frame


@dataclass(slots=True)
class Made:
    """``unsaid``: what is not sent, each with its entry for the proof stream."""

    items: list[Item] = field(default_factory=list)
    unsaid: list[tuple[Item, tuple[int, ...]]] = field(default_factory=list)


@dataclass(eq=False)
class Maker:
    """``link`` and ``table`` change as the office says."""

    link: Link
    table: Table
    reencode: Reencode | None

    def live(self, owed: Owed, places: Iterable[int]) -> Made:
        """Items of the chosen frames, in their order."""
        made = Made()
        rows, starts, stops = owed.rows.tolist(), owed.starts.tolist(), owed.stops.tolist()
        received, collected_s = owed.received_s.tolist(), owed.collected_s.tolist()
        usages = owed.usage.tolist()
        for place in places:
            frame = owed.buffer[starts[place] : stops[place]]
            times = (received[place], collected_s[place])
            self._make(made, frame, rows[place], times, usages[place], Source.LIVE)
        return made

    def due(self, rows: Rows, frames: Sequence[Frame | None], source: Source) -> Made:
        """Items of due rows, whose ``place`` is that in ``rows``."""
        made = Made()
        usages = self.table.masks_and_usages(rows["vehicle"])[1].tolist()
        times = b"".join(time_of(one[0]) if one else bytes(MOMENT) for one in frames)
        collected_s = seconds_of(np.frombuffer(times, np.uint8).reshape(-1, MOMENT)).tolist()
        for place, (row, found) in enumerate(zip(rows.tolist(), frames, strict=True)):
            if found is None:
                gone = item_of(b"", row, (row[2], row[2]), source, 0)
                gone.place = place
                made.unsaid.append((gone, entry_of(gone, EXPIRED)))
                continue
            frame, received_s = found
            seen = (received_s, collected_s[place])
            self._make(made, frame, row, seen, usages[place], source, place)
        return made

    def _make(
        self,
        made: Made,
        frame: bytes,
        row: tuple[int, ...],
        times: tuple[int, int],
        usage: int,
        source: Source,
        place: int = -1,
    ) -> None:
        without = left_out(self.link, self.table.usage(usage)) if self.link.left_out else ()
        command = row[4]
        form = form_of(frame, self.link, command, without, self.reencode)
        item = item_of(form.data or frame, row, times, source, form.lost)
        item.place = place
        if form.data is None:
            made.unsaid.append((item, entry_of(item, form.outcome)))
        else:
            made.items.append(item)


def rows_of(items: Iterable[Item]) -> Rows:
    """As due entries."""
    return np.array([item.row for item in items], DUE)
