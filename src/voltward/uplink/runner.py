"""One link in a thread of its own: an event loop with its connection, and the desk's work between."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import uvloop

from voltward.base.clock import Clock, SystemClock
from voltward.base.errors import BadInput
from voltward.journal.errors import JournalError
from voltward.seals.own_keys import OwnKeys
from voltward.telemetry.archive.errors import ArchiveDamaged
from voltward.uplink import status
from voltward.uplink.books import Place
from voltward.uplink.connection import Connection, connect
from voltward.uplink.desk import Desk
from voltward.uplink.forms import Reencode
from voltward.uplink.incoming import Table
from voltward.uplink.links import Link
from voltward.uplink.sources import Archived
from voltward.uplink.standing import State
from voltward.uplink.status import Status

LOOK_EVERY_S: Final = 0.02  # at the journal, while nothing else wakes the loop
STATUS_EVERY_S: Final = 1.0
AGAIN_AFTER_FAULT_S: Final = 1.0
PATIENCE_S: Final = 2.0  # with answers still under way, at the end
_Fault = (JournalError, ArchiveDamaged, OSError)
_log = structlog.get_logger("voltward.uplink")


@dataclass(frozen=True)
class RunnerPlaces:
    """``place_of``: where a link's books lie; ``status_of``: its status file."""

    place_of: Callable[[str], Place]
    status_of: Callable[[str], Path]
    archived: Archived
    reencode: Reencode | None = None
    scale: float = 1.0
    own: OwnKeys | None = None


@dataclass(eq=False)
class Runner:
    """``use`` and ``stop`` may be called from another thread."""

    link: Link
    table: Table
    places: RunnerPlaces
    clock: Clock = field(default_factory=SystemClock)
    last: Status | None = None
    fault: BaseException | None = None  # one of ours; the process must end

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._news: tuple[Link, Table] | None = None
        self._task: asyncio.Task[Connection] | None = None
        self._connection: Connection | None = None
        self._told_s = -1e9
        self._thread = threading.Thread(target=self._run, name=f"uplink-{self.link.name}")

    def start(self) -> None:
        self._thread.start()

    def use(self, link: Link, table: Table) -> None:
        """Settings that are in force from the next step on."""
        self._news = (link, table)

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            uvloop.run(self._live())
        except BaseException as error:
            self.fault = error
            _log.critical("uplink_fault", link=self.link.name, exc_info=error)

    async def _live(self) -> None:
        """A desk until the disk fails it; then a new one, as after a kill."""
        told = ""
        while not self._stopping.is_set():
            try:
                await self._work()
            except (BadInput, *_Fault) as error:
                text = f"{type(error).__name__}: {error}"
                if text != told:
                    _log.error("link waits for its disk", link=self.link.name, fault=text)
                told = text
                self._tell(status.off(self.link.name, self._now(), self.last, text))
                await asyncio.to_thread(self._stopping.wait, AGAIN_AFTER_FAULT_S)
            finally:
                self._drop()
        self._tell(status.off(self.link.name, self._now(), self.last))

    async def _work(self) -> None:
        self._take_news()
        desk = Desk(
            self.places.place_of(self.link.name),
            self.link,
            self.clock,
            self.places.scale,
            self.table,
            self.places.reencode,
            self.places.archived,
            own=self.places.own,
        )
        try:
            desk.begin()
            wake = asyncio.Event()
            while not self._stopping.is_set():
                if self._take_news():
                    desk.use(self.link, self.table)
                await self._turn(desk, wake)
            await self._end(desk, wake)
        finally:
            desk.books.close()

    async def _turn(self, desk: Desk, wake: asyncio.Event) -> bool:
        """One look at the connection, one step, one look at the clock."""
        self._hear(desk, wake)
        more = desk.step()
        self._say(desk)
        self._report(desk)
        if more:
            await asyncio.sleep(0)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY_S)
            wake.clear()
        return more

    def _hear(self, desk: Desk, wake: asyncio.Event) -> None:
        """The connection's news, in their order."""
        if desk.client.state is State.CONNECTING and self._task is None:
            self._drop()
            self._task = asyncio.create_task(connect(desk.link, wake))
            self._task.add_done_callback(lambda _: wake.set())
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            self._made(desk, task)
        connection = self._connection
        if connection is None:
            return
        received, connection.received = connection.received, []
        if received:
            desk.client.received(b"".join(received))
        if connection.lost is not None:
            self._connection = None
            desk.client.lost(connection.lost)

    def _made(self, desk: Desk, task: asyncio.Task[Connection]) -> None:
        try:
            self._connection = task.result()
        except (OSError, ssl.SSLError, TimeoutError) as error:
            desk.client.lost(str(error) or type(error).__name__)
            return
        if desk.client.state is State.CONNECTING:
            desk.client.connected()
        else:  # it was paused meanwhile
            self._drop()

    def _say(self, desk: Desk) -> None:
        """Write what the client wants written, and hang up when it is done with the platform."""
        output, desk.client.output = desk.client.output, []
        if self._connection is not None:
            self._connection.write(output)
            desk.writable = self._connection.is_writable
        if desk.client.hang_up:
            desk.client.hang_up = False
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                desk.writable = True

    async def _end(self, desk: Desk, wake: asyncio.Event) -> None:
        """Answers that are under way still count; then the logout, then the disk."""
        desk.leave()
        until_s = time.monotonic() + PATIENCE_S
        while desk.in_flight and desk.client.is_up and time.monotonic() < until_s:
            await self._turn(desk, wake)
        connection = self._connection
        desk.close()
        self._say(desk)
        while connection is not None and connection.lost is None and time.monotonic() < until_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), LOOK_EVERY_S)
            wake.clear()

    def _drop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._connection is not None:
            self._connection.abort()
            self._connection = None

    def _take_news(self) -> bool:
        news, self._news = self._news, None
        if news is not None:
            self.link, self.table = news
        return news is not None

    def _report(self, desk: Desk) -> None:
        now_s = self.clock.monotonic_s()
        if now_s - self._told_s >= STATUS_EVERY_S:
            self._told_s = now_s
            self._tell(status.status_of(desk, self.last))

    def _tell(self, fresh: Status) -> None:
        self.last = fresh
        status.write(self.places.status_of(self.link.name), fresh)

    def _now(self) -> float:
        return self.clock.now_ns() / 1e9
