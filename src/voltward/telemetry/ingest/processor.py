"""From the journal into the store: one plan after the other, each exactly once.

The order of a plan's life is what makes a kill at any point harmless:

1. its range of positions is written down, durably, with the token that follows from it;
2. its frames are decoded; what cannot be decoded goes to the quarantine stream, durably;
3. its rows go in as one block under the token, again and again until the store has them;
4. the checkpoint moves behind it.

A kill before 3 repeats the plan with the same content; a kill after 3 repeats the insert, which
the store drops by its token. A kill between 1 and 4 never loses a row and never doubles one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Event

from voltward.base.clock import Clock, SystemClock
from voltward.base.right_of_way import REST
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.batch import FRAME, NOISE, REFUSED, Batch, batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import Decoded, Decoder
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.metrics import ProcessorMetrics
from voltward.telemetry.ingest.placing import Placed, Placing
from voltward.telemetry.ingest.plan import Plan
from voltward.telemetry.ingest.quarantine import Quarantine
from voltward.telemetry.ingest.sink import Sink
from voltward.telemetry.ingest.status import StatusBoard

Tap = Callable[[Decoded], None]
# The journal cannot be read or the state cannot be written now: nothing has moved.
NOT_NOW = (JournalError, LookupError, OSError)
_WAITS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Stopped(Exception):
    """Told to stop while waiting; the plan stays written down."""


class Processor:
    """Follows the streams of a journal. One thread drives it.

    ``taps`` are called with each batch, in journal order within a stream, once its rows are in
    the store. After a kill a batch may pass by a second time. What a tap raises is counted and
    reported, and stops nothing.
    """

    def __init__(
        self,
        config: ProcessorConfig,
        sink: Sink,
        reader: JournalReader,
        quarantine: Quarantine,
        *,
        decoder: Decoder | None = None,
        clock: Clock | None = None,
        taps: Sequence[Tap] = (),
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.metrics = ProcessorMetrics()
        self.board = StatusBoard(config.status_file, config.name, self.clock)
        self.state = states.load(config.state_file)
        self._saved = self.state
        self._reader = reader
        self._follower = Follower(reader, config.follows, config.rows)
        self._placing = Placing(sink, decoder or Decoder(config.vehicle_key), quarantine)
        self._taps = tuple(taps)
        for stream in self._follower.ahead(self.state.checkpoint):
            self.board.problem("journal", f"{stream} ends before the checkpoint: was it restored?")
        self._lag = 0, 0.0  # as last known
        self._begun: Plan | None = None  # the plan whose beginning this process has written down

    def run(self, stopping: Event) -> None:
        """Work until ``stopping`` is set; on return everything taken is in the store or planned."""
        while not stopping.is_set():
            REST.take(stopping)
            began_s = self.clock.monotonic_s()
            frames = self.step(stopping)
            self.report()
            rest_s = self.config.wait_ms / 1000 - (self.clock.monotonic_s() - began_s)
            if frames < self.config.rows and rest_s > 0:
                stopping.wait(rest_s)
        self.settle()

    def step(self, stopping: Event) -> int:
        """Bring one plan into the store; returns its frames, 0 when nothing waited."""
        try:
            return self.forward(stopping)
        except NOT_NOW as error:
            self.board.problem("journal", f"{type(error).__name__}: {error}")
            return 0

    def forward(self, stopping: Event) -> int:
        """Like ``step``, for those who must not take a fault for the end.

        Raises:
            JournalError, LookupError, OSError: nothing has moved.
        """
        try:
            return self._one_plan(stopping)
        except Stopped:
            return 0

    def ends(self) -> dict[str, Position]:
        """Behind the last record of each stream, now."""
        return self._follower.ends()

    def has_reached(self, ends: Mapping[str, Position]) -> bool:
        """True when nothing that lies before ``ends`` waits."""
        return self._follower.has_reached(self.state.checkpoint, ends)

    def drain(self, stopping: Event) -> int:
        """Everything that waits now and later, until nothing waits; returns the frames."""
        total = 0
        while not stopping.is_set():
            before = self.state.checkpoint
            total += self.step(stopping)
            self.report()
            if self.state.checkpoint == before:
                break
        self.settle()
        return total

    def restart(self, generation: int) -> None:
        """Begin at the oldest record again, for a store that is empty."""
        self._save(states.State(generation=generation))

    def insert_apart(self, batch: Batch, plan: Plan) -> None:
        """Insert records that the journal no longer holds; the checkpoint knows nothing of them.

        Raises:
            one of Placing.LATER: try again; the token keeps it to one insert.
        """
        placed = self._placing.place(batch, plan, lambda _: None)
        counts = counted(batch, placed, placed.events_aside)
        totals = Counter(self.state.totals)
        totals.update(counts)
        self.state = replace(self.state, totals=dict(totals))

    def settle(self) -> None:
        """Write down the checkpoint if that has been left to the next plan."""
        if self.state == self._saved:
            return
        try:
            self._save(self.state)
        except OSError as error:  # the plan on disk is done again; its token makes that nothing
            self.board.problem("state", f"{type(error).__name__}: {error}")

    def report(self) -> None:
        """Renew metrics and status file, once a second at most; what hinders it is a problem to show.

        Rows do not wait for it: the keeper may seal what is being looked at, the disk may be full.
        """
        if not self.board.due():
            return
        try:
            self._lag = self.lag()
        except NOT_NOW as error:
            self.board.problem("journal", f"{type(error).__name__}: {error}")
        frames, seconds = self._lag
        self.metrics.lag_frames.set(frames)
        self.metrics.lag_seconds.set(seconds)
        positions = {stream: str(at) for stream, at in self.state.checkpoint.items()}
        try:
            self.board.write(positions, self.state.totals, frames, seconds)
        except OSError as error:
            self.board.problem("state", f"{type(error).__name__}: {error}")

    def lag(self) -> tuple[int, float]:
        """Records behind the checkpoint (estimated from bytes); age of the oldest, seconds."""
        records = self._follower.behind(self.state.checkpoint)
        if records == 0:
            return 0, 0.0
        now_ns = self.clock.now_ns()
        oldest_ns = self._follower.oldest_ns(self.state.checkpoint) or now_ns
        return records, max(0.0, (now_ns - oldest_ns) / 1e9)

    def _one_plan(self, stopping: Event) -> int:
        batch = self._next_batch()
        if batch is None:
            self.settle()
            return 0
        assert self.state.plan is not None
        if self.state.plan != self._begun:
            self._save(self.state.planned(self.state.plan.tried_again()))
            self._begun = self.state.plan
        began_s = self.clock.monotonic_s()
        placed = self._into_store(batch, stopping)
        self.metrics.insert_seconds.observe(self.clock.monotonic_s() - began_s)
        self.metrics.batch_frames.observe(len(batch))
        for piece in placed.pieces:
            self._pass_by(piece)
        self._move_on(batch, placed)
        return len(batch)

    def _next_batch(self) -> Batch | None:
        """The plan left behind by a kill, else what waits in the journal."""
        if self.state.plan is not None:
            return batch_of(self._follower.again(self.state.plan.ranges))
        parts = self._follower.next_parts(self.state.checkpoint)
        if not parts:
            return None
        batch = batch_of(parts)
        self.state = self.state.planned(Plan(self.state.generation, batch.ranges))
        return batch

    def _into_store(self, batch: Batch, stopping: Event) -> Placed:
        """Repeat until the store has the rows; only ``stopping`` ends it earlier."""
        for wait_s in _waits():
            assert self.state.plan is not None
            try:
                placed = self._placing.place(batch, self.state.plan, self._amend)
            except self._placing.LATER as error:
                self._failed(error)
            else:
                self.board.store_well = True
                return placed
            self.report()
            if stopping.wait(wait_s):
                raise Stopped
        raise AssertionError("unreachable")

    def _amend(self, plan: Plan) -> None:
        """The plan has changed (frames set aside, narrowed down): durable before it goes on."""
        self._save(self.state.planned(plan))
        self._begun = plan

    def _failed(self, error: Exception) -> None:
        kind = "journal" if isinstance(error, JournalError) else "store"
        self.board.store_well = kind != "store"
        self.board.problem(kind, str(error) or type(error).__name__)
        self.metrics.failed_inserts.inc()

    def _pass_by(self, piece: Decoded) -> None:
        for tap in self._taps:
            try:
                tap(piece)
            except Exception as error:
                self.metrics.failed_taps.inc()
                self.board.problem("tap", f"{type(error).__name__}: {error}")

    def _move_on(self, batch: Batch, placed: Placed) -> None:
        assert self.state.plan is not None
        counts = counted(batch, placed, len(self.state.plan.excluded) + placed.events_aside)
        self.metrics.counted(counts)
        self.board.took(len(batch), counts.get("rows", 0))
        for reason in self._placing.set_aside():
            self.board.problem("poison", reason)
        self.state = self.state.finished(counts)

    def _save(self, state: states.State) -> None:
        states.save(self.config.state_file, state)
        self.state = self._saved = state


def counted(batch: Batch, placed: Placed, quarantined: int) -> dict[str, int]:
    """What became of the records of a batch, by name; ``rows`` are those the store took."""
    counts = Counter(
        frames=batch.counts.get(FRAME, 0),
        noise=batch.counts.get(NOISE, 0),
        refused=batch.counts.get(REFUSED, 0),
        events=len(batch.events),
        damaged=batch.damaged,
        quarantined=quarantined,
        rows=placed.rows,
        repeated=placed.repeated,
    )
    for piece in placed.pieces:
        counts.update(piece.verdicts())
    return {name: count for name, count in counts.items() if count}


def _waits() -> Iterator[float]:
    """Seconds before each next attempt."""
    yield from _WAITS_S
    while True:
        yield _WAITS_S[-1]
