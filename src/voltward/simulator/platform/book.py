"""What a simulated public platform received: counts, what came twice, and the order of reissues.

Memory is bounded: the last frames, and two generations of fingerprints. A file can hold them all.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from voltward.base.clock import Clock, utc
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT

LOGIN, REALTIME, REISSUE, LOGOUT = 0x01, 0x02, 0x03, 0x04
SUCCESS: Final = 0x01
_NO_TIME: Final = bytes(MOMENT)


@dataclass(frozen=True, slots=True)
class Login:
    """A platform login that came in. ``flag`` 0: it was not answered."""

    user: str
    sequence: int
    flag: int
    at: datetime


@dataclass(slots=True)
class Figures:
    """Since the start. ``accepted``: reports and other messages of vehicles answered with success.

    ``duplicates``: reports that had been accepted before, under either command. ``out_of_order``:
    reissues older, by collection time, than one of their vehicle that came first before them.
    """

    connections: int = 0
    linked: int = 0  # now, with an accepted login
    frames: int = 0
    octets: int = 0
    noise: int = 0
    logins: int = 0
    logins_refused: int = 0
    accepted: int = 0
    refused: int = 0
    duplicates: int = 0
    out_of_order: int = 0
    answers_withheld: int = 0
    commands: Counter[int] = field(default_factory=Counter)
    flags: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _Vehicle:
    reports: int = 0
    last_reissue: bytes = _NO_TIME


class Book:
    """``keep``: frames held; ``remember``: fingerprints a generation. ``record``: one line a frame."""

    def __init__(
        self, clock: Clock, *, keep: int = 1000, remember: int = 250_000, record: Path | None = None
    ) -> None:
        self.figures = Figures()
        self.frames: deque[tuple[int, bytes]] = deque(maxlen=keep)  # flag and frame
        self.logins: deque[Login] = deque(maxlen=keep)
        self.feedback: deque[tuple[bytes, int]] = deque(
            maxlen=keep
        )  # id and flag of answers to 0x90
        self._clock = clock
        self._remember = remember
        self._accepted: tuple[set[int], set[int]] = (set(), set())
        self._refused: tuple[set[int], set[int]] = (set(), set())
        self._vehicles: dict[bytes, _Vehicle] = {}
        self._file: IO[str] | None = None if record is None else record.open("a", encoding="ascii")

    @property
    def vehicles(self) -> int:
        """Of which a report was accepted."""
        return len(self._vehicles)

    def reports_of(self, vin: str) -> int:
        """Accepted reports of a vehicle, those that came twice counted twice."""
        found = self._vehicles.get(vin.encode("ascii"))
        return 0 if found is None else found.reports

    def take(self, frame: bytes, flag: int) -> None:
        """A message of a vehicle, and what it is answered with."""
        figures, command = self.figures, frame[2]
        figures.frames += 1
        figures.octets += len(frame)
        figures.commands[command] += 1
        figures.flags[flag] += 1
        self.frames.append((flag, frame))
        if self._file is not None:
            self._write(self._file, frame, flag)
        if flag == SUCCESS:
            figures.accepted += 1
        else:
            figures.refused += 1
        if command in (REALTIME, REISSUE):
            self._report(frame, flag == SUCCESS)

    def login(self, user: str, sequence: int, flag: int) -> None:
        self.figures.logins += flag == SUCCESS
        self.figures.logins_refused += flag != SUCCESS
        self.logins.append(Login(user, sequence, flag, utc(self._clock.now_ns())))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _report(self, frame: bytes, is_accepted: bool) -> None:
        mark = hash(frame[4:21] + frame[HEADER:-1])
        was_accepted = mark in self._accepted[0] or mark in self._accepted[1]
        was_refused = mark in self._refused[0] or mark in self._refused[1]
        if is_accepted:
            self._accepted = self._noted(self._accepted, mark)
            vehicle = self._vehicles.setdefault(frame[4:21], _Vehicle())
            vehicle.reports += 1
            self.figures.duplicates += was_accepted
        else:
            self._refused = self._noted(self._refused, mark)
        if frame[2] == REISSUE and not was_accepted and not was_refused:
            self._order(frame)

    def _order(self, frame: bytes) -> None:
        """Six time bytes sort as the times do."""
        time = frame[HEADER : HEADER + MOMENT]
        vehicle = self._vehicles.get(frame[4:21])
        if vehicle is None:  # one that is refused holds no memory
            return
        if time < vehicle.last_reissue:
            self.figures.out_of_order += 1
        else:
            vehicle.last_reissue = time

    def _noted(self, sets: tuple[set[int], set[int]], mark: int) -> tuple[set[int], set[int]]:
        newer, older = sets
        if len(newer) >= self._remember:
            newer, older = set(), newer
        newer.add(mark)
        return newer, older

    def _write(self, file: IO[str], frame: bytes, flag: int) -> None:
        file.write(f"{utc(self._clock.now_ns()).isoformat()} {flag:02x} {frame.hex()}\n")
