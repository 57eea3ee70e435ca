"""Items out of frames of the journal: each in the form that its link's platform takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.frames.header import HEADER
from voltward.uplink.covers import longest_unit
from voltward.uplink.due import Rows
from voltward.uplink.forms import Form, Reencode, form_of, goes_as_it_is, left_out, set_commands
from voltward.uplink.incoming import Owed, Table, collected
from voltward.uplink.items import Items, Source, items_of, with_outcome
from voltward.uplink.links import Link
from voltward.uplink.proof import EXPIRED, NOT_EXPRESSIBLE
from voltward.uplink.sources import Fetched

_TOO_LONG: Final = Form(None, outcome=NOT_EXPRESSIBLE)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """``unsaid``: rows of ``ITEM`` of what is not sent, with their outcome."""

    items: Items
    unsaid: Rows


@dataclass(eq=False)
class Maker:
    """``link`` and ``table`` change as the office says."""

    link: Link
    table: Table
    reencode: Reencode | None

    def live(self, owed: Owed) -> Made:
        """Items of all these frames, in their order."""
        rows = items_of(owed.rows, Source.LIVE)
        rows["received_s"], rows["collected_s"] = owed.received_s, owed.collected_s
        return self._made(rows, FrameBatch.gather(owed.buffer, owed.starts, owed.stops), owed.usage)

    def due(self, rows: Rows, fetched: Fetched, source: Source, places: NDArray[Any] | int) -> Made:
        """Items of due rows; ``places``: see ``ITEM``."""
        items = items_of(rows, source, places)
        there = np.flatnonzero(fetched.is_there)
        frames = FrameBatch.gather(fetched.buffer, fetched.starts[there], fetched.stops[there])
        items["received_s"] = fetched.received_s
        items["collected_s"][there] = collected(frames.buffer, frames.offsets[:-1])
        usages = self.table.masks_and_usages(rows["vehicle"][there])[1]
        made = self._made(items[there], frames, usages)
        gone = with_outcome(items[~fetched.is_there], EXPIRED)
        return Made(made.items, np.concatenate([gone, made.unsaid]))

    def _made(self, rows: Rows, frames: FrameBatch, usages: NDArray[Any]) -> Made:
        """``frames``: as they came, and of nobody else."""
        as_it_is = goes_as_it_is(self.link, frames.buffer, frames.offsets[:-1])
        as_it_is &= ~self._is_reduced(usages)
        if self.link.is_covered:
            as_it_is &= np.diff(frames.offsets) <= self._longest()
        places = np.flatnonzero(as_it_is)
        set_commands(frames, places, rows["command"][places])
        if len(places) == len(rows):
            return Made(Items(rows, frames), rows[:0])
        return self._anew(rows, frames, usages, np.flatnonzero(~as_it_is))

    def _anew(
        self, rows: Rows, frames: FrameBatch, usages: NDArray[Any], places: NDArray[Any]
    ) -> Made:
        """The frames at ``places`` one by one, the others as they are now."""
        starts, stops = frames.offsets[:-1].copy(), frames.offsets[1:].copy()
        parts, size = [frames.buffer], len(frames.buffer)
        for place in places.tolist():
            without = left_out(self.link, self.table.usage(int(usages[place])))
            command = int(rows["command"][place])
            form = form_of(frames[place], self.link, command, without, self.reencode)
            if form.data is not None and self.link.is_covered:
                form = form if len(form.data) <= self._longest() else _TOO_LONG
            rows["lost"][place], rows["outcome"][place] = form.lost, form.outcome
            rows["lowered"][place] = form.lowered
            if form.data is not None:
                starts[place], stops[place] = size, size + len(form.data)
                parts.append(np.frombuffer(form.data, np.uint8))
                size += len(form.data)
        said = rows["outcome"] == 0
        batch = FrameBatch.gather(np.concatenate(parts), starts[said], stops[said])
        return Made(Items(rows[said], batch), rows[~said])

    def _longest(self) -> int:
        """Octets of a frame that can still be signed and encrypted."""
        return HEADER + 1 + longest_unit(self.link.encryption, self.link.cover)

    def _is_reduced(self, usages: NDArray[Any]) -> NDArray[np.bool_]:
        """Whose vehicles' class has information types that are left out ``(n,)``."""
        if not self.link.left_out:
            return np.zeros(len(usages), np.bool_)
        reduced = [
            number
            for number in np.unique(usages).tolist()
            if left_out(self.link, self.table.usage(number))
        ]
        return np.isin(usages, reduced)
