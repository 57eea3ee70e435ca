"""A real hub and its watch over a journal that the test holds up, by a clock that the test moves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.gateway.batching import Wire
from tests.gateway.servers import PATIENCE_S

from voltward.base.clock import ManualClock
from voltward.gateway.config import GatewayConfig
from voltward.gateway.house import House
from voltward.gateway.hub import Hub
from voltward.gateway.link import Link
from voltward.gateway.reasons import RecordKind
from voltward.gateway.watch import Watch
from voltward.journal.errors import JournalFull
from voltward.journal.position import Position

STEP_S = 0.2  # of the watch


class Held:
    """A journal in memory: commits wait while the gate is closed, and fail while it is full."""

    def __init__(self) -> None:
        self.records: list[tuple[RecordKind, bytes]] = []
        self.is_full = False
        self.gate = threading.Event()
        self.gate.set()
        self.is_waiting = threading.Event()

    def append_many(self, buffer: Any, offsets: Any, kinds: Any, links: Any, times: Any) -> None:
        for place, kind in enumerate(kinds.tolist()):
            data = buffer[offsets[place] : offsets[place + 1]].tobytes()
            self.records.append((RecordKind(kind), data))

    def commit(self) -> Position:
        self.is_waiting.set()
        assert self.gate.wait(PATIENCE_S)
        self.recover()
        return Position("gateway-0", 0, 0)

    def recover(self) -> None:
        if self.is_full:
            raise JournalFull("the test's disk")

    def kept(self, kind: RecordKind) -> list[bytes]:
        return [data for each, data in self.records if each == kind]


class Scene:
    """Links without sockets. Batches are cut, and time passes, only when the test says so."""

    def __init__(self, home: House) -> None:
        assert isinstance(home.clock, ManualClock)
        self.clock = home.clock
        self.clock.advance(1000.0)  # no machine begins at 0
        self.journal = Held()
        config = GatewayConfig(Path(), limits=home.limits, retry_every_s=0.01)
        self.hub = Hub(config, home, self.journal)
        self.watch = Watch(self.hub)

    def connect(self) -> Link:
        link = Link(self.hub)
        link.transport = Wire()  # type: ignore[assignment]
        self.hub.opened(link, "203.0.113.9:1")
        return link

    def cut(self) -> None:
        self.hub._tick()

    async def hangs(self, link: Link, data: bytes) -> None:
        """The commit that holds ``data`` of ``link`` does not end until the gate is opened."""
        self.journal.gate.clear()
        self.journal.is_waiting.clear()
        link.data_received(data)
        self.cut()
        assert await asyncio.to_thread(self.journal.is_waiting.wait, PATIENCE_S)

    async def settles(self) -> None:
        """All that arrived is on disk and answered."""
        self.journal.gate.set()
        await self.hub._settled(PATIENCE_S)

    def passes(self, seconds: float, each_step: Callable[[], None] | None = None) -> None:
        """Time in which the watch does its rounds."""
        for step in range(1, round(seconds / STEP_S) + 1):
            self.clock.advance(STEP_S)
            if each_step is not None:
                each_step()
            self.watch.attention()
            if step % 5 == 0:
                self.watch.deadlines()


async def until(condition: Callable[[], object]) -> None:
    """The loop goes on until something that it brings about is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.005)
