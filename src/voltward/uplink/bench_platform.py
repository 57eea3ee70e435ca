"""The least public platform: accepts everything at once, in a process of its own, for the benchmark."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import numpy as np
import uvloop
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.columns.split import split
from voltward.gateway.load.frames import FRAME_BYTES, realtime_table
from voltward.journal.writer import JournalWriter
from voltward.uplink.messages import beijing

VEHICLES = 2000
_ANSWER = 31
Table = NDArray[np.uint8]
Wait = Callable[[], object]


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._held = b""

    def data_received(self, data: bytes) -> None:
        whole = np.frombuffer(self._held + data, np.uint8)
        found = split(whole, np.array([0, whole.size], np.int64))
        self._held = whole[int(found.consumed[0]) :].tobytes()
        self._transport.write(answers(found.frames(whole)).tobytes())


def answers(frames: FrameBatch) -> Table:
    """Success to each ``(n, 31)``."""
    starts = frames.offsets[:-1]
    out: Table = frames.buffer[starts[:, None] + np.arange(_ANSWER)]
    out[:, 3] = 1
    out[:, 22], out[:, 23] = 0, 6
    out[:, 30] = np.bitwise_xor.reduce(out[:, 2:30], axis=1)
    return out


def reports(command: int, at_s: int) -> Table:
    """A frame of each vehicle, collected at ``at_s`` (unix), ``(VEHICLES, FRAME_BYTES)``."""
    table = realtime_table(VEHICLES).copy()
    now = beijing(at_s * 1_000_000_000)
    table[:, 2] = command
    table[:, 24:30] = (now.year - 2000, now.month, now.day, now.hour, now.minute, now.second)
    table[:, -1] = np.bitwise_xor.reduce(table[:, 2:-1], axis=1)
    return table


def append(writer: JournalWriter, table: Table) -> None:
    """As a gateway does: one commit."""
    count = len(table)
    writer.append_many(
        table.reshape(-1),
        np.arange(count + 1, dtype=np.int64) * FRAME_BYTES,
        np.ones(count, np.uint8),
        np.zeros(count, np.uint32),
        np.full(count, time.time_ns(), np.int64),
    )
    writer.commit()


@contextmanager
def platform(core: int) -> Iterator[int]:
    """Its port, until the block ends."""
    with _child(_serve, core) as pipe:
        yield int(pipe.recv())


@contextmanager
def filling(journal: Path, core: int, command: int, rounds: int, step_s: int) -> Iterator[Wait]:
    """A gateway that takes ``rounds`` frames of each vehicle, collected ``step_s`` apart, as fast as
    it can. What is given waits until all are in the journal."""
    with _child(_fill, core, str(journal), command, rounds, step_s) as pipe:
        yield lambda: pipe.recv()


@contextmanager
def live_load(journal: Path, per_s: int, core: int) -> Iterator[None]:
    """A gateway that takes ``per_s`` frames a second."""
    with _child(_write, core, str(journal), per_s) as pipe:
        pipe.recv()
        yield


@contextmanager
def _child(work: Any, core: int, *arguments: Any) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(core, there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def _serve(core: int, pipe: Connection) -> None:
    os.sched_setaffinity(0, {core})

    async def serving() -> None:
        server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serving())


def _fill(
    core: int, pipe: Connection, journal: str, command: int, rounds: int, step_s: int
) -> None:
    os.sched_setaffinity(0, {core})
    first_s = int(time.time()) - (3600 + rounds * step_s if step_s else 0)
    with JournalWriter(journal, "gateway-0") as writer:
        for number in range(rounds):
            append(writer, reports(command, first_s + number * step_s))
    pipe.send(True)


def _write(core: int, pipe: Connection, journal: str, per_s: int) -> None:
    os.sched_setaffinity(0, {core})
    writer = JournalWriter(journal, "gateway-1")
    pipe.send(True)
    tick_s, share = 0.1, max(1, per_s // 10)
    next_s, place = time.monotonic(), 0
    while True:
        table = reports(2, int(time.time()))
        append(writer, table[(place + np.arange(share)) % VEHICLES])
        place += share
        next_s += tick_s
        time.sleep(max(0.0, next_s - time.monotonic()))
