"""Brings what became of each upload from the proof streams into the store, each outcome once.

As the processor does with frames (``telemetry.ingest.processor``): the range is written down, its
rows go in as one block under the range's token until the store has them, then the checkpoint moves.
A kill anywhere repeats a block that the store knows by its token, and rows it knows by their key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Gauge

from voltward.base.clock import Clock, SystemClock
from voltward.base.right_of_way import REST
from voltward.journal.errors import JournalError
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.batch import Part
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.follow import Follower
from voltward.telemetry.ingest.plan import Plan
from voltward.telemetry.ingest.sink import RowsRefused, StoreUnwell
from voltward.uplink.proof import STREAM_PREFIX
from voltward.uplink.proof_rows import keys_of, proofs_of, table_of
from voltward.uplink.proof_store import ProofStore

NAME: Final = "proving"
STATUS_EVERY_S: Final = 1.0
_WAITS_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# The store, the journal or the disk cannot be had now: nothing has moved.
NOT_NOW = (StoreUnwell, RowsRefused, JournalError, LookupError, OSError)
_log = structlog.get_logger("voltward.proving")


@dataclass(frozen=True, slots=True)
class ProvingConfig:
    """``processor``: of the journal's processor. State and lock lie beside its own, so that a rebuild
    of the store waits for both. ``status_file``: what pages read."""

    processor: ProcessorConfig
    status_file: Path
    wait_ms: float = 250.0

    @property
    def state_file(self) -> Path:
        return replace(self.processor, name=NAME).state_file

    @property
    def lock_file(self) -> Path:
        return replace(self.processor, name=NAME).lock_file


class Proving:
    """One thread drives it."""

    def __init__(
        self,
        config: ProvingConfig,
        reader: JournalReader,
        store: ProofStore,
        clock: Clock | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.lag = Gauge(
            "voltward_proving_lag_seconds",
            "Age of the oldest proof not in the store",
            registry=registry or CollectorRegistry(),
        )
        self.state = _restored(config.state_file)
        self._saved = self.state
        self._reader = reader
        self._store = store
        self._follower = Follower(reader, lambda stream: stream.startswith(STREAM_PREFIX), 1)
        self._begun: Plan | None = None  # the plan whose beginning this process has written down
        self._looks = True  # at the store, if it still has what it got
        self._fault = ""
        self._told_s = float("-inf")

    def run(self, stopping: Event) -> None:
        """Work until ``stopping`` is set; what is not in the store then is so after the next start."""
        waits = _waits()
        while not stopping.is_set():
            REST.take(stopping)
            moved = self.tried()
            waits = _waits() if moved is not None else waits
            self._report()
            if not moved:
                stopping.wait(next(waits) if moved is None else self.config.wait_ms / 1000)
        with suppress(OSError):  # the plan on disk is done again; its token makes that nothing
            self._settle()

    def tried(self) -> int | None:
        """As ``step``; None: it cannot be done now, which is told once."""
        try:
            moved = self.step()
        except NOT_NOW as error:
            text = f"{type(error).__name__}: {error}"
            if text != self._fault:
                _log.error("proofs wait", fault=text)
            self._fault = text
            return None
        self._fault = ""
        return moved

    def step(self) -> int:
        """Bring what waits, at most about 1 MiB of each stream, into the store; its records.

        Raises:
            one of NOT_NOW: nothing has moved; call again.
        """
        parts = self._next_parts()
        looks = bool(parts) or self._looks
        if looks and self.state.totals.get("proofs") and self._store.is_empty():
            _log.warning("the store was made anew: all proofs are brought again")
            self._save(states.State(generation=self.state.generation + 1))
            return 1
        self._looks = False
        if not parts:
            self._settle()
            return 0
        assert self.state.plan is not None
        if self.state.plan != self._begun:
            self._save(self.state.planned(self.state.plan.tried_again()))
            self._begun = self.state.plan
        proofs = proofs_of([part.records for part in parts])
        keys = keys_of(proofs, self._reader, self._store.hashes)
        self._store.insert(table_of(proofs, keys), self.state.plan.token)
        for fault in proofs.faults:
            _log.error("a proof cannot be read", fault=fault)
        self.state = self.state.finished({"proofs": len(proofs), "faults": len(proofs.faults)})
        return sum(len(part.records) for part in parts) or 1

    def drain(self) -> None:
        """Everything that waits; raises as ``step``."""
        while self.step():
            pass

    def _next_parts(self) -> list[Part]:
        """The range left behind by a kill, else what waits."""
        if self.state.plan is not None:
            return self._follower.again(self.state.plan.ranges)
        parts = self._follower.next_parts(self.state.checkpoint)
        if parts:
            ranges = tuple(part.range for part in parts)
            self.state = self.state.planned(Plan(self.state.generation, ranges))
        return parts

    def _settle(self) -> None:
        if self.state != self._saved:
            self._save(self.state)

    def _save(self, state: states.State) -> None:
        states.save(self.config.state_file, state)
        self.state = self._saved = state

    def _report(self) -> None:
        now_s = self.clock.monotonic_s()
        if now_s - self._told_s < STATUS_EVERY_S:
            return
        self._told_s = now_s
        lag_s = 0.0
        with suppress(JournalError, LookupError, OSError):
            oldest_ns = self._follower.oldest_ns(self.state.checkpoint)
            if oldest_ns is not None:
                lag_s = max(0.0, (self.clock.now_ns() - oldest_ns) / 1e9)
        self.lag.set(lag_s)
        body = {
            "at": self.clock.now_ns() / 1e9,
            "lag_s": round(lag_s, 1),
            "totals": dict(self.state.totals),
            "fault": self._fault,
        }
        fresh = self.config.status_file.with_suffix(".fresh")
        with suppress(OSError):
            fresh.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(body), encoding="utf-8")
            fresh.replace(self.config.status_file)


def read_proving_status(path: Path) -> dict[str, Any] | None:
    """What the follower last said; None: it never ran, or the file is being replaced."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _restored(path: Path) -> states.State:
    try:
        return states.load(path)
    except states.StateDamaged as error:
        # bringing everything again changes nothing but the time it takes
        _log.error("proofs begin at the oldest record", error=str(error))
        return states.State()


def _waits() -> Iterator[float]:
    yield from _WAITS_S
    while True:
        yield _WAITS_S[-1]
