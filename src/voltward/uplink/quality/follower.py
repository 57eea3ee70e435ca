"""The quality engine beside the processor: reads the journal, counts, tells what days came to.

It waits neither for the store nor for the office. What is told and the memory that told it are saved one
behind the other: after a kill in between the same days are counted again and told again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import BadInput
from voltward.base.right_of_way import REST
from voltward.findings.limits import BOOK_FILE, GROUPS_FILE, LimitBook
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter, State
from voltward.telemetry.ingest.batch import batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.quarantine import write_records
from voltward.telemetry.ingest.vehicles import VehicleIds
from voltward.uplink.quality import checkpoint
from voltward.uplink.quality.catalogue import DETECTOR
from voltward.uplink.quality.engine import KEPT_DAYS, QualityEngine, day_number
from voltward.uplink.quality.rows import reports_of, sessions_of
from voltward.uplink.quality.summary import KIND_QUALITY, STREAM_PREFIX

TELL_EVERY_S: Final = 300.0
# a day told is a row written by the office: of a large fleet they are told less often
DAYS_PER_S: Final = 500.0
LOOK_AT_LIMITS_EVERY_S: Final = 1.0
STATUS_EVERY_S: Final = 1.0
ROWS_AT_ONCE: Final = 20_000
_log = structlog.get_logger("voltward.quality")


@dataclass(frozen=True, slots=True)
class QualityConfig:
    """``processor``: whose streams it follows, under whose name. ``limits``: the folder of its limit
    book; ``folder``: its own state; ``status_file``: what pages and the command line read."""

    processor: ProcessorConfig
    limits: Path
    folder: Path
    status_file: Path
    wait_ms: float = 1000.0
    tell_every_s: float = TELL_EVERY_S

    @property
    def stream(self) -> str:
        return f"{STREAM_PREFIX}{self.processor.name}"

    @property
    def memory_file(self) -> Path:
        return self.folder / f"{self.processor.name}.memory"


class QualityMetrics:
    """Figures of one engine, in the registry of its process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.rows = Counter("voltward_quality_rows", "Reports counted", registry=registry)
        self.records = Counter(
            "voltward_quality_records", "Records of days on the stream", registry=registry
        )
        self.lag = Gauge(
            "voltward_quality_lag_seconds",
            "Age of the oldest report not counted",
            registry=registry,
        )


