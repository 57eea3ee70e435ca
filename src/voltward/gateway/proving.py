"""Verdicts of a whole batch, off the event loop, before any of its frames is judged by a session.

A batch with frames of enrolled vehicles waits, uncut, until a pool of threads has verified them; then
the sessions find each verdict ready (R19).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import structlog

from voltward.columns.split import PieceReason
from voltward.gateway.answers import SHELL
from voltward.gateway.batch import Inbox
from voltward.gateway.cutting import Look, look
from voltward.gateway.judging import LOGIN, SIGNED
from voltward.gateway.online import VEHICLE
from voltward.gateway.prover import ALWAYS
from voltward.gateway.roster import GUARDED
from voltward.gateway.seats import NO_SLOT

if TYPE_CHECKING:
    from voltward.gateway.hub import Hub

log = structlog.get_logger(__name__)


class Proving:
    """One batch at a time. ``is_busy``: it is being verified, and nothing may be cut meanwhile."""

    def __init__(self, hub: Hub) -> None:
        self.is_busy = False
        self._hub = hub
        self._workers = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="proving")

    def before(self, inbox: Inbox, then: Callable[[Inbox, Look | None], None]) -> None:
        """Call ``then`` when every verdict is there: at once, if none is needed."""
        try:
            seen = look(inbox)
            wanted = self._wanted(seen)
        except Exception:  # the cut meets it again, and sets the batch apart
            log.exception("batch_unseen")
            then(inbox, None)
            return
        if not wanted:
            then(inbox, seen)
            return
        self.is_busy = True
        inbox.wait()
        prepare = self._hub.house.prover.prepare
        work = [
            asyncio.wrap_future(self._pool.submit(prepare, wanted[at :: self._workers]))
            for at in range(min(self._workers, len(wanted)))
        ]
        gathered = asyncio.gather(*work, return_exceptions=True)
        gathered.add_done_callback(lambda done: self._go_on(done, inbox, seen, then))

    def close(self) -> None:
        self._pool.shutdown(wait=False)

    def _go_on(
        self,
        done: asyncio.Future[list[BaseException | None]],
        inbox: Inbox,
        seen: Look,
        then: Callable[[Inbox, Look | None], None],
    ) -> None:
        self.is_busy = False
        for fault in [] if done.cancelled() else done.result():
            if fault is not None:  # what is not ready is judged when its session asks
                log.error("proving_fault", exc_info=fault)
        try:
            then(inbox, seen)
        except Exception as error:  # as in a tick: what was taken is in nobody's hands
            self._hub.crash(error)
        finally:
            self._hub.house.prover.forget()

    def _wanted(self, seen: Look) -> list[bytes]:
        """Frames whose session will ask for a verdict that takes work."""
        house, pieces = self._hub.house, seen.pieces
        whole = pieces.reason == PieceReason.FRAME
        starts, stops = pieces.start[whole], pieces.stop[whole]
        if not starts.size:
            return []
        commands = seen.buffer[starts + 2]
        slots = house.seats.slot[seen.seats[pieces.chunk[whole]]]
        wanted = np.isin(commands, ALWAYS)
        if len(house.prover.keys):
            is_vehicle = house.roster.region.rows["state"][slots] == VEHICLE
            plain = is_vehicle & (slots != NO_SLOT) & (house.roster.grants[slots] != GUARDED)
            wanted |= np.isin(commands, SIGNED) & ~(plain & (commands != LOGIN))
        found = []
        for start, stop in zip(starts[wanted].tolist(), stops[wanted].tolist(), strict=True):
            frame = seen.data[start:stop]
            if stop - start > SHELL and self._takes_work(frame):
                found.append(frame)
        return found

    def _takes_work(self, frame: bytes) -> bool:
        return frame[2] in ALWAYS or self._hub.house.prover.is_guarded(frame[4:21])
