"""Brings the frames of one plan into the store, and sets aside those that cannot go there.

What fails is narrowed down by halving, so that one bad frame costs a few dozen attempts and every
other frame of its plan goes on. Whatever is decided on the way (frames set aside, insert by
pieces) is written into the plan before it is acted upon: a process that dies goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.telemetry.ingest import session_events, trial
from voltward.telemetry.ingest.batch import Batch, EventRecord
from voltward.telemetry.ingest.decoding import Decoded, Decoder
from voltward.telemetry.ingest.known_good import KNOWN_GOOD
from voltward.telemetry.ingest.narrow import TRIES_ALONE, narrowed
from voltward.telemetry.ingest.plan import Plan, Range
from voltward.telemetry.ingest.quarantine import DECODE, INSERT, INSERT_EVENT, Poison, Quarantine
from voltward.telemetry.ingest.repeats import Repeats
from voltward.telemetry.ingest.sink import RowsRefused, Sink, StoreLost, StoreUnwell

# So many frames that fail one and all may tell of a fault in the installation, not in the frames.
ALL_OF = 20
LONGEST_REASON = 500

Amend = Callable[[Plan], None]
Put = Callable[[pa.Table, str], None]  # rows and their token into the store


class StepBroken(Exception):
    """Nothing of a plan can be decoded or inserted: the step is at fault; nothing is set aside."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What was decoded, in order: one piece unless the decoder failed on the whole.

    ``rows``: how many of theirs are in the store. ``repeated``: how many were so before, as far
    as is known without asking for each. ``events_aside``: session events that are in quarantine.
    """

    pieces: tuple[Decoded, ...]
    rows: int
    repeated: int
    events_aside: int = 0


class Placing:
    """The way of one plan; keeps what it has decoded while the store is away."""

    LATER = (StoreUnwell, JournalError, StepBroken, MemoryError, OSError)

    def __init__(self, sink: Sink, decoder: Decoder, quarantine: Quarantine) -> None:
        self._sink = sink
        self._decoder = decoder
        self._quarantine = quarantine
        self._kept: tuple[str, list[Decoded]] | None = None
        self._losses: Counter[str] = Counter()
        self._reasons: list[str] = []
        self._repeats = Repeats()
        self._looked_at: tuple[Range, ...] | None = None
        self._repeated = 0
        self._replays = session_events.replays_of(None)

    def place(self, batch: Batch, plan: Plan, amend: Amend) -> Placed:
        """On return every row and event of the plan is in the store or in quarantine.

        ``amend`` makes a changed plan durable.

        Raises:
            one of LATER: try again with the plan as it was last amended.
        """
        pieces, plan = self._decoded(batch, plan, amend)
        count = sum(piece.rows.num_rows for piece in pieces)
        if count:
            rows = pa.concat_tables([piece.rows for piece in pieces])
            self._look_for_repeats(rows, plan)
            if not plan.narrowed and not self._as_a_whole(rows, plan):
                plan = plan.by_pieces()
                amend(plan)
            if plan.narrowed:
                count -= self._by_pieces(batch, pieces, plan, amend)
        aside = self._place_events(batch, plan)
        repeated, self._repeated, self._kept = self._repeated, 0, None
        self._replays = self._replays.slice(0, 0)
        self._losses.clear()
        return Placed(tuple(pieces), count, repeated, aside)

    def _look_for_repeats(self, rows: pa.Table, plan: Plan) -> None:
        """Once for each plan, however often it is tried: what came again, and whose it is."""
        if self._looked_at == plan.ranges:
            return
        found = self._repeats.look(rows, self._known_elsewhere)
        self._repeated = found.rows
        self._replays = session_events.replays_of(rows.take(pa.array(found.named)))
        self._looked_at = plan.ranges

    def _known_elsewhere(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Nobody is named on a guess: while the store is away, none of the rows is known."""
        try:
            return self._sink.knows(rows, elsewhere=True)
        except StoreUnwell:
            return np.zeros(rows.num_rows, np.bool_)

    def set_aside(self) -> list[str]:
        """Reasons of what was set aside since the last call."""
        reasons, self._reasons = self._reasons, []
        return reasons

    def _decoded(self, batch: Batch, plan: Plan, amend: Amend) -> tuple[list[Decoded], Plan]:
        if self._kept is not None and self._kept[0] == plan.token:
            return self._kept[1], plan
        if plan.tries > TRIES_ALONE - 1 and not plan.excluded:
            plan = self._without_killers(batch, plan, amend)
        pieces, bad = self._decoder.pieces(batch, plan.excluded)
        if bad:
            self._doubt_decoder(batch, bad, plan, self._decoder.works)
            self._put_aside(batch, bad, DECODE, amend, plan)
            plan = plan.without(set(bad))
        self._kept = plan.token, pieces
        return pieces, plan

    def _without_killers(self, batch: Batch, plan: Plan, amend: Amend) -> Plan:
        """A plan begun again and again: perhaps one of its frames kills the process."""
        name = self._decoder.name
        bad = trial.killers(batch.frames, name)
        if not bad:
            return plan
        self._doubt_decoder(batch, bad, plan, lambda: not trial.killers(KNOWN_GOOD, name))
        self._put_aside(batch, bad, DECODE, amend, plan)
        return plan.without(set(bad))

    def _doubt_decoder(
        self, batch: Batch, bad: dict[int, Exception], plan: Plan, works: Callable[[], bool]
    ) -> None:
        """One bad sender at night may fill a plan: all frames fail, and yet the decoder is well.

        Raises:
            StepBroken: it fails on every frame and on good ones too.
        """
        if len(bad) == len(batch) - len(plan.excluded) >= ALL_OF and not works():
            raise StepBroken(f"no frame can be decoded: {_reason(next(iter(bad.values())))}")

    def _as_a_whole(self, rows: pa.Table, plan: Plan) -> bool:
        """False when the store does not take these rows as one block."""
        try:
            self._insert(self._sink.insert_rows, rows, plan.token)
        except RowsRefused:
            return False
        return True

    def _by_pieces(self, batch: Batch, pieces: list[Decoded], plan: Plan, amend: Amend) -> int:
        """Insert what the store has not yet, halving what it refuses; how many rows it refused.

        It writes the newest rows last: what it has of the plan may be missing among those.
        """
        rows = pa.concat_tables([piece.rows for piece in pieces])
        frames = np.concatenate([piece.frame_numbers for piece in pieces])
        there = self._sink.has(rows)
        known, new = np.flatnonzero(there), np.flatnonzero(~there)
        latest = f"{plan.token}/latest"
        bad = self._halving(rows.take(pa.array(known)), frames[known], self._put_latest, latest)
        bad |= self._halving(
            rows.take(pa.array(new)), frames[new], self._sink.insert_rows, plan.token, known.size
        )
        if bad:
            self._put_aside(batch, bad, INSERT, amend, plan)
        return len(bad)

    def _place_events(self, batch: Batch, plan: Plan) -> int:
        """Session events into the store; how many it refuses, which are then in quarantine."""
        events = session_events.table_of(batch.events, self._decoder.key)
        table = pa.concat_tables([events, self._replays])
        token = f"{plan.token}/events"
        if not table.num_rows:
            return 0
        try:
            self._insert(self._sink.insert_events, table, token)
        except RowsRefused:
            numbers = np.arange(table.num_rows)
            bad = self._halving(table, numbers, self._sink.insert_events, token)
            # A replay that cannot be listed is no record of the journal: nothing to keep.
            kept = {number: error for number, error in bad.items() if number < len(batch.events)}
            self._keep([_poisoned(batch.events[n], error) for n, error in kept.items()])
            return len(kept)
        return 0

    def _halving(
        self, rows: pa.Table, numbers: NDArray[np.int64], put: Put, token: str, taken: int = 0
    ) -> dict[int, Exception]:
        """Rows that the store refuses one by one, by their ``numbers`` ``(n,)``; it has all others.

        ``taken``: rows that it took before.

        Raises:
            StepBroken: it refuses each of many and has taken none.
        """
        alone: set[int] = set()

        def attempt(first: int, last: int) -> None:
            nonlocal taken
            name = f"{token}/{numbers[first]}-{numbers[last - 1]}"
            try:
                self._insert(put, rows.slice(first, last - first), name)
            except RowsRefused as error:
                alone.update({first} if last - first == 1 else ())
                if len(alone) >= ALL_OF and not taken:
                    raise StepBroken(f"the store refuses every row: {error}") from error
                raise
            taken += last - first

        _, refused = narrowed(rows.num_rows, attempt, RowsRefused)
        return {int(numbers[row]): error for row, error in sorted(refused.items())}

    def _put_latest(self, rows: pa.Table, _token: str) -> None:
        self._sink.insert_latest(rows)

    def _insert(self, put: Put, rows: pa.Table, token: str) -> None:
        if self._losses[token] >= TRIES_ALONE:
            raise RowsRefused(f"the store was lost {TRIES_ALONE} times while it took these rows")
        try:
            put(rows, token)
        except StoreLost:
            self._losses[token] += 1
            raise

    def _put_aside(
        self, batch: Batch, bad: dict[int, Exception], step: str, amend: Amend, plan: Plan
    ) -> None:
        self._keep(
            [
                Poison(
                    batch.position(frame),
                    int(batch.received_ns[frame]),
                    step,
                    _reason(error),
                    TRIES_ALONE,
                    batch.frames[frame],
                )
                for frame, error in sorted(bad.items())
            ]
        )
        amend(plan.without(set(bad)))

    def _keep(self, poisons: list[Poison]) -> None:
        if poisons:
            self._quarantine.set_aside(poisons)
        self._reasons += [f"{one.position}: {one.step}: {one.reason}" for one in poisons]


def _poisoned(event: EventRecord, error: Exception) -> Poison:
    return Poison(
        Position.of_number(event.stream, event.position),
        event.received_ns,
        INSERT_EVENT,
        _reason(error),
        TRIES_ALONE,
        event.body,
        event.link,
    )


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
