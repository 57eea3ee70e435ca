"""One link: what it owes, in which order it is sent, and what is written down before it is forgotten.

Live frames go first and at once. What is late, what came while the link was down, what a vehicle
reissues itself and what was in flight when a connection went is due: durable before the cursor
passes it, sent in idle time as 03, oldest minute first. A frame leaves the window only when its
outcome is on disk: after a kill at most a window's frames are sent a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.clock import Clock
from voltward.seals.own_keys import OwnKeys
from voltward.uplink.books import Books, Opened, Place
from voltward.uplink.client import PlatformClient
from voltward.uplink.due import Rows, no_rows
from voltward.uplink.feedback import FeedbackStream
from voltward.uplink.forms import Reencode
from voltward.uplink.fresh import MOST_WAITING, FreshFrames
from voltward.uplink.incoming import REISSUE_WINDOW_S, Table
from voltward.uplink.items import Items, Source, rows_of
from voltward.uplink.links import Link
from voltward.uplink.lowered import lowered_of
from voltward.uplink.making import Maker
from voltward.uplink.pace import Pace
from voltward.uplink.proof import ACCEPTED, EXPIRED, REFUSED
from voltward.uplink.reissue import Reissues
from voltward.uplink.report_desk import ReportDesk
from voltward.uplink.requests import Requests
from voltward.uplink.sources import Archived

SETTLE_EVERY_S: Final = 0.02
CHECKPOINT_EVERY_S: Final = 1.0


@dataclass(eq=False)
class Desk:
    """One thread drives it: ``step`` again and again, and the connection's news in between.

    ``scale``: of all retry times. ``archived``: frames whose segment has expired. ``own``: our private
    keys, for links that sign or are sent what is encrypted for us.
    """

    place: Place
    link: Link
    clock: Clock
    scale: float = 1.0
    table: Table = field(default_factory=Table.empty)
    reencode: Reencode | None = None
    archived: Archived = lambda _position: None
    opened: Opened | None = None
    own: OwnKeys | None = None
    writable: bool = True  # the connection takes more bytes
    books: Books = field(init=False)
    client: PlatformClient = field(init=False)
    is_leaving: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.place, self.clock, self.opened)
        logins, clock = self.books.logins, self.clock
        self.client = PlatformClient(
            self.link, clock, lambda: logins.next(clock.now_ns()), self.scale, self.own
        )
        self._maker = Maker(self.link, self.table, self.reencode)
        self._fresh = FreshFrames(self.books, self._maker, self.client)
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
            self._fresh.put_off_all()
            self._reissues.rewind()
            self._requests.rewind()
        self._settle()
        read, more = self._fresh.read()
        self._moved |= read
        sent = self._send()
        return more or sent

    def leave(self) -> None:
        """Send nothing more but the logout; ``close`` follows when the platform has had its time."""
        self.is_leaving = True

    def close(self) -> None:
        """Log out, and put everything on disk."""
        self.client.leave()
        self._collect()
        self._fresh.put_off_all()
        self._settle_now()
        self.books.checkpoint(no_rows())
        self._feedback.close()
        self.books.close()

    def lag_s(self) -> float:
        """Age of the oldest live frame that is neither sent nor due."""
        return self._fresh.lag_s()

    @property
    def in_flight(self) -> int:
        """Sent, and without an outcome on disk."""
        return self.client.in_flight + self.books.unsettled

    # ---- what came back

    def _collect(self) -> None:
        answered, self.client.answered = self.client.answered, []
        returned, self.client.returned = self.client.returned, []
        if answered:
            rows = np.concatenate(answered)
            final = self._judge(rows)
            self.books.pend(rows[final])
            self._requests.answered(rows[final])
            self._keep(rows[~final])
        if returned:
            self._return(np.concatenate(returned))
        self._moved |= bool(answered or returned)

    def _judge(self, rows: Rows) -> NDArray[np.bool_]:
        """Which have their outcome ``(n,)``; the others are sent again.

        Most are accepted, of vehicles with which all is well. The others are looked at in their order.
        """
        final = np.ones(len(rows), np.bool_)
        is_report = rows["source"] == Source.REPORT
        is_own = ~is_report & (rows["source"] != Source.ASKED)  # of the link, which sends it again
        is_refused = is_own & (rows["outcome"] == REFUSED)
        concerned = self.books.holds.concerns(rows["vehicle"])
        if is_refused.any():
            concerned |= np.isin(rows["vehicle"], rows["vehicle"][is_refused])
        for place in np.flatnonzero(is_report | concerned).tolist():
            row = rows[place]
            if is_report[place]:
                final[place] = self._reports.is_final(row, self.client.retry_s)
            elif is_refused[place]:
                final[place] = self._is_final(row)
            elif row["outcome"] == ACCEPTED:
                self.books.holds.accepted(row)
            elif is_own[place]:
                self._fresh.unsettled(rows[place : place + 1])
        return final

    def _hear(self) -> None:
        """Feedback of the platform is on disk before it is answered."""
        told, self.client.told = self.client.told, []
        if told:
            self.client.answer(self._feedback.take(told))

    def _is_final(self, item: np.void) -> bool:
        now_s, now = self.clock.monotonic_s(), self.clock.now_ns() / 1e9
        waits = int(item["flag"]) in self.link.own_faults
        return self.books.holds.refused(item, now_s, now, self.client.retry_s, waits)

    def _keep(self, rows: Rows) -> None:
        """Refused frames that are sent again later, in their vehicle's turn."""
        rows = rows[rows["source"] != Source.REPORT]
        fresh = rows[rows["source"] != Source.HELD]
        if len(fresh):
            self.books.holds.divert(rows_of(fresh))
            self.books.moved(fresh["place"][fresh["source"] == Source.DUE])
        for item in rows:
            self.books.holds.count(item)

    def _return(self, rows: Rows) -> None:
        """What was in flight when the connection went."""
        self._fresh.put_off(rows[rows["source"] == Source.LIVE])
        self._reports.again(rows[rows["source"] == Source.REPORT])
        self._fresh.unsettled(rows[rows["source"] == Source.HELD])

    # ---- sending

    def _send(self) -> bool:
        """Live first, then, in idle time, who is asked again and what is due; True: more may go."""
        if not self.client.takes or not self.writable or self.is_leaving:
            return False
        room = self.link.window - self.in_flight
        now_s = self.clock.monotonic_s()
        if room <= 0:
            return False
        allowed = self._pace.allows(self.link.per_s, now_s, room)
        reports = self._hand_over(self._reports.next(allowed, self.link))
        self._pace.took(reports)
        allowed -= reports
        live = self._fresh.next(allowed)
        self._pace.took(self._hand_over(live))
        if not self._fresh.is_drained:
            return len(live) > 0
        self._hand_over(self._reissues.asking(now_s))
        allowed = self._pace.allows(self.link.per_s, now_s, allowed - len(live))
        allowed = self._due_pace.allows(self.link.reissue_per_s, now_s, allowed)
        count = self._hand_over(self._reissues.next(allowed) or self._requests.next(allowed))
        for pace in (self._pace, self._due_pace):
            pace.took(count)
        return len(live) + count > 0

    def _hand_over(self, items: Items) -> int:
        if len(items):
            self._tell_lowered(items)
            self.client.send(items)
            self.books.totals["sent"] += len(items)
            self._moved = True
        return len(items)

    def _tell_lowered(self, items: Items) -> None:
        """What a platform is about to hear as less than it is, the office hears of durably."""
        lowered = lowered_of(items.rows, self.clock.now_ns())
        if len(lowered):
            self.books.proofs.tell_lowered(lowered)
            self.books.totals["thermal_as_3"] += len(lowered)

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
        flying = self.client.flying()
        flying = flying[flying["source"] == Source.LIVE]
        self.books.checkpoint(rows_of(np.concatenate([flying, self._fresh.rows()])))

    def _settle_now(self) -> None:
        self.books.settle()
        self._reports.save()