class QualityFollower:
    """One thread drives it."""

    def __init__(
        self,
        config: QualityConfig,
        reader: JournalReader,
        *,
        opened: Callable[[], JournalWriter] | None = None,
        clock: Clock | None = None,
        metrics: QualityMetrics | None = None,
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.metrics = metrics or QualityMetrics()
        self.engine = QualityEngine()
        self._opened = opened or self._open
        self._writer: JournalWriter | None = None
        self._follower = Follower(reader, config.processor.follows, ROWS_AT_ONCE)
        self._decoder = Decoder(config.processor.vehicle_key)
        self._ids = VehicleIds(config.processor.vehicle_key)
        self._waiting: list[bytes] = []  # told, not durable yet
        self._seen = (-1, -1)
        self._looked_s = self._reported_s = -1e9
        self._told_s = self.clock.monotonic_s()
        self._oldest_received = 0
        self._fault = ""
        self._look_at_limits()
        self.positions = self._restored()
        self._saved = dict(self.positions)

    def run(self, stopping: Event) -> None:
        """Work until ``stopping`` is set; what is counted is told and saved at the end."""
        while not stopping.is_set():
            REST.take(stopping)
            began_s = self.clock.monotonic_s()
            frames = self.step()
            self._report()
            rest_s = self.config.wait_ms / 1000 - (self.clock.monotonic_s() - began_s)
            if frames < ROWS_AT_ONCE and rest_s > 0:
                stopping.wait(rest_s)
        self.close()

    def close(self) -> None:
        """Tell and save, and give the stream back."""
        self._tried("stream", self._tell)
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def step(self) -> int:
        """Count what waits, at most ``ROWS_AT_ONCE`` frames; returns how many, 0 when nothing moved."""
        self._look_at_limits()
        # what could not be told lies in memory: nothing is counted until the stream takes it
        frames = 0 if self._waiting else self._tried("journal", self._count_next)
        due_s = max(self.config.tell_every_s, self.engine.fresh() / DAYS_PER_S)
        if self._waiting or self.clock.monotonic_s() - self._told_s >= due_s:
            self._tried("stream", self._tell)
        return frames

    def drain(self) -> int:
        """Everything that waits; returns the frames."""
        total = 0
        while frames := self.step():
            total += frames
        return total

    def _count_next(self) -> int:
        parts = self._follower.next_parts(self.positions)
        if not parts:
            return 0
        batch = batch_of(parts)
        pieces, _ = self._decoder.pieces(batch)  # the processor quarantines what fails
        for piece in pieces:
            self.engine.take(reports_of(piece))
        self.engine.take_sessions(sessions_of(batch, self._ids))
        if len(batch):
            self._oldest_received = day_number(int(batch.received_ns.min()) / 1e9)
        self.positions |= {part.range.stream: part.range.stop for part in parts}
        self.metrics.rows.inc(len(batch))
        return max(1, len(batch))

    def _tell(self) -> int:
        """The days that changed, then the memory, in this order: see the module."""
        self._told_s = self.clock.monotonic_s()
        if not self._waiting:
            if self.positions == self._saved:
                return 0
            self._waiting = self.engine.told()
        if self._waiting:
            self._write(self._waiting)
        self._waiting = []
        self.engine.forget_before(self._oldest_received - KEPT_DAYS)
        checkpoint.save(self.config.memory_file, self.engine, self.positions)
        self._saved = dict(self.positions)
        return 1

    def _write(self, payloads: list[bytes]) -> None:
        if self._writer is None:
            self._writer = self._opened()
        elif self._writer.state is not State.SERVING:
            self._writer.recover()
        write_records(self._writer, payloads, KIND_QUALITY, [self.clock.now_ns()] * len(payloads))
        self.metrics.records.inc(len(payloads))

    def _restored(self) -> dict[str, Position]:
        try:
            return checkpoint.load(self.config.memory_file, self.engine)
        except checkpoint.QualityMemoryDamaged as error:
            # what is told of a day that has begun to expire is less than was told: the office keeps more
            _log.error("quality is counted from the oldest record", error=str(error))
            self.engine = QualityEngine(self.engine.book)
            return {}

    def _look_at_limits(self) -> None:
        now_s = self.clock.monotonic_s()
        if now_s - self._looked_s < LOOK_AT_LIMITS_EVERY_S:
            return
        self._looked_s = now_s
        seen = tuple(_changed_ns(self.config.limits / name) for name in (BOOK_FILE, GROUPS_FILE))
        if seen == self._seen or seen[0] == 0:
            return
        try:
            self.engine.use(LimitBook.load(self.config.limits, (DETECTOR,)))
        except (OSError, BadInput) as error:
            _log.error("the limits in force stay", error=str(error))
        self._seen = seen[0], seen[1]

    def _tried(self, of: str, work: Callable[[], int]) -> int:
        """What ``work`` gives; 0 when it cannot be done now, which is told once."""
        try:
            done = work()
        except (JournalError, LookupError, OSError) as error:
            text = f"{of}: {type(error).__name__}: {error}"
            if text != self._fault:
                _log.error("quality waits", fault=text)
            self._fault = text
            return 0
        if self._fault.startswith(f"{of}:"):
            self._fault = ""
        return done

    def _open(self) -> JournalWriter:
        return JournalWriter(self.config.processor.journal, self.config.stream, clock=self.clock)

    def _report(self) -> None:
        """The status file: that it lives, how far it is, what hinders it."""
        now_s = self.clock.monotonic_s()
        if now_s - self._reported_s < STATUS_EVERY_S:
            return
        self._reported_s = now_s
        lag_s = 0.0
        with suppress(JournalError, LookupError, OSError):
            oldest_ns = self._follower.oldest_ns(self.positions)
            if self._follower.behind(self.positions) and oldest_ns:
                lag_s = max(0.0, (self.clock.now_ns() - oldest_ns) / 1e9)
        self.metrics.lag.set(lag_s)
        body = {
            "name": self.config.processor.name,
            "updated_at": self.clock.now_ns() / 1e9,
            "lag_s": round(lag_s, 1),
            "rows": self.engine.rows,
            "vehicles": len(self.engine.slots),
            "days": len(self.engine.day_slots),
            "limits": self.engine.book.book.generation,
            "fault": self._fault,
        }
        fresh = self.config.status_file.with_suffix(".fresh")
        with suppress(OSError):
            fresh.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(body), encoding="utf-8")
            fresh.replace(self.config.status_file)


def _changed_ns(path: Path) -> int:
    """0: there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
