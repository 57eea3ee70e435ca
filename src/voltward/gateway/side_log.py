"""Small durable streams beside the journal of frames: security events, and news of commands to vehicles.

Security events stand among those of the gateway's own stream too, and were on disk there first; whoever
follows these streams does not have to read every frame (R15-R19).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog

from voltward.gateway.committer import Journal
from voltward.gateway.outbox import Outbox
from voltward.gateway.reasons import RecordKind
from voltward.journal.errors import JournalError

log = structlog.get_logger(__name__)

SIDE_SEGMENT_BYTES: Final = 8 << 20
KIND_SIDE: Final = RecordKind.EVENT
MOST_WAITING: Final = 1000  # batches; above that the events are in the gateway's own stream only


class SideLog:
    """Takes events from the loop and writes them from a thread of its own, called ``name``."""

    def __init__(self, journal: Journal, retry_every_s: float, name: str) -> None:
        self._journal = journal
        self._name = name
        self._retry_every_s = retry_every_s
        self._waiting: queue.Queue[tuple[int, Sequence[bytes]] | None] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, received_ns: int, events: Sequence[bytes]) -> None:
        """Never waits."""
        try:
            self._waiting.put_nowait((received_ns, events))
        except queue.Full:
            log.error("side_events_left_out", log=self._name, count=len(events))

    def close(self, patience_s: float) -> None:
        """Write what waits, if the disk takes it."""
        self._stopping.set()
        try:
            self._waiting.put(None, timeout=patience_s)
        except queue.Full:
            return
        self._thread.join(patience_s)

    def _run(self) -> None:
        while (taken := self._waiting.get()) is not None:
            received_ns, events = taken
            offsets = np.zeros(len(events) + 1, np.int64)
            np.cumsum([len(one) for one in events], out=offsets[1:])
            self._journal.append_many(
                np.frombuffer(b"".join(events), np.uint8),
                offsets,
                np.full(len(events), KIND_SIDE, np.uint8),
                np.zeros(len(events), np.uint32),
                np.full(len(events), received_ns, np.int64),
            )
            self._commit()

    def _commit(self) -> None:
        """Until the disk takes it; what waits behind it is bounded."""
        try:
            self._journal.commit()
            return
        except JournalError as error:
            log.error("side_log_fault", log=self._name, code=error.code, detail=str(error))
        while not self._stopping.wait(self._retry_every_s):
            try:
                self._journal.recover()
                self._journal.commit()
                return
            except JournalError as error:
                log.error("side_log_fault", log=self._name, code=error.code, detail=str(error))


@dataclass(slots=True)
class SideLogs:
    """Those of one gateway; None: not opened."""

    security: SideLog | None = None
    downlink: SideLog | None = None

    def put(self, received_ns: int, out: Outbox) -> None:
        """Whatever of a batch that is on disk belongs on one of them."""
        if out.alerts and self.security is not None:
            self.security.put(received_ns, out.alerts)
        if out.downlink and self.downlink is not None:
            self.downlink.put(received_ns, out.downlink)
