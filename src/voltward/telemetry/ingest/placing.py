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
from voltward.telemetry.ingest import session_events, trial
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoded, Decoder
from voltward.telemetry.ingest.narrow import TRIES_ALONE, narrowed
from voltward.telemetry.ingest.plan import Plan, Range
from voltward.telemetry.ingest.quarantine import Poison, Quarantine
from voltward.telemetry.ingest.repeats import Repeats
from voltward.telemetry.ingest.sink import RowsRefused, Sink, StoreLost, StoreUnwell

# So many frames that fail one and all tell of a fault in the installation, not in the frames.
ALL_OF = 20
LONGEST_REASON = 500

Amend = Callable[[Plan], None]


class StepBroken(Exception):
    """Nothing of a plan can be decoded or inserted: the step is at fault; nothing is set aside."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What was decoded, in order: one piece unless the decoder failed on the whole.

    ``rows``: how many of theirs are in the store. ``repeated``: how many were so before, as far
    as is known without asking for each.
    """

    pieces: tuple[Decoded, ...]
    rows: int
    repeated: int


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
        """On return every row of the plan is in the store or in quarantine.

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
        if batch.events or self._replays.num_rows:
            events = session_events.table_of(batch.events, self._decoder.key)
            self._sink.insert_events(pa.concat_tables([events, self._replays]), plan.token)
        repeated, self._repeated, self._kept = self._repeated, 0, None
        self._replays = self._replays.slice(0, 0)
        self._losses.clear()
        return Placed(tuple(pieces), count, repeated)

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
        """Reasons of the frames set aside since the last call."""
        reasons, self._reasons = self._reasons, []
        return reasons

    def _decoded(self, batch: Batch, plan: Plan, amend: Amend) -> tuple[list[Decoded], Plan]:
        if self._kept is not None and self._kept[0] == plan.token:
            return self._kept[1], plan
        if plan.tries > TRIES_ALONE - 1 and not plan.excluded:
            plan = self._without_killers(batch, plan, amend)
        pieces, bad = self._decoder.pieces(batch, plan.excluded)
        if bad:
            self._put_aside(batch, bad, "decode", amend, plan)
            plan = plan.without(set(bad))
        self._kept = plan.token, pieces
        return pieces, plan

    def _without_killers(self, batch: Batch, plan: Plan, amend: Amend) -> Plan:
        """A plan begun again and again: perhaps one of its frames kills the process."""
        bad = trial.killers(batch.frames, self._decoder.name)
        if not bad:
            return plan
        self._put_aside(batch, bad, "decode", amend, plan)
        return plan.without(set(bad))

    def _as_a_whole(self, rows: pa.Table, plan: Plan) -> bool:
        """False when the store does not take these rows as one block."""
        try:
            self._insert(rows, plan.token)
        except RowsRefused:
            return False
        return True

    def _by_pieces(self, batch: Batch, pieces: list[Decoded], plan: Plan, amend: Amend) -> int:
        """Insert what the store has not yet, halving what it refuses; how many rows it refused."""
        rows = pa.concat_tables([piece.rows for piece in pieces])
        frames = np.concatenate([piece.frame_numbers for piece in pieces])
        left = np.flatnonzero(~self._sink.has(rows))
        rows, frames = rows.take(pa.array(left)), frames[left]
        taken = 0
        alone: set[int] = set()

        def attempt(first: int, last: int) -> None:
            nonlocal taken
            name = f"{frames[first]}-{frames[last - 1]}"
            try:
                self._insert(rows.slice(first, last - first), f"{plan.token}/{name}")
            except RowsRefused as error:
                alone.update({first} if last - first == 1 else ())
                if len(alone) >= ALL_OF and not taken:
                    raise StepBroken(f"the store refuses every row: {error}") from error
                raise
            taken += last - first

        _, refused = narrowed(rows.num_rows, attempt, RowsRefused)
        if refused:
            bad = {int(frames[row]): error for row, error in refused.items()}
            self._put_aside(batch, bad, "insert", amend, plan)
        return len(refused)

    def _insert(self, rows: pa.Table, token: str) -> None:
        if self._losses[token] >= TRIES_ALONE:
            raise RowsRefused(f"the store was lost {TRIES_ALONE} times while it took these rows")
        try:
            self._sink.insert_rows(rows, token)
        except StoreLost:
            self._losses[token] += 1
            raise

    def _put_aside(
        self, batch: Batch, bad: dict[int, Exception], step: str, amend: Amend, plan: Plan
    ) -> None:
        if step == "decode" and len(bad) == len(batch) - len(plan.excluded) >= ALL_OF:
            raise StepBroken(f"no frame can be decoded: {_reason(next(iter(bad.values())))}")
        poisons = [
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
        self._quarantine.set_aside(poisons)
        self._reasons += [f"{poison.position}: {step}: {poison.reason}" for poison in poisons]
        amend(plan.without(set(bad)))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
