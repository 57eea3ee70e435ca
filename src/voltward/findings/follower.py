"""The engine beside the processor: reads the journal, judges, makes its findings durable.

It waits neither for the store nor for the office. After a kill the rows behind its last checkpoint are
judged again; the findings that were written already come a second time under the same names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import BadInput
from voltward.base.right_of_way import REST
from voltward.findings import checkpoint
from voltward.findings.detector import Detector
from voltward.findings.engine import Engine
from voltward.findings.finding import KIND_FINDING, STREAM_PREFIX, Finding, finding_to_json
from voltward.findings.incoming import incoming_of
from voltward.findings.limits import BOOK_FILE, GROUPS_FILE, LimitBook
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter, State
from voltward.telemetry.ingest.batch import batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.quarantine import write_records

CHECKPOINT_EVERY_S: Final = 10.0
LOOK_AT_LIMITS_EVERY_S: Final = 1.0
STATUS_EVERY_S: Final = 1.0
ROWS_AT_ONCE: Final = 20_000
_log = structlog.get_logger("voltward.findings")


@dataclass(frozen=True, slots=True)
class FindingsConfig:
    """``processor``: whose streams it follows, under whose name. ``limits``: the snapshots' folder;
    ``folder``: its own state; ``status_file``: what pages and the watchdog read."""

    processor: ProcessorConfig
    limits: Path
    folder: Path
    status_file: Path
    wait_ms: float = 100.0

    @property
    def stream(self) -> str:
        return f"{STREAM_PREFIX}{self.processor.name}"

    @property
    def memory_file(self) -> Path:
        return self.folder / f"{self.processor.name}.memory"


class FindingsMetrics:
    """Figures of one engine, in the registry of its process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.rows = Counter("voltward_findings_rows", "Rows judged", registry=registry)
        self.findings = Counter(
            "voltward_findings", "Findings on the stream", ["kind"], registry=registry
        )
        self.failed = Counter(
            "voltward_findings_failed_batches",
            "Batches that a detector did not judge",
            ["detector"],
            registry=registry,
        )
        self.lag = Gauge(
            "voltward_findings_lag_seconds", "Age of the oldest row not judged", registry=registry
        )


@dataclass
class _Files:
    """What the limit files looked like when they were read."""

    seen: tuple[int, int] = (-1, -1)
    looked_s: float = field(default=-1e9)


