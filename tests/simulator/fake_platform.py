"""A platform for tests: takes links, keeps what arrives, answers as told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from voltward.frames.header import bcc
from voltward.frames.reader import FrameReader

LOGIN, REALTIME, REISSUE, LOGOUT, HEARTBEAT = 1, 2, 3, 4, 7
Flag = Callable[[bytes], int | None]


def answer(frame: bytes, flag: int) -> bytes:
    """The frame's own head with ``flag`` and its time bytes."""
    unit = b"" if frame[2] == HEARTBEAT else frame[24:30]
    body = bytes((frame[2], flag)) + frame[4:22] + len(unit).to_bytes(2, "big") + unit
    return frame[:2] + body + bytes((bcc(body),))


class FakePlatform:
    """``flag_of(frame)`` says how a frame is answered; None: not at all."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.links = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.flag_of: Flag = lambda frame: None if frame[2] in (REALTIME, REISSUE) else 1
        self.cut_after: int | None = None  # reports after which the link is cut, once
        self.arrived = asyncio.Event()

    @property
    def reports(self) -> list[bytes]:
        return [frame for frame in self.frames if frame[2] in (REALTIME, REISSUE)]

    @property
    def commands(self) -> list[int]:
        return [frame[2] for frame in self.frames]

    async def wait_for(self, enough: Callable[["FakePlatform"], bool]) -> None:
        """Until ``enough(self)``; fails after two minutes."""
        async with asyncio.timeout(120):
            while not enough(self):
                self.arrived.clear()
                await self.arrived.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links += 1
        self.writers.append(writer)
        stream = FrameReader()
        try:
            while data := await reader.read(65536):
                for piece in stream.feed(data):
                    assert piece.is_frame
                    if self._take(piece.data, writer):
                        return
                self.arrived.set()
        except ConnectionError:
            pass
        finally:
            self.arrived.set()
            writer.close()

    def _take(self, frame: bytes, writer: asyncio.StreamWriter) -> bool:
        """True: cut the link now."""
        self.frames.append(frame)
        flag = self.flag_of(frame)
        if flag is not None:
            writer.write(answer(frame, flag))
        if self.cut_after is not None and len(self.reports) >= self.cut_after:
            self.cut_after = None
            writer.transport.abort()
            return True
        return False


@asynccontextmanager
async def platform() -> AsyncIterator[tuple[FakePlatform, tuple[str, int]]]:
    """A platform on a free port of loopback."""
    fake = FakePlatform()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    try:
        yield fake, server.sockets[0].getsockname()[:2]
    finally:
        server.close()
        for writer in fake.writers:
            writer.transport.abort()
        await server.wait_closed()
