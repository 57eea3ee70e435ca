"""A house without sockets: sessions fed with bytes, their wishes read off."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.gateway.car import FOREIGN_VIN, OTHER_VIN, VIN, Said, answers_in

from voltward.base.clock import ManualClock
from voltward.frames.reader import FrameReader
from voltward.gateway.answers import clock_answer
from voltward.gateway.house import House
from voltward.gateway.outbox import AnswerKind, Outbox, Record
from voltward.gateway.reasons import SUCCESS, CloseReason, RecordKind
from voltward.gateway.register import Register
from voltward.gateway.registry import RegistryEntry, RegistrySnapshot, write_snapshot
from voltward.gateway.roster import Roster
from voltward.gateway.secret_hash import PlatformAccount, hashed
from voltward.gateway.session import Session

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # thousands of houses, none durable
PLATFORM_NUMBER = 7
ACCOUNT = PlatformAccount("maker", PLATFORM_NUMBER, hashed("open sesame"))


def snapshot(
    folder: Path,
    entries: Iterable[RegistryEntry] = (RegistryEntry(VIN), RegistryEntry(OTHER_VIN)),
    wmis: Iterable[str] = ("LVW",),
    accounts: Iterable[PlatformAccount] = (ACCOUNT,),
) -> RegistrySnapshot:
    """A snapshot as the office would write it."""
    path = folder / "registry.snapshot"
    write_snapshot(path, entries, wmis, 1, list(accounts))
    return RegistrySnapshot.load(path)


@cache
def _usual_snapshot() -> RegistrySnapshot:
    with tempfile.TemporaryDirectory(prefix="vw-") as name:
        return snapshot(Path(name))


@contextmanager
def house(
    *, registry: RegistrySnapshot | None = None, auto_register: bool = False, **facts: Any
) -> Iterator[House]:
    """A house of its own, with a clock that stands still."""
    clock = ManualClock()
    with tempfile.TemporaryDirectory(prefix="vw-", dir=MEMORY) as name:
        register = Register(clock, auto_register=auto_register)
        register.snapshot = registry or _usual_snapshot()
        roster = Roster(Path(name) / ".run", "gateway-0", clock)
        try:
            yield House(clock, register, roster, **facts)
        finally:
            roster.close()


@dataclass
class Heard:
    """What came of one or more pieces."""

    records: list[Record] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)

    def kinds(self) -> list[RecordKind]:
        return [record.kind for record in self.records]

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        found = [
            json.loads(record.data) for record in self.records if record.kind == RecordKind.EVENT
        ]
        return [event for event in found if name in (None, event["event"])]

    def of(self, kind: RecordKind) -> list[bytes]:
        return [record.data for record in self.records if record.kind == kind]

    @property
    def flags(self) -> list[int]:
        return [answer.flag for answer in self.answers]


class Caller:
    """One link, spoken to directly. The reference: the plain reader in front of the session."""

    _number = 0

    def __init__(self, home: House, peer: str = "203.0.113.9:4711") -> None:
        Caller._number += 1
        self.home = home
        self.session = Session(home, Caller._number, peer)
        self._reader = FrameReader()

    def sends(self, *data: bytes) -> Heard:
        out = Outbox()
        for chunk in data:
            for piece in self._reader.feed(chunk):
                self.session.take(piece.data, piece.reason, out)
        return self.heard(out)

    def gives_up(self) -> Heard:
        out = Outbox()
        for piece in self._reader.resync():
            self.session.take(piece.data, piece.reason, out)
        return self.heard(out)

    def hangs_up(self) -> Heard:
        out = Outbox()
        while self._reader.waiting:
            for piece in self._reader.resync():
                self.session.take(piece.data, piece.reason, out)
        self.session.end(CloseReason.PEER, out)
        return self.heard(out)

    def heard(self, out: Outbox) -> Heard:
        """Everything recorded, and this link's own answers."""
        mine = [answer for answer in out.answers if answer.link == self.session.link]
        data = [
            clock_answer(answer.data, SUCCESS, self.home.clock.now_ns())
            if answer.kind is AnswerKind.CLOCK
            else answer.data
            for answer in mine
        ]
        return Heard(out.records, answers_in(b"".join(data)))


__all__ = ["FOREIGN_VIN", "OTHER_VIN", "VIN", "Caller", "Heard", "house", "snapshot"]
