"""One link: what it owes, in which order it is sent, and what is written down before it is forgotten.

Live frames go first and at once. What is late, what came while the link was down, what a vehicle
reissues itself and what was in flight when a connection went is due: durable before the cursor
passes it, sent in idle time as 03, oldest minute first. A frame leaves the window only when its
outcome is on disk: after a kill at most a window's frames are sent a second time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voltward.base.clock import Clock
from voltward.uplink.books import Books, Opened, Place
from voltward.uplink.client import Answered, PlatformClient
from voltward.uplink.feedback import FeedbackStream
from voltward.uplink.incoming import REISSUE, REISSUE_WINDOW_S, Owed, Table, reissued
from voltward.uplink.items import Item, Reencode, Source
from voltward.uplink.links import Link
from voltward.uplink.making import Maker, rows_of
from voltward.uplink.outcomes import entry_of
from voltward.uplink.pace import Pace
from voltward.uplink.proof import ACCEPTED, EXPIRED, REFUSED
from voltward.uplink.reissue import Reissues
from voltward.uplink.report_desk import ReportDesk
from voltward.uplink.requests import Requests
from voltward.uplink.sources import Archived

SETTLE_EVERY_S: Final = 0.02
CHECKPOINT_EVERY_S: Final = 1.0
STRETCHES: Final = 4  # of the journal, read in one step
MOST_WAITING: Final = 200_000  # due entries in memory; then they go to disk at once


@dataclass(eq=False)
class Desk:
    """One thread drives it: ``step`` again and again, and the connection's news in between.

    ``scale``: of all retry times. ``archived``: frames whose segment has expired.
    """

    place: Place
    link: Link
    clock: Clock
    scale: float = 1.0
    table: Table = field(default_factory=Table.empty)
    reencode: Reencode | None = None
    archived: Archived = lambda _position: None
    opened: Opened | None = None
    writable: bool = True  # the connection takes more bytes
    books: Books = field(init=False)
    client: PlatformClient = field(init=False)
    is_leaving: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.place, self.clock, self.opened)
        logins, clock = self.books.logins, self.clock
        self.client = PlatformClient(
            self.link, clock, lambda: logins.next(clock.now_ns()), self.scale
        )
        self._maker = Maker(self.link, self.table, self.reencode)
        self._queue: deque[Item] = deque()  # live, in the order of the journal
        self._reissues = Reissues(self.books, self._maker, self.archived, self._checkpoint)
        self._reports = ReportDesk(self.books, self.clock)
        self._feedback = FeedbackStream(self.place.journal, self.link.name, self.clock)
        self._requests = Requests.of(self.books, self._maker, self.archived)
        self._pace, self._due_pace = Pace(), Pace()
        self._settled_s = self._saved_s = self.clock.monotonic_s()
        self._moved = False  # something a checkpoint would say

    def begin(self) -> None:
        """Take up where the last run ended, and connect.

        Raises:
            BadInput, JournalError, OSError: see ``Books``.
        """
        self.books.begin(self.client.retry_s)
        self._reports.begin()
        self.client.start()

    def use(self, link: Link, table: Table) -> None:
        """The settings as the office has them now."""
        self.link = self._maker.link = link
        self.table = self._maker.table = table
        self.client.use(link)

    def step(self) -> bool:
        """Do what can be done now; False: nothing more until something comes, or 20 ms went by.

        Raises:
            JournalError, ArchiveDamaged, OSError: the disk; what was done stays done.
        """
        self.client.tick()
        self._collect()
        self._hear()
        if not self.client.is_up:
            self._put_off(self._queue)
            self._reissues.rewind()
            self._requests.rewind()
        read = self._read_live()
        sent = self._send()
        self._settle()
        return read or sent

    def leave(self) -> None:
        """Send nothing more but the logout; ``close`` follows when the platform has had its time."""
        self.is_leaving = True

    def close(self) -> None:
        """Log out, and put everything on disk."""
        self.client.leave()
        self._collect()
        self._put_off(self._queue)
        self._settle_now()
        self.books.checkpoint(rows_of(()))
        self._feedback.close()
        self.books.close()

    def lag_s(self) -> float:
        """Age of the oldest live frame that is neither sent nor due."""
        now = self.clock.now_ns() / 1e9
        if self._queue:
            return max(0.0, now - self._queue[0].received_s)
        live = self.books.live
        return 0.0 if live.is_drained or not live.read_until_s else now - live.read_until_s

    @property
    def in_flight(self) -> int:
        """Sent, and without an outcome on disk."""
        return self.client.in_flight + self.books.unsettled

    # ---- what came back

    def _collect(self) -> None:
        answered, self.client.answered = self.client.answered, []
        returned, self.client.returned = self.client.returned, []
        kept: list[Item] = []
        for one in answered:
            is_report = one.item.source is Source.REPORT
            if is_report and not self._reports.is_final(one, self.client.retry_s):
                continue
            is_own = one.item.source not in (Source.REPORT, Source.ASKED)  # the link asks again
            if is_own and one.outcome == REFUSED and not self._is_final(one):
                kept.append(one.item)
                continue
            if one.outcome == ACCEPTED and not is_report:
                self.books.holds.accepted(one.item)
            elif one.outcome != REFUSED and is_own:
                self._unsettled(one.item)
            self.books.pend(one.item, entry_of(one.item, one.outcome, one.flag, one.at_ms))
            self._requests.answered(one.item)
        self._keep(kept)
        self._return(returned)
        self._moved |= bool(answered or returned)

    def _hear(self) -> None:
        """Feedback of the platform is on disk before it is answered."""
        told, self.client.told = self.client.told, []
        if told:
            self.client.output += self._feedback.take(told)

    def _is_final(self, one: Answered) -> bool:
        now_s, now = self.clock.monotonic_s(), self.clock.now_ns() / 1e9
        return self.books.holds.refused(one.item, one.flag, now_s, now, self.client.retry_s)

    def _keep(self, items: list[Item]) -> None:
        """Refused frames that are sent again later, in their vehicle's turn."""
        fresh = [item for item in items if item.source is not Source.HELD]
        if fresh:
            self.books.holds.divert(rows_of(fresh))
            self.books.moved(item.place for item in fresh if item.source is Source.DUE)
        for item in items:
            self.books.holds.count(item)

    def _return(self, items: list[Item]) -> None:
        """What was in flight when the connection went."""
        self._put_off(deque(item for item in items if item.source is Source.LIVE))
        self._reports.again(item for item in items if item.source is Source.REPORT)
        for item in items:
            if item.source is Source.HELD:
                self._unsettled(item)

    def _unsettled(self, item: Item) -> None:
        self.books.holds.unsettled(item, self.clock.monotonic_s(), self.client.retry_s)

    def _put_off(self, queue: deque[Item]) -> None:
        """Live frames become due for reissue."""
        if queue:
            self.books.due.add(reissued(rows_of(queue)))
            for item in queue:
                self._unsettled(item)
            queue.clear()

    # ---- live

    def _read_live(self) -> bool:
        """Read on while there is room for more in the queue; True: there may be more."""
        for _ in range(STRETCHES):
            if len(self._queue) >= self.link.window or self.books.due.waiting > MOST_WAITING:
                return False  # there is more, but it must wait
            owed = self.books.live.next(self.link, self.table)
            if owed is None:
                return False
            self._moved = True
            self._sort_out(owed)
        return True

    def _sort_out(self, owed: Owed) -> None:
        """To the queue what is fresh and may be sent at once, to the due files all else."""
        now = self.clock.now_ns() / 1e9
        self.books.totals["owed"] += len(owed)
        fresh = (now - owed.rows["moment_s"] < self.link.live_s) & self.client.is_up
        fresh &= owed.rows["command"] != REISSUE
        if self.books.holds.of:
            now_s = self.clock.monotonic_s()
            for place in np.flatnonzero(fresh).tolist():
                vehicle = int(owed.rows["vehicle"][place])
                fresh[place] = not self.books.holds.stops_live(vehicle, now_s)
        self.books.due.add(reissued(owed.rows[~fresh]))
        made = self._maker.live(owed, np.flatnonzero(fresh).tolist())
        for item, entry in made.unsaid:
            self.books.pend(item, entry)
        self._queue.extend(made.items)

    # ---- sending

    def _send(self) -> bool:
        """Live first, then, in idle time, who is asked again and what is due; True: more may go."""
        if not self.client.is_up or not self.writable or self.is_leaving:
            return False
        room = self.link.window - self.in_flight
        now_s = self.clock.monotonic_s()
        if room <= 0:
            return False
        allowed = self._pace.allows(self.link.per_s, now_s, room)
        reports = self._hand_over(self._reports.next(allowed, self.link))
        self._pace.took(reports)
        allowed -= reports
        live = self._fresh(allowed)
        self._pace.took(self._hand_over(live))
        if self._queue or not self.books.live.is_drained:
            return bool(live)
        self._hand_over(self._reissues.asking(now_s))
        allowed = self._pace.allows(self.link.per_s, now_s, allowed - len(live))
        allowed = self._due_pace.allows(self.link.reissue_per_s, now_s, allowed)
        count = self._hand_over(self._reissues.next(allowed) or self._requests.next(allowed))
        for pace in (self._pace, self._due_pace):
            pace.took(count)
        return bool(live) or count > 0

    def _hand_over(self, items: list[Item]) -> int:
        if items:
            self.client.send(items)
            self.books.totals["sent"] += len(items)
            self._moved = True
        return len(items)

    def _fresh(self, most: int) -> list[Item]:
        """The next live frames; those that grew old in the queue become due."""
        oldest = self.clock.now_ns() / 1e9 - self.link.live_s
        items: list[Item] = []
        late: deque[Item] = deque()
        while self._queue and len(items) < most:
            item = self._queue.popleft()
            (items if item.moment_s > oldest else late).append(item)
        self._put_off(late)
        return items

    # ---- to disk

    def _settle(self) -> None:
        now_s = self.clock.monotonic_s()
        waits = self.books.unsettled
        if waits and (now_s - self._settled_s >= SETTLE_EVERY_S or 2 * waits >= self.link.window):
            self._settled_s = now_s
            self._settle_now()
        if not self.books.unsettled:
            self._requests.settled()
        crowded = self.books.due.waiting > MOST_WAITING
        if now_s - self._saved_s < CHECKPOINT_EVERY_S and not crowded:
            return
        self._saved_s = now_s
        self.books.expire_held(self.clock.now_ns() / 1e9 - REISSUE_WINDOW_S, EXPIRED)
        if self._moved:
            self._checkpoint()

    def _checkpoint(self) -> None:
        self._moved = False
        self._collect()
        self._settle_now()
        flying = [item for item in self.client.flying() if item.source is Source.LIVE]
        self.books.checkpoint(rows_of([*flying, *self._queue]))

    def _settle_now(self) -> None:
        self.books.settle()
        self._reports.save()
