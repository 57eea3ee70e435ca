"""Lives of a journal on a failing disk, by seed, and what must hold after all of them."""

import errno
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from unittest.mock import patch

import numpy as np
from tests.journal.simdisk import PowerLoss, SimDisk

from voltward.base.clock import ManualClock
from voltward.journal import live, sealing
from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.files import Files
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalOptions, JournalWriter, State

STREAM = "gateway-0"
FOLDER = "/journal"


class BrokenPromise(AssertionError):
    """A promise of the journal was not kept."""


@dataclass
class Build:
    """The program under test; a negative control replaces a part of it."""

    writer: type[JournalWriter] = JournalWriter
    files: Callable[[SimDisk], Files] = lambda disk: disk


class Dice:
    """Stands for ``secrets``, so that a seed always tells the same story."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(~seed)

    def randbits(self, count: int) -> int:
        return self._chance.getrandbits(count)

    def token_bytes(self, count: int) -> bytes:
        return self._chance.randbytes(count)


@dataclass
class Ledger:
    """What was sent, what was answered, what a follower was shown."""

    sent: list[bytes] = field(default_factory=list)
    acked: int = 0  # as many of ``sent``, in total
    answered: set[int] = field(default_factory=set)
    waiting: list[int] = field(default_factory=list)
    shown: dict[Position, bytes] = field(default_factory=dict)


def columns(payloads: list[bytes]) -> tuple[np.ndarray, ...]:
    """The arguments of ``append_many`` for payloads; kind, link and time follow from each one."""
    lengths = [len(payload) for payload in payloads]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    buffer = np.frombuffer(b"".join(payloads), np.uint8)
    marks = np.array([sum(payload) % 250 for payload in payloads], np.int64)
    return buffer, offsets, (marks + 1).astype(np.uint8), marks.astype(np.uint32), marks + 10**18


class Simulation:
    """One seed's story. ``run`` raises ``BrokenPromise`` when a promise is."""

    def __init__(self, seed: int, build: Build | None = None, faults: bool = True) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.disk = SimDisk(self.chance)
        self.build = build or Build()
        self.files = self.build.files(self.disk)
        self.clock = ManualClock()
        self.ledger = Ledger()
        self.faults = faults
        self.lives = 0
        self.keys = self.chance.choice((KeyRing(), KeyRing.of(b"k" * 32)))
        size = self.chance.choice((9_500, 14_000, 40_000))
        self.options = JournalOptions(segment_bytes=size, segment_age_s=60.0, reserve_share=0.0)

    def run(self) -> None:
        dice = Dice(self.seed)
        with patch.object(live, "secrets", dice), patch.object(sealing, "secrets", dice):
            self._run()

    def _run(self) -> None:
        try:
            for _ in range(self.chance.randrange(1, 5)):
                self._life()
            self._judge()
        except BrokenPromise as error:
            raise BrokenPromise(f"seed {self.seed}: {error}") from error

    def open(self) -> JournalWriter:
        return self.build.writer(FOLDER, STREAM, self.options, self.files, self.clock)

    def read_all(self) -> dict[Position, bytes]:
        """Everything that readers are shown, from the oldest record on."""
        found: dict[Position, bytes] = {}
        with JournalReader(FOLDER, self.files, self.keys) as reader:
            position = None
            while True:
                records = reader.read(position, STREAM, self.chance.choice((1, 500, 5_000)))
                for index in range(len(records)):
                    payload = records.payload(index)
                    mark = sum(payload) % 250
                    seen = (records.kinds[index], records.links[index], records.received_ns[index])
                    if seen != (mark + 1, mark, mark + 10**18):
                        raise BrokenPromise("kind, link or receive time is not what was sent")
                    found[Position.of_number(STREAM, int(records.positions[index]))] = payload
                if records.next == position:
                    return found
                position = records.next

    # -- one life: open, work, and an end that chance picks

    def _life(self) -> None:
        self.lives += 1
        self.ledger.waiting.clear()
        if self.chance.random() < 0.7:
            self.disk.power_lost_at = self.disk.steps + self.chance.randrange(1, 250)
        if self.faults and self.chance.random() < 0.4:
            self._arm_fault()
        try:
            with suppress(JournalBroken, JournalFull):
                self._work(self.open())
        except PowerLoss:
            self.disk.lose_power()
            return
        finally:
            self.disk.fail = lambda _kind, _number: 0
        if self.chance.random() < 0.5:
            self.disk.kill_process()
        else:
            self.disk.lose_power()
        self.disk.power_lost_at = None

    def _arm_fault(self) -> None:
        kind = self.chance.choice(("write", "sync", "sync", "sync_folder", "truncate"))
        number = self.disk.calls[kind] + self.chance.randrange(1, 12)
        code = self.chance.choice((errno.EIO, errno.ENOSPC))
        self.disk.fail = lambda k, n: code if (k, n) == (kind, number) else 0

    def _work(self, writer: JournalWriter) -> None:
        for _ in range(self.chance.randrange(1, 25)):
            step = self.chance.random()
            if step < 0.45:
                self._send(writer)
            elif step < 0.8:
                self._commit(writer)
            elif step < 0.9:
                self._follow()
            elif step < 0.93:
                self._keep()
            elif step < 0.96:
                self.clock.advance(self.chance.choice((1.0, 100.0)))
            else:
                with suppress(JournalBroken, JournalFull):
                    writer.seal()
        if self.chance.random() < 0.3:
            writer.close()

    def _send(self, writer: JournalWriter) -> None:
        first = len(self.ledger.sent)
        for number in range(first, first + self.chance.randrange(1, 5)):
            size = self.chance.choice((0, 10, 300, 700, 1500))
            self.ledger.sent.append(b"%08d" % number + self.chance.randbytes(size))
            self.ledger.waiting.append(number)
        writer.append_many(*columns(self.ledger.sent[first:]))

    def _commit(self, writer: JournalWriter) -> None:
        with suppress(JournalBroken, JournalFull):
            if writer.state is not State.SERVING and self.chance.random() < 0.8:
                writer.recover()
            writer.commit()
            self.ledger.answered.update(self.ledger.waiting)
            self.ledger.waiting.clear()

    def _keep(self) -> None:
        with suppress(OSError):  # its fault waits for the next round
            Keeper(FOLDER, STREAM, self.keys, self.files, self.clock).keep()

    def _follow(self) -> None:
        for position, payload in self.read_all().items():
            if self.ledger.shown.setdefault(position, payload) != payload:
                raise BrokenPromise(f"{position} was shown with other bytes before")

    # -- the promises

    def _judge(self) -> None:
        self.disk.power_lost_at = None
        for _ in range(2):  # recovering again changes nothing
            self.open().close()
            stored = self.read_all()
            self._compare(stored)
        self.disk.lose_power()
        self.open().close()
        if self.read_all() != stored:
            raise BrokenPromise("a power loss after recovery changed what is stored")

    def _compare(self, stored: dict[Position, bytes]) -> None:
        numbers = [int(payload[:8]) for payload in stored.values()]
        for number, payload in zip(numbers, stored.values(), strict=True):
            if self.ledger.sent[number] != payload:
                raise BrokenPromise(f"phantom: record {number} is not what was sent")
        if len(set(numbers)) != len(numbers):
            raise BrokenPromise("a record is stored twice")
        if numbers != sorted(numbers):
            raise BrokenPromise("records changed their order")
        lost = self.ledger.answered - set(numbers)
        if lost:
            raise BrokenPromise(f"{len(lost)} answered records lost, first {min(lost)}")
        for position, payload in self.ledger.shown.items():
            if stored.get(position) != payload:
                raise BrokenPromise(f"{position} was shown to a follower and vanished")
