"""One TCP link of a terminal: bytes out under backpressure, whole answers in."""

import asyncio
from collections.abc import Callable

from voltward.frames.reader import FrameReader
from voltward.simulator.commands import answer_to
from voltward.simulator.messages import Answer, answer_of

_HIGH_WATER = 256 << 10


class Link(asyncio.Protocol):
    """``on_answer`` gets every answer, ``on_change`` is called when the link is lost or writable.

    ``lost`` is set when the link is gone, whoever ended it.
    """

    def __init__(self, on_answer: Callable[[Answer], None], on_change: Callable[[], None]) -> None:
        self._on_answer = on_answer
        self._on_change = on_change
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self.writable = asyncio.Event()
        self.lost = asyncio.Event()
        self.commands = 0  # of the platform

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        self._transport = transport
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        for piece in self._reader.feed(data):
            if not piece.is_frame:
                continue
            answer = answer_of(piece.data)
            if answer is None:
                self.commands += 1
                self.write(answer_to(piece.data) or b"")
            else:
                self._on_answer(answer)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()
        self._on_change()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost.set()
        self.writable.set()  # whoever waits must wake and see that it is lost
        self._on_change()

    def write(self, data: bytes) -> None:
        """Hand over ``data``; silently nothing once the link is lost, ``lost`` says so."""
        if self._transport is not None and not self.lost.is_set():
            self._transport.write(data)

    def close(self) -> None:
        """Send what is buffered, then end."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        if self._transport is not None:
            self._transport.abort()
