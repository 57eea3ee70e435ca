"""What has arrived and is not yet on disk: the next batch's chunks, and the bound on memory."""

from __future__ import annotations

from typing import Protocol

from voltward.gateway.batch import Inbox
from voltward.gateway.link import Link, Pause

NEWCOMERS = 256  # links without a login that one batch looks at
_RESUME_SHARE = 0.75  # of the memory cap, below which links are read again


class Waker(Protocol):
    """The hub, as far as the intake calls on it."""

    def arm(self, *, at_once: bool = False) -> None: ...

    def now_s(self) -> float: ...


class Intake:
    """``chunks`` and ``seats``: what arrived since the last batch, and whose each one is.

    ``buffered_bytes``: all bytes in memory. Of these, ``held_bytes`` wait on their links for the
    rest of a frame, and some are in batches that are being written. From ``wake_at_bytes`` on,
    each arrival calls ``full``.
    """

    def __init__(self, waker: Waker, commit_bytes: int, cap_bytes: int) -> None:
        self.chunks: list[bytes | bytearray] = []
        self.seats: list[int] = []
        self.links: dict[int, Link] = {}
        self.by_seat: list[Link] = []
        self.begun_s = 0.0
        self.buffered_bytes = 0
        self.held_bytes = 0
        self.is_stopped = False
        self._is_pressed = False
        self._settled_bytes = 0
        self._waker = waker
        self._cap_bytes = cap_bytes
        self._commit_bytes = min(commit_bytes, cap_bytes)
        self._in_flight = 0
        self._give_up = False
        self._taken_s = 0.0
        self._stopped_s = 0.0
        self.wake_at_bytes = self._commit_bytes

    def opened(self, link: Link, number: int) -> None:
        """A new link takes its seat."""
        self.links[number] = link
        if link.seat == len(self.by_seat):
            self.by_seat.append(link)
        self.by_seat[link.seat] = link
        if self.is_stopped:
            link.pause(Pause.MEMORY)

    def begin(self) -> None:
        """The first chunk is coming; a batch is due from now on."""
        self.begun_s = self._waker.now_s()
        self._waker.arm()

    def queue(self, seat: int, data: bytes | bytearray) -> None:
        """Bytes of a link for the next batch; none at all for a link that only wants attention."""
        if not self.chunks:
            self.begin()
        self.chunks.append(data)
        self.seats.append(seat)

    def takes_back(self, seat: int, rest: bytes) -> bool:
        """Put ``rest`` before what has arrived on its link since; False: nothing has."""
        if seat not in self.seats:
            return False
        place = self.seats.index(seat)
        self.chunks[place] = rest + self.chunks[place]
        return True

    def give_up(self, link: Link) -> None:
        """The link's first frame has been waited for too long: look on behind its start."""
        link.give_up = self._give_up = True
        link.hand_over()

    def taken(self) -> Inbox:
        """Everything that arrived, for a batch; the next begins empty.

        Of links that are not logged in only the first so many: their logins take time, and the
        vehicles that are already there do not wait for a whole fleet to come back (R24).
        """
        self._taken_s = self._waker.now_s()
        chunks, seats, give_up = self.chunks, self.seats, self._give_up
        self.chunks, self.seats, self._give_up = [], [], False
        if len(seats) > NEWCOMERS:
            new = dict.fromkeys(seat for seat in seats if not self.by_seat[seat].is_admitted)
            late = set(list(new)[NEWCOMERS:])
            if late:
                self.chunks = [c for c, seat in zip(chunks, seats, strict=True) if seat in late]
                self.seats = [seat for seat in seats if seat in late]
                chunks = [c for c, seat in zip(chunks, seats, strict=True) if seat not in late]
                seats = [seat for seat in seats if seat not in late]
                self._give_up = give_up
        return Inbox(chunks, seats, self.by_seat, give_up)

    def submitted(self) -> None:
        """A batch has been cut and is on its way."""
        self._in_flight += 1
        self._settled_bytes = self.buffered_bytes

    def done(self, taken_bytes: int) -> None:
        """A batch is off our hands."""
        self._in_flight -= 1
        self.buffered_bytes -= taken_bytes
        self._settled_bytes -= taken_bytes
        if self._is_pressed or self.is_stopped:
            self._ease()
        if not self._in_flight:
            due = self._settled_bytes + self._commit_bytes
            self.wake_at_bytes = min(due, self._cap_bytes)

    def full(self, link: Link) -> None:
        """Enough has come together for a batch, or more than the process may hold (R12).

        Who fills the memory with frames that never end waits alone; when it is full of what
        cannot be written fast enough, everybody does.
        """
        self._is_pressed = self._is_pressed or self.buffered_bytes >= self._cap_bytes
        if self._is_pressed:
            if self._unwritten_bytes >= self._cap_bytes // 2:
                self._stop_reading()
            elif len(link.held) > self._share_bytes:
                link.pause(Pause.MEMORY)
        if self._in_flight:
            self.wake_at_bytes = 0 if self._is_pressed else self._cap_bytes
        elif self.arrived_bytes >= self._commit_bytes:
            self._waker.arm(at_once=True)

    def unattended_s(self) -> float:
        """How long no link has been read, or what has arrived has waited to be cut."""
        now_s = self._waker.now_s()
        unread_s = now_s - self._stopped_s if self.is_stopped else 0.0
        uncut_s = now_s - max(self.begun_s, self._taken_s) if self.chunks else 0.0
        return max(unread_s, uncut_s)

    @property
    def arrived_bytes(self) -> int:
        """Since the last batch was cut."""
        return self.buffered_bytes - self._settled_bytes

    @property
    def _unwritten_bytes(self) -> int:
        """Waiting for a batch, or in one that is not on disk."""
        return self.buffered_bytes - self.held_bytes

    @property
    def _share_bytes(self) -> int:
        """What one link may hold of a frame while memory is short."""
        return self._cap_bytes // max(1, len(self.links))

    def _stop_reading(self) -> None:
        if not self.is_stopped:
            self.is_stopped = True
            self._stopped_s = self._waker.now_s()
            for link in self.links.values():
                link.pause(Pause.MEMORY)

    def _ease(self) -> None:
        """Read again who may be read; large holders only when memory is no longer short."""
        if self._unwritten_bytes < self._cap_bytes // 4:
            self.is_stopped = False
        if self.buffered_bytes < self._cap_bytes * _RESUME_SHARE:
            self._is_pressed = False
        if not self.is_stopped:
            most_bytes = self._share_bytes if self._is_pressed else self._cap_bytes
            for link in self.links.values():
                if len(link.held) <= most_bytes:
                    link.resume(Pause.MEMORY)
