"""The server to be compared with: reads, splits, checks BCCs, answers; no session, no disk.

It looks at all links together once for each round of the loop, with the gateway's own kernels, and
writes through the transports, as a plain uvloop server does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import numpy as np
import uvloop

from voltward.columns.split import split
from voltward.gateway.kernels.admit import success_answers
from voltward.gateway.kernels.warm import warm

_ANSWER = 31


class BareLink(asyncio.Protocol):
    """One connection; what it sends waits for the end of the loop's round."""

    def __init__(self, server: BareServer) -> None:
        self._server = server
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.held:
            self.held += data
        else:
            self.held = data
            self._server.mark(self)


class BareServer:
    """Answers every frame with success as soon as it is whole."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._dirty: list[BareLink] = []

    def mark(self, link: BareLink) -> None:
        if not self._dirty:
            self._loop.call_soon(self._answer)
        self._dirty.append(link)

    def _answer(self) -> None:
        links, self._dirty = self._dirty, []
        chunks = [link.held for link in links]
        offsets = np.zeros(len(links) + 1, np.int64)
        np.cumsum([len(chunk) for chunk in chunks], out=offsets[1:])
        data = b"".join(chunks)
        buffer = np.frombuffer(data, np.uint8)
        pieces = split(buffer, offsets)
        frames = pieces.frames(buffer)
        answers = success_answers(frames.buffer, frames.offsets).tobytes()
        good = pieces.chunk[pieces.reason == 0]
        stops = np.searchsorted(good, np.arange(len(links)), side="right") * _ANSWER
        at = 0
        for link, stop in zip(links, stops.tolist(), strict=True):
            link.transport.write(answers[at:stop])
            at = stop
        for chunk, link in enumerate(links):
            link.held = data[int(offsets[chunk] + pieces.consumed[chunk]) : int(offsets[chunk + 1])]


async def serve_bare(ready: Callable[[int], None]) -> None:
    """Serve on a free port until cancelled."""
    warm()
    loop = asyncio.get_running_loop()
    bare = BareServer(loop)
    server = await loop.create_server(lambda: BareLink(bare), "127.0.0.1", 0, backlog=4096)
    ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def run_bare(ready: Callable[[int], None]) -> None:
    uvloop.run(serve_bare(ready))
