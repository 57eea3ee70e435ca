"""The thread that brings batches to disk, and comes back by itself after a fault (R4, R5)."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
import structlog

from voltward.gateway.batch import Batch, Records
from voltward.journal.errors import JournalError
from voltward.journal.position import Position
from voltward.journal.types import Links, Numbers, ReadOnlyBytes

log = structlog.get_logger(__name__)

HANGS_S = 0.8  # a commit takes milliseconds; seen within a step of the watch, told within 1 s (R4)


class Journal(Protocol):
    """What a gateway asks of ``journal.writer.JournalWriter``."""

    def append_many(
        self,
        buffer: ReadOnlyBytes,
        offsets: Numbers,
        kinds: ReadOnlyBytes,
        links: Links,
        received_ns: Numbers,
    ) -> None: ...

    def commit(self) -> Position: ...

    def recover(self) -> None: ...


class Listener(Protocol):
    """Told from the committer's thread."""

    def committed(self, batch: Batch, seconds: float) -> None:
        """The batch is on disk: its answers may leave."""
        ...

    def faulted(self, error: JournalError) -> None:
        """A commit failed. Nothing that waits may be answered until ``committed`` says so."""
        ...

    def failed(self, error: BaseException) -> None:
        """A fault of ours ended the thread: the process must not go on."""
        ...


class Committer:
    """Batches in, in order; each is on disk before ``committed`` names it.

    A fault holds everything back: the journal is asked to recover every ``retry_every_s`` on
    fresh descriptors until it does, and the batch that waited is the first to be committed.
    """

    def __init__(self, journal: Journal, listener: Listener, retry_every_s: float) -> None:
        self._journal = journal
        self._listener = listener
        self._retry_every_s = retry_every_s
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._begun_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, batch: Batch) -> None:
        self._batches.put(batch)

    @property
    def waiting_s(self) -> float:
        """How long the batch that is under way has waited for the disk; 0 without one."""
        begun_s = self._begun_s
        return 0.0 if begun_s is None else time.perf_counter() - begun_s

    def stop(self, patience_s: float) -> bool:
        """Finish what was submitted if the disk takes it, and end the thread.

        False: the disk neither takes it nor refuses. Only the first call waits for it.
        """
        if not self._stopping.is_set():
            self._stopping.set()
            self._batches.put(None)
            self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._listener.failed(error)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._begun_s = begun_s = time.perf_counter()
            self._append(batch)
            if not self._attempt(self._journal.commit) and not self._recovered():
                return
            self._begun_s = None
            self._listener.committed(batch, time.perf_counter() - begun_s)

    def _append(self, batch: Batch) -> None:
        for records in (batch.plain, batch.others()):
            if len(records):
                self._take_over(records, batch.received_ns)

    def _take_over(self, records: Records, received_ns: int) -> None:
        times = np.full(len(records), received_ns, np.int64)
        self._journal.append_many(
            records.buffer, records.offsets, records.kinds, records.links, times
        )

    def _recovered(self) -> bool:
        """Wait for the journal to come back. False: the process stops before it did."""
        while not self._stopping.wait(self._retry_every_s):
            if self._attempt(self._journal.recover) and self._attempt(self._journal.commit):
                return True
        return False

    def _attempt(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except JournalError as error:
            log.error("journal_fault", code=error.code, detail=str(error))
            self._listener.faulted(error)
            return False
        return True
