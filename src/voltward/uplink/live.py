"""The live end of the gateways' streams, as one link sees it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from voltward.base.clock import Clock
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.uplink.due import names_of
from voltward.uplink.incoming import Owed, Selection, Table, is_followed
from voltward.uplink.links import Link

READ_BYTES = 1 << 20
LOOK_FOR_STREAMS_EVERY_S = 1.0


class LiveReader:
    """Reads each stream in turn; ``positions`` is how far it is, a stream's start where none is."""

    def __init__(
        self,
        reader: JournalReader,
        vehicle_key: bytes,
        positions: Mapping[str, Position],
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._selection = Selection(vehicle_key)
        self._clock = clock
        self._turn = 0
        self._known: list[str] = []
        self._looked_s = -1e9
        self.positions = dict(positions)
        self.is_drained = False
        self.read_until_s = 0.0  # receipt of the newest record read, unix
        self.skipped = np.zeros(0, [("stream", "<u2"), ("position", "<u8")])

    def begin_at_ends(self) -> None:
        """A new link owes what comes from now on."""
        for stream in self._streams():
            end = self._reader.end(stream)
            if end is not None:
                self.positions[stream] = end

    def next(self, link: Link, table: Table) -> Owed | None:
        """The next stretch of some stream; None: nothing is new in any.

        Raises:
            JournalError, OSError: not now; the same stretch again.
        """
        streams = self._streams()
        for _ in streams:
            stream = streams[self._turn % len(streams)]
            self._turn += 1
            records = self._reader.read(self.positions.get(stream), stream, READ_BYTES)
            if records.next == self.positions.get(stream):
                continue
            owed = self._selection.owed(records, stream, link, table)
            self.positions[stream] = records.next
            if len(records):
                self.is_drained = False
                self.read_until_s = float(records.received_ns[-1] / 1e9)
                return self._without_done(owed)
        self.is_drained = True
        self.skipped = self.skipped[:0]
        return None

    def _without_done(self, owed: Owed) -> Owed:
        """What a kill kept from the checkpoint, though its outcome is known, is not owed again."""
        if not len(self.skipped):
            return owed
        keep: NDArray[np.bool_] = ~np.isin(names_of(owed.rows), self.skipped)
        return owed.only(keep)

    def _streams(self) -> list[str]:
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s >= LOOK_FOR_STREAMS_EVERY_S:
            self._looked_s = now_s
            self._known = sorted(one for one in self._reader.streams() if is_followed(one))
        return self._known
