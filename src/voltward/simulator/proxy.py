"""A TCP proxy that harms what it carries: delays, splits, cuts, resets, swallows. For tests of links.

What it does at random follows from its seed, the number of the connection and the bytes carried,
not from the time of day.
"""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

_CHUNK: Final = 65_536
_HELD: Final = 64  # chunks under way in one direction
_RST_AT_CLOSE: Final = struct.pack("ii", 1, 0)  # SO_LINGER: drop what is unsent, send RST

Harm = Literal["cut", "reset", "hole"]


@dataclass(frozen=True, slots=True)
class Harms:
    """``delay_s`` each way, and up to ``jitter_s`` more; the order of bytes stays.

    ``split``: at most so many bytes at once, 0 as they come. ``cut_every``, ``reset_every``,
    ``hole_every``: bytes of a connection, both ways, before it is closed (FIN), reset (RST), or
    left open with every further byte swallowed; means of a random number, 0 never.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    split: int = 0
    cut_every: int = 0
    reset_every: int = 0
    hole_every: int = 0
    seed: int = 0

    def next(self, draws: random.Random) -> tuple[float, Harm | None]:
        """After how many bytes what happens first."""
        found: tuple[float, Harm | None] = (float("inf"), None)
        means: dict[Harm, int] = {
            "cut": self.cut_every,
            "reset": self.reset_every,
            "hole": self.hole_every,
        }
        for harm, mean in means.items():
            if mean:
                found = min(found, (draws.expovariate(1 / mean), harm), key=lambda each: each[0])
        return found


@dataclass(slots=True)
class Carried:
    """Since the start."""

    connections: int = 0
    turned_away: int = 0
    octets: int = 0
    cuts: int = 0
    resets: int = 0
    holes: int = 0


class Proxy:
    """``harms`` hold for connections that come later; ``is_away`` turns them away with a reset."""

    def __init__(self, to: tuple[str, int], harms: Harms | None = None) -> None:
        self.to = to
        self.harms = harms or Harms()
        self.is_away = False
        self.carried = Carried()
        self.address = ("", 0)
        self._open: dict[_Connection, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """
        Raises:
            OSError: the address cannot be had.
        """
        self._server = await asyncio.start_server(self._take, host or None, port, limit=_CHUNK)
        self.address = self._server.sockets[0].getsockname()[:2]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = list(self._open.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def harm(self, harm: Harm) -> int:
        """Do it to all open connections now; returns how many these were."""
        for connection in list(self._open):
            connection.suffer(harm)
        return len(self._open)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.carried.connections += 1
        near = (reader, writer)
        if self.is_away:
            self.carried.turned_away += 1
            _reset(writer)
            return
        try:
            far = await asyncio.open_connection(*self.to, limit=_CHUNK)
        except OSError:
            self.carried.turned_away += 1
            _reset(writer)
            return
        draws = random.Random(f"{self.harms.seed}:{self.carried.connections}")  # noqa: S311 - a fault, no secret
        connection = _Connection(near, far, self.harms, draws, self.carried)
        task = asyncio.current_task()
        assert task is not None
        self._open[connection] = task
        try:
            await connection.carry()
        finally:
            del self._open[connection]


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """Two streams, and what passes between them."""

    def __init__(
        self, near: _Stream, far: _Stream, harms: Harms, draws: random.Random, carried: Carried
    ) -> None:
        self._streams = (near, far)
        self._harms, self._draws, self._carried = harms, draws, carried
        self._left, self._next = harms.next(draws)
        self._is_hole = False
        self._ends = asyncio.Event()
        for _, writer in self._streams:
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def carry(self) -> None:
        """Until either side ends, or it is harmed to death."""
        near, far = self._streams
        pumps = [self._pump(near[0], far[1]), self._pump(far[0], near[1]), self._ends.wait()]
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _, writer in self._streams:
                writer.close()

    def suffer(self, harm: Harm) -> None:
        if harm == "hole":
            self._carried.holes += 1
            self._is_hole = True
            return
        if harm == "reset":
            self._carried.resets += 1
            for _, writer in self._streams:
                _reset(writer)
        else:
            self._carried.cuts += 1
        self._ends.set()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction; bytes that are under way when their side ends still arrive."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_HELD)
        writing = asyncio.ensure_future(self._write(waiting, writer))
        loop = asyncio.get_running_loop()
        due_s = 0.0
        try:
            while data := await reader.read(_CHUNK):
                if not self._is_hole:
                    delay_s = self._harms.delay_s + self._harms.jitter_s * self._draws.random()
                    due_s = max(due_s, loop.time() + delay_s)
                    await waiting.put((due_s, data))
            await waiting.put((due_s, b""))
            await writing
        except ConnectionError:
            pass
        finally:
            writing.cancel()

    async def _write(
        self, waiting: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while not self._ends.is_set():
            due_s, data = await waiting.get()
            if not data:
                return
            if due_s > loop.time():
                await asyncio.sleep(due_s - loop.time())
            passing = self._weighed(data)
            for piece in self._pieces(passing):
                if self._is_hole or self._ends.is_set():
                    break
                writer.write(piece)
                self._carried.octets += len(piece)
                with suppress(ConnectionError):
                    await writer.drain()
            if len(passing) < len(data):
                self._come_due()

    def _weighed(self, data: bytes) -> bytes:
        """What of ``data`` still passes before the next harm."""
        passing = data if len(data) <= self._left else data[: int(self._left)]
        self._left -= len(data)
        return passing

    def _come_due(self) -> None:
        harm, self._next = self._next, None
        self._left = float("inf")
        if harm is not None:
            self.suffer(harm)

    def _pieces(self, data: bytes) -> list[bytes]:
        most = self._harms.split
        if not most:
            return [data] if data else []
        pieces, at = [], 0
        while at < len(data):
            size = self._draws.randint(1, most)
            pieces.append(data[at : at + size])
            at += size
        return pieces


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _RST_AT_CLOSE
        )
    writer.transport.abort()


@asynccontextmanager
async def proxy(to: tuple[str, int], harms: Harms | None = None) -> AsyncIterator[Proxy]:
    """A proxy on a free port of loopback."""
    found = Proxy(to, harms)
    await found.start("127.0.0.1", 0)
    try:
        yield found
    finally:
        await found.stop()
