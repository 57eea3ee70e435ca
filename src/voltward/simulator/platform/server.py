"""The sockets of a simulated public platform."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, cast

from voltward.base.clock import utc
from voltward.frames.editions import COMMAND
from voltward.frames.frame import encode_frame
from voltward.frames.reader import FrameReader
from voltward.simulator.platform.faults import Faults
from voltward.simulator.platform.platform import (
    HAZARD_FEEDBACK,
    Platform,
    PlatformConfig,
    Session,
)

_BACKLOG: Final = 512


class PlatformServer:
    """A platform that listens; ``address`` is where, once ``start`` has returned."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.address = ("", 0)
        self.arrived = asyncio.Event()  # set whenever something came in or a connection ended
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """
        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Link(self), host or None, port, backlog=_BACKLOG, ssl=tls
        )
        self.address = self._server.sockets[0].getsockname()[:2]

    async def stop(self) -> None:
        """Close everything; the same address can be had again."""
        if self._server is not None:
            self._server.close()
        self.cut()
        while self._links:
            self.arrived.clear()
            await self.arrived.wait()
        if self._server is not None:
            await self._server.wait_closed()

    def cut(self) -> None:
        """End all connections at once, as a platform does that is restarted."""
        for link in list(self._links):
            link.abort()

    def feedback(self, vin: str, results: Mapping[str, str]) -> int:
        """Send a hazard result feedback (0x90, GB/T 45688 table B.7); returns over how many links.

        ``results``: words by hazard item, as ``hazard_mass_parking``; others are sent as invalid.

        Raises:
            EncodeError: no such item or word.
        """
        now = utc(self.platform.clock.now_ns())
        edition = self.platform.config.edition
        frame = encode_frame(edition, HAZARD_FEEDBACK, COMMAND, vin, {"time": now, **results})
        linked = [link for link in self._links if link.session.user is not None]
        for link in linked:
            link.write(frame)
        return len(linked)

    def opened(self, link: "_Link") -> None:
        self._links.add(link)
        self.platform.book.figures.connections += 1

    def closed(self, link: "_Link") -> None:
        self._links.discard(link)
        self.count()
        self.arrived.set()

    def count(self) -> None:
        linked = sum(link.session.user is not None for link in self._links)
        self.platform.book.figures.linked = linked


class _Link(asyncio.Protocol):
    """One connection. Reading waits while answers cannot be sent, and while frames wait their turn."""

    def __init__(self, server: PlatformServer) -> None:
        self._server = server
        self._platform = server.platform
        self._reader = FrameReader()
        self._waiting: deque[bytes] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_lost = False
        self._transport: asyncio.Transport | None = None
        self.session = Session(server.platform)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have all the methods, and not the base class
        self._transport = cast(asyncio.Transport, transport)
        self._server.opened(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._is_lost = True
        if self._timer is not None:
            self._timer.cancel()
        self._server.closed(self)

    def data_received(self, data: bytes) -> None:
        for piece in self._reader.feed(data):
            if piece.is_frame:
                self._waiting.append(piece.data)
            else:
                self._platform.book.figures.noise += 1
        if self._platform.faults.per_s:
            self._take_in_turn()
        else:
            self._take(len(self._waiting))

    def _take(self, count: int) -> None:
        answers = bytearray()
        was_linked = self.session.user
        for _ in range(count):
            answers += self.session.take(self._waiting.popleft())
            if self.session.is_over:
                break
        if self.session.user != was_linked:
            self._server.count()
        late_s = self._platform.faults.late_s
        if late_s and answers:
            asyncio.get_running_loop().call_later(late_s, self.write, bytes(answers))
        elif answers:
            self.write(bytes(answers))
        if self.session.is_over and self._transport is not None:
            self._transport.close()
        self._server.arrived.set()

    def _take_in_turn(self) -> None:
        """One frame now, the next one later; nothing more is read meanwhile."""
        if self._timer is not None or self._is_lost:
            return
        per_s = self._platform.faults.per_s
        if self._waiting:
            self._take(1 if per_s else len(self._waiting))
        if self._transport is None or self._transport.is_closing():
            return
        if self._waiting:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()
        if per_s:
            self._timer = asyncio.get_running_loop().call_later(1 / per_s, self._next)

    def _next(self) -> None:
        self._timer = None
        if self._waiting:
            self._take_in_turn()

    def pause_writing(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None and not self._waiting:
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._is_lost:
            self._transport.write(data)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


@asynccontextmanager
async def platform(
    config: PlatformConfig, faults: Faults | None = None
) -> AsyncIterator[PlatformServer]:
    """A platform on a free port of loopback."""
    server = PlatformServer(Platform(config, faults))
    await server.start("127.0.0.1", 0)
    try:
        yield server
    finally:
        await server.stop()
        server.platform.book.close()
