"""One platform session as a pure state machine: bytes and a clock in; bytes, outcomes, wishes out.

GB/T 32960.3-2016 clause 5.2: login at once; no answer: again after a minute, after three half an
hour; an error answer concerns one frame; a frame without any answer ends the connection. All
times scale with ``retry_s``; only the least second between two connects does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voltward.base.clock import Clock
from voltward.base.errors import BadInput
from voltward.columns.batch import Bytes, FrameBatch
from voltward.frames.editions import COMMAND
from voltward.seals.own_keys import OwnKeys
from voltward.uplink.arriving import Arriving
from voltward.uplink.covering import Covering
from voltward.uplink.due import Rows
from voltward.uplink.flight import Flight
from voltward.uplink.forms import COMMAND_AT
from voltward.uplink.items import Items, with_outcome
from voltward.uplink.links import Link
from voltward.uplink.messages import (
    KEY_EXCHANGE,
    PLATFORM_LOGIN,
    SUCCESS,
    flag_words,
    login,
    logout,
    needs_login,
)
from voltward.uplink.overdue import overdue
from voltward.uplink.proof import ACCEPTED, REFUSED, UNANSWERED
from voltward.uplink.reports import FEEDBACK
from voltward.uplink.standing import Standing, State

TRIES_TOGETHER: Final = 3  # clause 5.2.1: then a long wait
LONG_WAIT: Final = 30  # times retry_s
_LOOK_EVERY_S: Final = 0.1  # at frames without an answer


@dataclass(eq=False)
class PlatformClient(Standing):
    """The caller connects while the state is CONNECTING, writes ``output``, closes when ``hang_up``.

    ``next_sequence`` gives the number of a login, durably counted. ``answered`` (rows of ``ITEM`` with
    the outcome of this try: accepted, refused or unanswered) and ``returned`` (what was in flight when
    the connection went) are the caller's to empty.
    """

    link: Link
    clock: Clock
    next_sequence: Callable[[], int]
    scale: float = 1.0  # of every retry time
    own: OwnKeys | None = None
    hang_up: bool = False
    output: list[bytes] = field(default_factory=list)
    answered: list[Rows] = field(default_factory=list)
    returned: list[Rows] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)  # 90 of a platform, the caller's to answer
    strange: int = 0  # answers to nothing, commands, bytes that are no frame
    _cover: Covering = field(init=False)
    _flight: Flight = field(default_factory=Flight)
    _arriving: Arriving = field(default_factory=Arriving)
    _failures: int = 0
    _sequence: int = 0
    _login_s: float = 0.0
    _answer_s: float = 0.0
    _looked_s: float = -1e9

    def __post_init__(self) -> None:
        self._cover = Covering(self.clock)

    @property
    def in_flight(self) -> int:
        return len(self._flight)

    @property
    def retry_s(self) -> float:
        return self.link.retry_s * self.scale

    @property
    def takes(self) -> bool:
        """Up, and no new data key under way: a frame between its offer and its answer fits neither key."""
        return self.is_up and not self._cover.is_open

    def flying(self) -> Rows:  # in order of sending
        return self._flight.rows()

    def start(self) -> None:
        """Connect as soon as may be, with a clean slate of failures."""
        self._failures = 0
        if self.link.paused:
            self._enter(State.PAUSED)
        else:
            try:
                self._cover.begin(self.link, self.own)
            except BadInput as error:
                self._note(str(error))
                self._enter(State.OFF, self.error)
            else:
                self._wait(0.0, "")

    def use(self, link: Link) -> None:
        """The settings as they are now; a session goes on where it can."""
        before, self.link = self.link, link
        if needs_login(before, link) or before.paused != link.paused:
            self.leave(before)
            self.start()
        else:
            self.output += self._cover.turned(link, self.is_up or self._cover.is_open)

    def leave(self, link: Link | None = None) -> None:
        """Log out, if logged in, and end the connection."""
        if self.is_up:
            self.answer([logout(link or self.link, self._sequence, self.clock.now_ns())])
        if self.state in (State.CONNECTING, State.LOGGING_IN, State.UP):
            self._end()
        self._enter(State.OFF)

    def tick(self) -> None:
        """What time alone brings about."""
        now_s = self.clock.monotonic_s()
        if self.state is State.WAITING and now_s >= self._until_s:
            self._connect_s = now_s
            self._enter(State.CONNECTING)
        elif self.state is State.LOGGING_IN and now_s - self._login_s >= self.retry_s:
            self._failed(f"{self._cover.asked} was not answered", again=True)
        elif self.is_up and now_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now_s
            if self.takes:
                self._look_for_overdue(now_s)
            self._look_at_key()

    def connected(self) -> None:
        self._arriving = Arriving()
        self._cover.connected()
        self.hang_up = False
        self.output.clear()
        self._sequence = self.next_sequence()
        self._enter(State.LOGGING_IN)
        self._send_login()

    def lost(self, why: str) -> None:
        """The connection could not be made, or is gone."""
        if self.is_up:
            self._note(f"connection lost: {why}")
            self._end()
            self._wait(0.0, self.error)
        elif self.state in (State.CONNECTING, State.LOGGING_IN):
            self._failed(f"no connection: {why}")

    def send(self, items: Items) -> None:
        """Only while up."""
        if not len(self._flight):
            self._answer_s = self.clock.monotonic_s()  # silence begins with the first that waits
        self._stamp(items)
        if self.link.waits:
            self._flight.add(items)
        else:
            self.answered.append(with_outcome(items.rows, UNANSWERED))

    def received(self, data: bytes) -> None:
        frames, noise = self._arriving.feed(data)
        self.strange += noise
        frames, unreadable = self._cover.opened(frames)
        self.strange += unreadable
        starts = frames.offsets[:-1]
        commands, flags = frames.buffer[starts + COMMAND_AT], frames.buffer[starts + COMMAND_AT + 1]
        is_answer = (flags != COMMAND) & (commands != PLATFORM_LOGIN)
        is_answer &= commands != KEY_EXCHANGE
        others = np.flatnonzero(~is_answer).tolist()
        first = 0
        for place in others:  # in their order: a login opens what follows it
            self._data_answered(frames, flags, first, place)
            self._heard(frames[place])
            first = place + 1
        self._data_answered(frames, flags, first, len(frames))

    def _heard(self, frame: bytes) -> None:
        """A command of the platform, or the answer to our login."""
        flag = frame[COMMAND_AT + 1]
        if flag != COMMAND and frame[COMMAND_AT] == KEY_EXCHANGE:
            self._key_answered(flag)
        elif flag != COMMAND:
            self._login_answered(flag)
        elif self.is_up and frame[COMMAND_AT] == FEEDBACK:  # GB/T 45688 table B.7, the only one
            self.told.append(frame)
        else:
            self.strange += 1

    def _login_answered(self, flag: int) -> None:
        if self.state is not State.LOGGING_IN or self._cover.is_open:
            self.strange += 1
        elif flag != SUCCESS:
            self._failed(f"login was refused: {flag_words(flag)}")
        elif self._cover.exchanges:  # no data before the platform has the key
            self._login_s = self.clock.monotonic_s()
            self.output.append(self._cover.offer())
        else:
            self._go_up()

    def _key_answered(self, flag: int) -> None:
        if not self._cover.is_open:
            self.strange += 1
        elif flag != SUCCESS:
            self._key_failed(f"key exchange was refused: {flag_words(flag)}")
        else:
            self._cover.taken()
            if not self.is_up:
                self._go_up()

    def _go_up(self) -> None:
        self._failures = 0
        self._answer_s = self.clock.monotonic_s()
        self._enter(State.UP)

    def _look_at_key(
        self,
    ) -> None:  # offered again without an answer, or in good time before its end
        if self._cover.is_given_up(self.retry_s):
            self._key_failed("key exchange was not answered")
        elif self._cover.is_due(self.retry_s):
            self.output.append(self._cover.offer())

    def _key_failed(self, why: str) -> None:  # the next login begins with the new key
        if self.is_up:
            self._note(why)
            self._end()
            self._wait(self.retry_s, why)
        else:
            self._failed(why)

    def _data_answered(self, frames: FrameBatch, flags: Bytes, first: int, stop: int) -> None:
        """Those from ``first`` to ``stop``."""
        if not self.is_up or first == stop:
            return
        answers = FrameBatch(frames.buffer, frames.offsets[first : stop + 1])
        rows, known = self._flight.answered(answers)
        self.strange += int((~known).sum())
        if len(rows):
            self._answer_s = self.clock.monotonic_s()
            rows["flag"], rows["answered_ms"] = flags[first:stop][known], self._now_ms()
            rows["outcome"] = np.where(rows["flag"] == SUCCESS, ACCEPTED, REFUSED)
            self.answered.append(rows)

    def _look_for_overdue(self, now_s: float) -> None:
        is_silent = now_s - self._answer_s >= self.retry_s
        found = overdue(self._flight, now_s - self.retry_s, is_silent)
        if len(found.given_up):
            self.answered.append(with_outcome(found.given_up.rows, UNANSWERED))
        if found.ends:
            self._note("a frame got no answer to any of its tries")
            self._end()
            self._wait(0.0, self.error)
        elif len(found.again):
            self._stamp(found.again)
            self._flight.add(found.again)

    def answer(self, frames: Sequence[bytes]) -> None:
        """Frames that no answer follows, under the key of all the others."""
        self.output += self._cover.sealed(frames)

    def _stamp(self, items: Items) -> None:
        """It goes out now."""
        self.output.append(self._cover.sealed_items(items))
        items.rows["sent_s"], items.rows["sent_ms"] = self.clock.monotonic_s(), self._now_ms()
        items.rows["tries"] += 1
        items.rows["now_tries"] += 1

    def _failed(self, why: str, *, again: bool = False) -> None:
        """One try to log in came to nothing. ``again``: it may be repeated on this connection."""
        self._failures += 1
        self._note(why)
        together = self._failures % TRIES_TOGETHER != 0
        if again and together:
            self._send_login()
            return
        self._end()
        self._wait(self.retry_s * (1 if together else LONG_WAIT), why)

    def _send_login(self) -> None:
        self._login_s = self.clock.monotonic_s()
        if self._cover.is_open:
            self.output.append(self._cover.offer())
        else:
            self.answer([login(self.link, self._sequence, self.clock.now_ns())])

    def _end(self) -> None:
        """The connection is not used any more; what was in flight has no outcome."""
        self.hang_up = True
        rows = self._flight.clear()
        rows["now_tries"] = 0
        if len(rows):
            self.returned.append(rows)
