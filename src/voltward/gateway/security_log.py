"""The stream of security events, small and durable, beside the journal of frames.

What stands here stands among the events of the gateway's own stream too, and was on disk there
first; whoever follows this one does not have to read every frame (R15-R19).
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
import structlog

from voltward.gateway.committer import Journal
from voltward.gateway.reasons import RecordKind
from voltward.journal.errors import JournalError

log = structlog.get_logger(__name__)

SECURITY_SEGMENT_BYTES: Final = 8 << 20
KIND_SECURITY: Final = RecordKind.EVENT
MOST_WAITING: Final = 1000  # batches; above that the events are in the gateway's own stream only


class SecurityLog:
    """Takes events from the loop and writes them from a thread of its own."""

    def __init__(self, journal: Journal, retry_every_s: float) -> None:
        self._journal = journal
        self._retry_every_s = retry_every_s
        self._waiting: queue.Queue[tuple[int, Sequence[bytes]] | None] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="security", daemon=True)
        self._thread.start()

    def put(self, received_ns: int, alerts: Sequence[bytes]) -> None:
        """Never waits."""
        try:
            self._waiting.put_nowait((received_ns, alerts))
        except queue.Full:
            log.error("security_events_left_out", count=len(alerts))

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
            received_ns, alerts = taken
            offsets = np.zeros(len(alerts) + 1, np.int64)
            np.cumsum([len(one) for one in alerts], out=offsets[1:])
            self._journal.append_many(
                np.frombuffer(b"".join(alerts), np.uint8),
                offsets,
                np.full(len(alerts), KIND_SECURITY, np.uint8),
                np.zeros(len(alerts), np.uint32),
                np.full(len(alerts), received_ns, np.int64),
            )
            self._commit()

    def _commit(self) -> None:
        """Until the disk takes it; what waits behind it is bounded."""
        try:
            self._journal.commit()
            return
        except JournalError as error:
            log.error("security_log_fault", code=error.code, detail=str(error))
        while not self._stopping.wait(self._retry_every_s):
            try:
                self._journal.recover()
                self._journal.commit()
                return
            except JournalError as error:
                log.error("security_log_fault", code=error.code, detail=str(error))
