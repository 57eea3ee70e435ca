"""All links of one process, batch by batch: collect, cut, commit, and only then answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from voltward.gateway.answers import clock_answer
from voltward.gateway.batch import Batch, Cut, Inbox
from voltward.gateway.committer import HANGS_S, Committer, Journal
from voltward.gateway.config import GatewayConfig
from voltward.gateway.cutting import Look, cut, quarantine
from voltward.gateway.house import House
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link, Pause
from voltward.gateway.metrics import Figures
from voltward.gateway.outbox import Answer, AnswerKind, Outbox
from voltward.gateway.parting import Parting
from voltward.gateway.proving import Proving
from voltward.gateway.reasons import SUCCESS, CloseReason
from voltward.gateway.sending import send_answers
from voltward.gateway.session import Session
from voltward.gateway.side_log import SideLogs
from voltward.journal.errors import JournalError

log = structlog.get_logger(__name__)

_HOLD_EVERY_S = 0.5  # between batches while the journal is at fault
_BEHIND_TICKS = 5  # a batch that waited this many times its due time: the process is behind
_AHEAD_SHARE = 8  # of a full batch: so much arrived during a commit shows a busy process


class Hub:
    """Lives in the event loop. ``is_serving``: the last commit succeeded."""

    def __init__(self, config: GatewayConfig, house: House, journal: Journal) -> None:
        self.config = config
        self.house = house
        self.figures = Figures()
        self.intake = Intake(self, config.commit_bytes, config.limits.buffered_bytes)
        self.links = self.intake.links
        self.is_serving = True
        self.side = Outbox()  # what came up between batches
        self.logs = SideLogs()
        self.loop = asyncio.get_running_loop()
        self._committer = Committer(journal, self, config.retry_every_s)
        self._parting = Parting(self)
        self._proving = Proving(self)
        self._in_flight: deque[Batch] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._next_link = 0
        self._idle = asyncio.Event()
        self.crashed: asyncio.Future[None] = self.loop.create_future()
        self._every_s = config.commit_every_ms / 1000
        self._ahead_bytes = max(1, config.commit_bytes // _AHEAD_SHARE)
        self._committer.start()

    def opened(self, link: Link, peer: str) -> None:
        """A connection; one too many is closed at once."""
        self._next_link += 1
        link.session = Session(self.house, self._next_link, peer)
        link.seat = link.session.seat
        self.intake.opened(link, self._next_link)
        self.figures.opened += 1
        if len(self.links) > self.config.limits.links:
            self.drop(link, CloseReason.LINK_LIMIT)

    def lost(self, link: Link, reason: CloseReason) -> None:
        """The connection is gone; what it sent before is still worked off."""
        self._parting.lost(link, reason)
        if link.gone is None:
            self._end(link, reason)

    def drop(self, link: Link, reason: CloseReason) -> None:
        """End a link for ``reason``."""
        if link.gone is None:
            self.figures.closed[str(reason)] += 1
            self._end(link, reason)
            link.transport.close()

    def _end(self, link: Link, reason: CloseReason) -> None:
        link.gone = reason
        self.house.seats.is_gone[link.seat] = True
        link.hand_over()

    def now_s(self) -> float:
        return self.house.clock.monotonic_s()

    def arm(self, *, at_once: bool = False) -> None:
        """See to it that a batch is cut in time; one at a time while the disk takes them."""
        if self._in_flight and self.is_serving:
            return  # its end arms the next
        if self._timer is not None and not at_once:
            return
        self._disarm()
        waited_s = self.now_s() - self.intake.begun_s if self.intake.chunks else 0.0
        wait_s = 0.0 if at_once else max(0.0, self._every_s - waited_s)
        self._timer = self.loop.call_later(_HOLD_EVERY_S if self._in_flight else wait_s, self._tick)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        """The next batch. What is neither cut nor set apart is in nobody's hands: go no further."""
        try:
            self._next_batch()
        except Exception as error:
            self.crash(error)

    def _next_batch(self) -> None:
        self._timer = None
        if self._proving.is_busy:
            return  # its end submits that batch, and arms the next
        inbox = self.intake.taken()
        waited_s = self.now_s() - self.intake.begun_s if inbox.chunks else 0.0
        self._proving.before(inbox, partial(self._submit, waited_s))

    def _submit(self, waited_s: float, inbox: Inbox, seen: Look | None) -> None:
        out, self.side = self.side, Outbox()
        batch = self._cut(inbox, out, waited_s, seen)
        self.figures.cut(batch)
        self.intake.submitted()
        if len(batch) == 0:
            self._done(batch)
            return
        self._in_flight.append(batch)
        self._committer.submit(batch)
        if not self.is_serving:
            self._release_alive(batch)
            if self._is_waiting():
                self.arm()

    def _cut(self, inbox: Inbox, out: Outbox, waited_s: float, seen: Look | None) -> Batch:
        """``batch.cut``; should it ever raise, no byte is lost and the process goes on."""
        try:
            found = cut(inbox, self.house, out, seen)
        except Exception:  # a fault of ours: say so loudly, keep the bytes, start these links anew
            log.exception("batch_fault", chunks=len(inbox.chunks))
            self.figures.faults["batch"] += 1
            if inbox.ending is not None:  # what its links have sent while it waited is in our hands
                inbox = inbox.with_all_of(self.intake.taken())
            self._forget(inbox)
            return quarantine(inbox, self.house, out)
        for link in found.special:
            self._look_after(link)
        if waited_s > _BEHIND_TICKS * self._every_s and self.is_serving:
            self._hold_reissue(found, waited_s)
        return found.batch

    def _forget(self, inbox: Inbox) -> None:
        """Links of a batch that is set apart: their end is in it, nobody else will see to them."""
        for seat in set(inbox.seats):
            link = inbox.links[seat]
            if self.links.pop(link.session.link, None) is not None and link.gone is None:
                self.figures.closed[str(CloseReason.FAULT)] += 1

    def _look_after(self, link: Link) -> None:
        """A link that was not plain: it may have logged in or out, ended, or sent too much."""
        if link.gone is not None:
            self.links.pop(link.session.link, None)
            return
        link.is_admitted = link.session.is_logged_in
        if link.is_admitted:
            link.early_bytes = 0
            link.resume(Pause.EARLY)
        elif link.early_bytes > self.config.limits.pre_login_bytes:
            self.drop(link, CloseReason.PRE_LOGIN_BYTES)

    def _hold_reissue(self, found: Cut, waited_s: float) -> None:
        """Behind: a backlog may not take more of the process than its share (R25)."""
        per_s = self.config.limits.reissue_per_s
        for link, pause_s in found.backlogs(self.intake.by_seat, per_s, waited_s):
            link.pause(Pause.REISSUE)
            self.loop.call_later(pause_s, link.resume, Pause.REISSUE)

    def committed(self, batch: Batch, seconds: float) -> None:
        self._soon(self._release, batch, seconds)

    def faulted(self, error: JournalError) -> None:
        self._soon(self._hold, error)

    def failed(self, error: BaseException) -> None:
        self._soon(self.crash, error)

    def _soon(self, step: Callable[..., None], *facts: Any) -> None:
        """From the committer's thread; a commit that hung may end after the loop has."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(step, *facts)

    def crash(self, error: BaseException) -> None:
        if not self.crashed.done():
            self.crashed.set_exception(error)

    def _hold(self, error: JournalError) -> None:
        """Stop answering, say so, keep every connection and every byte."""
        self.figures.faults[error.code] += 1
        if self.is_serving:
            self.is_serving = False
            log.critical("not_serving", code=error.code, detail=str(error))
        for batch in self._in_flight:
            self._release_alive(batch)
        self.arm()

    def _release(self, batch: Batch, seconds: float) -> None:
        """On disk: now, and not before, the answers leave."""
        self._in_flight.popleft()
        self.figures.committed(batch, seconds)
        if not self.is_serving:
            self.is_serving = True
            log.warning("serving_again", held_batches=len(self._in_flight))
            self._disarm()  # what arrives from now on does not wait as long as a fault
        if not self._in_flight and self.intake.arrived_bytes >= self._ahead_bytes:
            self._disarm()
            self._tick()  # busy: the disk takes the next batch while these answers leave
        send_answers(batch)
        for answer in batch.out.answers:
            self._send(answer)
        self.logs.put(batch.received_ns, batch.out)
        for older, by_link, vin in batch.out.replaced:
            if older in self.links:
                self._parting.begin(self.links[older], by_link, vin)
        self._done(batch)

    def _release_alive(self, batch: Batch) -> None:
        """Heartbeats vouch for no data: they are answered while the disk is not (R5)."""
        answers = batch.out.answers
        batch.out.answers = [one for one in answers if one.kind is not AnswerKind.ALIVE]
        for answer in answers:
            if answer.kind is AnswerKind.ALIVE:
                self._send(answer)

    def _send(self, answer: Answer) -> None:
        link = self.links.get(answer.link)
        if link is None or link.gone is not None:
            return
        data = answer.data
        if answer.kind is AnswerKind.CLOCK:
            data = clock_answer(data, SUCCESS, self.house.clock.now_ns())
        link.transport.write(data)
        self.figures.answers += 1

    def _done(self, batch: Batch) -> None:
        """The batch is off our hands."""
        self.intake.done(batch.taken_bytes)
        if self._is_waiting():
            self.arm()
        elif not self._in_flight:
            self._idle.set()

    def _is_waiting(self) -> bool:
        return bool(self.intake.chunks or self.side.records or self._proving.is_busy)

    @property
    def commit_waiting_s(self) -> float:
        """How long the commit that is under way has waited; 0 without one."""
        return self._committer.waiting_s

    @property
    def is_hanging(self) -> bool:
        """The disk neither takes a commit nor refuses it."""
        return self.is_serving and self.commit_waiting_s >= HANGS_S

    async def drain(self, patience_s: float) -> bool:
        """Read no more, bring everything to disk, answer it, close every link (R9).

        False as ``close``; each of three steps waits ``patience_s`` at most.
        """
        for link in self.links.values():
            link.pause(Pause.DRAIN)
        await self._settled(patience_s)
        for link in list(self.links.values()):
            self.drop(link, CloseReason.SHUTDOWN)
        await self._settled(patience_s)
        return await self.loop.run_in_executor(None, self.close, patience_s)

    def close(self, patience_s: float) -> bool:
        """End the committer's thread. False: the disk hangs, and so does the thread."""
        self._proving.close()
        if not (is_ended := self._committer.stop(patience_s)):
            log.critical("commit_hangs", seconds=round(self.commit_waiting_s, 1), stopping=True)
        return is_ended

    async def _settled(self, patience_s: float) -> None:
        self._idle.clear()
        if not (self._is_waiting() or self._in_flight):
            return
        self.arm()
        try:
            await asyncio.wait_for(self._idle.wait(), patience_s)
        except TimeoutError:
            log.error("drain_timeout", in_flight=len(self._in_flight))
