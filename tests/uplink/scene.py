"""A link between a journal and a platform that lives in the test, on a clock that the test moves."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from voltward.base.clock import ManualClock
from voltward.columns.batch import FrameBatch
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.moments import pack_moment
from voltward.frames.reader import FrameReader
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.seals.own_keys import OwnKeys
from voltward.uplink.books import Place
from voltward.uplink.desk import Desk
from voltward.uplink.links import Link
from voltward.uplink.proof import KIND_PROOF, OUTCOMES, proof_from_bytes
from voltward.uplink.standing import State

KEY = b"k" * 32
LINK = Link("national", 0, "127.0.0.1", 1, "VOLTWARD000000001", "volt", "s3cret", window=20)
POSITION = bytes.fromhex("05 00 06f01448 026113ef")
LOGIN, REALTIME, REISSUE, LOGOUT = 1, 2, 3, 4


def vin(number: int) -> str:
    return f"LVWLINK0{number:09d}"


def report(
    number: int, at_s: float, command: int = REALTIME, edition: Edition = Edition.Y2016
) -> bytes:
    """A frame of vehicle ``number``, collected at ``at_s`` (unix)."""
    time = pack_moment("time", datetime.fromtimestamp(int(at_s), UTC))
    unit = time + POSITION
    if command == LOGIN:
        unit = time + b"\0\1" + b"8986" * 5 + b"\0\0"
    elif command == LOGOUT:
        unit = time + b"\0\1"
    return encode_frame(edition, command, 0xFE, vin(number), unit)


@dataclass(frozen=True)
class Got:
    """One frame as the platform received it."""

    command: int
    vin: str
    time: bytes
    data: bytes


@dataclass
class Platform:
    """Answers what it gets. ``flag_of`` decides about each data frame, None: no answer."""

    style: str = "time"  # or "empty", "echo"
    logs_in: bool | None = True  # None: says nothing
    flag_of: Callable[[Got], int | None] = lambda _got: 1
    got: list[Got] = field(default_factory=list)
    accepted: list[Got] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    logouts: list[bytes] = field(default_factory=list)
    _reader: FrameReader = field(default_factory=FrameReader)

    def connected(self) -> None:
        self._reader = FrameReader()

    def takes(self, data: bytes) -> bytes:
        """What it answers to ``data``."""
        pieces = self._reader.feed(data)
        assert all(piece.is_frame for piece in pieces)
        return b"".join(self._answer(piece.data) for piece in pieces)

    def _answer(self, frame: bytes) -> bytes:
        command = frame[2]
        if command == 5:
            self.logins.append(frame)
            flag = None if self.logs_in is None else 1 if self.logs_in else 2
        elif command == 6:
            self.logouts.append(frame)
            flag = 1
        else:
            one = Got(command, frame[4:21].decode(), frame[24:30], frame)
            self.got.append(one)
            flag = self.flag_of(one)
            if flag == 1:
                self.accepted.append(one)
        return b"" if flag is None else answer(frame, flag, self.style)


def answer(frame: bytes, flag: int, style: str = "time") -> bytes:
    unit = {"time": frame[24:30], "empty": b"", "echo": frame[24:-1]}[style]
    body = bytes((frame[2], flag)) + frame[4:22] + len(unit).to_bytes(2, "big") + unit
    check = 0
    for octet in body:
        check ^= octet
    return frame[:2] + body + bytes((check,))


class Scene:
    """``platform`` None: nothing listens. ``tear``: bytes are cut up at random both ways."""

    own: OwnKeys | None = None

    def __init__(self, folder: Path, link: Link = LINK, desk: type[Desk] = Desk) -> None:
        self.folder, self.link, self._desk = folder, link, desk
        self.clock = ManualClock()
        self.platform: Platform | None = Platform()
        self.writer = JournalWriter(folder / "journal", "gateway-0", clock=self.clock)
        self.connects: list[float] = []
        self.is_connected = False
        self._to_platform = self._to_us = b""
        self.chance = random.Random(7)
        self.tear = False
        self.written: Counter[tuple[str, bytes]] = Counter()
        self.desk = self.opened()

    def opened(self) -> Desk:
        own, asked = self.folder / "uplink" / "national", self.folder / "requests" / "national"
        place = Place(self.folder / "journal", own, "national", KEY, requests=asked)
        desk = self._desk(place, self.link, self.clock, own=self.own)
        desk.begin()
        return desk

    @property
    def now_s(self) -> float:
        return self.clock.now_ns() / 1e9

    def write(self, *frames: bytes, kind: int = 1) -> None:
        """As a gateway does: on disk on return."""
        batch = FrameBatch.of(frames)
        count = len(frames)
        self.writer.append_many(
            batch.buffer,
            batch.offsets,
            np.full(count, kind, np.uint8),
            np.zeros(count, np.uint32),
            np.full(count, self.clock.now_ns(), np.int64),
        )
        self.writer.commit()
        self.written.update((frame[4:21].decode(), frame[24:30]) for frame in frames)

    def step(self, seconds: float = 0.05) -> None:
        """Let time pass, then bytes both ways and the desk's work."""
        self.clock.advance(seconds)
        self._connect()
        self._exchange()
        self.desk.step()
        self._exchange()
        if self.desk.client.hang_up:
            self.desk.client.hang_up = False
            self._gone()

    def run(self, seconds: float, each_s: float = 0.05) -> None:
        for _ in range(round(seconds / each_s)):
            self.step(each_s)

    def cut(self) -> None:
        """The connection breaks; what was under way is gone."""
        if self.is_connected:
            self._gone()
            self.desk.client.lost("cut")

    def kill(self) -> None:
        """The process dies and comes back."""
        self._gone()
        self.desk.books.close()
        self.desk = self.opened()

    def stop(self) -> None:
        self.desk.close()
        self._exchange()
        self.writer.close()

    def proved(self) -> list[tuple[str, int, int]]:
        """Outcome, command and position of each entry on the proof stream, in order."""
        found: list[tuple[str, int, int]] = []
        with JournalReader(self.folder / "journal") as reader:
            records = reader.read(None, "proof-national", 64 << 20)
            for place in range(len(records)):
                assert records.kinds[place] == KIND_PROOF
                for entry in proof_from_bytes(records.payload(place)).entries:
                    outcome = OUTCOMES[int(entry["outcome"])]
                    found.append((outcome, int(entry["command"]), int(entry["position"])))
        return found

    def use(self, **changes: Any) -> None:
        self.link = replace(self.link, **changes)
        self.desk.use(self.link, self.desk.table)

    def _connect(self) -> None:
        if self.desk.client.state is not State.CONNECTING or self.is_connected:
            return
        self.connects.append(self.clock.monotonic_s())
        if self.platform is None:
            self.desk.client.lost("refused")
            return
        self.is_connected = True
        self.platform.connected()
        self.desk.client.connected()

    def _exchange(self) -> None:
        if not self.is_connected or self.platform is None:
            self.desk.client.output.clear()
            return
        output, self.desk.client.output = self.desk.client.output, []
        self._to_platform += b"".join(output)
        arrived, self._to_platform = self._some(self._to_platform)
        self._to_us += self.platform.takes(arrived)
        arrived, self._to_us = self._some(self._to_us)
        if arrived:
            self.desk.client.received(arrived)

    def _some(self, data: bytes) -> tuple[bytes, bytes]:
        stop = self.chance.randrange(len(data) + 1) if self.tear else len(data)
        return data[:stop], data[stop:]

    def _gone(self) -> None:
        self.is_connected = False
        self._to_platform = self._to_us = b""