class FindingsFollower:
    """One thread drives it."""

    def __init__(
        self,
        config: FindingsConfig,
        reader: JournalReader,
        detectors: Sequence[Detector],
        *,
        opened: Callable[[], JournalWriter] | None = None,
        clock: Clock | None = None,
        metrics: FindingsMetrics | None = None,
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.metrics = metrics or FindingsMetrics()
        self.engine = Engine(detectors, LimitBook(detectors))
        self._opened = opened or self._open
        self._writer: JournalWriter | None = None
        self._follower = Follower(reader, config.processor.follows, ROWS_AT_ONCE)
        self._decoder = Decoder(config.processor.vehicle_key)
        self._files = _Files()
        self._waiting: list[Finding] = []  # judged, not durable yet
        self._failed_before: dict[str, int] = {}
        self._saved_s = self._told_s = -1e9
        self._fault = ""
        self._look_at_limits()
        self.positions = self._restored()
        self._saved = dict(self.positions)

    def run(self, stopping: Event) -> None:
        """Work until ``stopping`` is set; the memory is saved at the end."""
        while not stopping.is_set():
            began_s = self.clock.monotonic_s()
            frames = self.step()
            self._report()
            rest_s = self.config.wait_ms / 1000 - (self.clock.monotonic_s() - began_s)
            if frames < ROWS_AT_ONCE and rest_s > 0:
                stopping.wait(rest_s)
        self.close()

    def close(self) -> None:
        """Save the memory and give the stream back."""
        self._tried("memory", self._save)
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def step(self) -> int:
        """Judge what waits, at most ``ROWS_AT_ONCE`` frames; returns how many, 0 when nothing moved."""
        self._look_at_limits()
        frames = 0
        if not self._waiting or self._tried("stream", self._write):
            frames = self._tried("journal", self._judge_next)
        if self.clock.monotonic_s() - self._saved_s >= CHECKPOINT_EVERY_S:
            self._tried("memory", self._save)
        return frames

    def drain(self) -> int:
        """Everything that waits; returns the frames."""
        total = 0
        while frames := self.step():
            total += frames
        return total

    def _judge_next(self) -> int:
        parts = self._follower.next_parts(self.positions)
        if not parts:
            return 0
        batch = batch_of(parts)
        pieces, _ = self._decoder.pieces(batch)  # the processor quarantines what fails
        for piece in pieces:
            self._waiting += self.engine.take(incoming_of(piece))
        self.positions |= {part.range.stream: part.range.stop for part in parts}
        self.metrics.rows.inc(len(batch))
        self._tell_failures()
        if self._waiting:
            self._tried("stream", self._write)
        return max(1, len(batch))

    def _write(self) -> int:
        if self._writer is None:
            self._writer = self._opened()
        elif self._writer.state is not State.SERVING:
            self._writer.recover()
        now_ns = self.clock.now_ns()
        payloads = [finding_to_json(one) for one in self._waiting]
        write_records(self._writer, payloads, KIND_FINDING, [now_ns] * len(payloads))
        REST.told(sum(not one.late for one in self._waiting))  # late ones page nobody
        for one in self._waiting:
            self.metrics.findings.labels(one.kind).inc()
        self._waiting.clear()
        return 1

    def _save(self) -> int:
        """Only what is on the stream may be forgotten, so nothing is saved while findings wait."""
        self._saved_s = self.clock.monotonic_s()
        if self._waiting or self.positions == self._saved:
            return 0
        checkpoint.save(self.config.memory_file, self.engine, self.positions)
        # what lies before it may expire from the journal, as far as findings are concerned
        cursor = Cursor(self.config.folder, self.config.processor.name)
        cursor.save(Checkpoint(dict(self.positions)))
        self._saved = dict(self.positions)
        self.engine.forget_reopened()
        return 1

    def _restored(self) -> dict[str, Position]:
        try:
            found = checkpoint.load(self.config.memory_file, self.engine)
        except checkpoint.MemoryDamaged as error:
            # judging everything again changes nothing but the time it takes
            _log.error("findings begin at the oldest record", error=str(error))
            detectors = self.engine.detectors
            self.engine = Engine(detectors, self.engine.book)
            return {}
        if found.begun_anew:
            _log.warning("detectors begin anew", detectors=found.begun_anew)
        return dict(found.positions)

    def _look_at_limits(self) -> None:
        now_s = self.clock.monotonic_s()
        if now_s - self._files.looked_s < LOOK_AT_LIMITS_EVERY_S:
            return
        self._files.looked_s = now_s
        seen = (
            _changed_ns(self.config.limits / BOOK_FILE),
            _changed_ns(self.config.limits / GROUPS_FILE),
        )
        if seen == self._files.seen or seen[0] == 0:
            return
        try:
            self.engine.use(LimitBook.load(self.config.limits, self.engine.detectors))
        except (OSError, BadInput) as error:
            _log.error("the limits in force stay", error=str(error))
        self._files.seen = seen

    def _tried(self, of: str, work: Callable[[], int]) -> int:
        """What ``work`` gives; 0 when it cannot be done now, which is told once."""
        try:
            done = work()
        except (JournalError, LookupError, OSError) as error:
            text = f"{of}: {type(error).__name__}: {error}"
            if text != self._fault:
                _log.error("findings wait", fault=text)
            self._fault = text
            return 0
        if self._fault.startswith(f"{of}:"):
            self._fault = ""
        return done

    def _tell_failures(self) -> None:
        for name, count in self.engine.counts.failed.items():
            more = count - self._failed_before.get(name, 0)
            if more:
                self.metrics.failed.labels(name).inc(more)
                self._failed_before[name] = count
        for text in self.engine.failures[:5]:
            _log.error("a detector did not judge a batch", fault=text)
        self.engine.failures.clear()

    def _open(self) -> JournalWriter:
        return JournalWriter(self.config.processor.journal, self.config.stream, clock=self.clock)

    def _report(self) -> None:
        """The status file: that it lives, how far it is, what hinders it."""
        now_s = self.clock.monotonic_s()
        if now_s - self._told_s < STATUS_EVERY_S:
            return
        self._told_s = now_s
        lag_s = 0.0
        with suppress(JournalError, LookupError, OSError):
            oldest_ns = self._follower.oldest_ns(self.positions)
            behind = self._follower.behind(self.positions)
            if behind and oldest_ns:
                lag_s = max(0.0, (self.clock.now_ns() - oldest_ns) / 1e9)
        self.metrics.lag.set(lag_s)
        counts = self.engine.counts
        body = {
            "name": self.config.processor.name,
            "updated_at": self.clock.now_ns() / 1e9,
            "lag_s": round(lag_s, 1),
            "rows": counts.rows,
            "findings": counts.findings,
            "set_aside": counts.set_aside,
            "repeated": counts.repeated,
            "failed": counts.failed,
            "vehicles": len(self.engine.slots),
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
