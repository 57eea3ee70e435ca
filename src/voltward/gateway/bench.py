"""``voltward bench gateway``: answered frames a second with every answer on disk first.

Server and client are processes of their own, each pinned to a core where there are two. The bare
server of ``load/bare.py`` is measured before and after it; the better one is the ratio's other half.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import structlog

from voltward.gateway.config import GatewayConfig
from voltward.gateway.load.bare import run_bare
from voltward.gateway.load.client import Outcome, connect, drain, pace, saturate
from voltward.gateway.load.frames import FRAME_BYTES, realtime_table
from voltward.gateway.server import Ready
from voltward.gateway.server import run as run_gateway
from voltward.gateway.timed_files import TimedFiles

BUSY_PCT = 95.0
WINDOW = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under one load. ``busy_pct``: share of one core that its process used."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_frame: float
    busy_pct: float


@dataclass(frozen=True, slots=True)
class GatewayFigures:
    """What ``voltward bench gateway`` reports."""

    links: int
    frame_bytes: int
    seconds: float
    bare: Measured
    gateway: Measured
    half: Measured
    slow_disk: Measured
    slow_disk_half: Measured
    kib_per_link: float
    memory_links: int

    @property
    def counts(self) -> bool:
        """Both servers kept their core busy, so rates may be compared; otherwise CPU only."""
        return min(self.bare.busy_pct, self.gateway.busy_pct) >= BUSY_PCT

    @property
    def ratio(self) -> float:
        """Gateway to bare server: of rates when both were saturated, else of CPU per frame."""
        if self.counts:
            return self.gateway.per_s / self.bare.per_s
        return self.bare.cpu_us_per_frame / self.gateway.cpu_us_per_frame


class SlowFiles(TimedFiles):
    """A disk whose sync takes 5 ms longer, as many real ones do."""

    def sync_data(self, handle: int) -> None:
        time.sleep(0.005)
        super().sync_data(handle)


@dataclass(frozen=True, slots=True)
class _Server:
    port: int
    pid: int


_Start = Callable[[], AbstractContextManager[_Server]]


def run(
    links: int = 2000,
    seconds: float = 6.0,
    memory_links: int = 10_000,
    folder: Path | None = None,
) -> GatewayFigures:
    """Measure. ``folder``: where the journal is written; it decides what an fsync costs."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            journal = Path(scratch)

            def server(kind: str) -> _Start:
                return lambda: _serving(kind, journal, cores[0])

            before = _saturated(server("bare"), links, seconds)
            gateway = _saturated(server("gateway"), links, seconds)
            after = _saturated(server("bare"), links, seconds)
            bare = min(before, after, key=lambda row: row.cpu_us_per_frame)
            slow = _saturated(server("slow"), links, seconds)
            return GatewayFigures(
                links=links,
                frame_bytes=FRAME_BYTES,
                seconds=seconds,
                bare=bare,
                gateway=gateway,
                half=_paced(server("gateway"), links, gateway.per_s / 2, seconds),
                slow_disk=slow,
                slow_disk_half=_paced(server("slow"), links, slow.per_s / 2, seconds),
                kib_per_link=_kib_per_link(server("gateway"), memory_links),
                memory_links=memory_links,
            )
    finally:
        os.sched_setaffinity(0, set(cores))


def report(figures: GatewayFigures) -> str:
    """The figures as a table of text."""
    rows = (
        ("bare server, saturated", figures.bare),
        ("gateway, saturated", figures.gateway),
        ("gateway, half of it", figures.half),
        ("gateway, fsync + 5 ms, saturated", figures.slow_disk),
        ("gateway, fsync + 5 ms, half of it", figures.slow_disk_half),
    )
    lines = [
        f"{figures.links} links, frames of {figures.frame_bytes} bytes, {figures.seconds:g} s each",
        f"{'':36}{'frames/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}{'busy %':>9}",
    ]
    lines += [
        f"{name:36}{row.per_s:10,.0f}{row.p50_ms:9.1f}{row.p99_ms:9.1f}"
        f"{row.cpu_us_per_frame:9.2f}{row.busy_pct:9.1f}"
        for name, row in rows
    ]
    by = "rates" if figures.counts else f"CPU per frame (a core was less than {BUSY_PCT:g} % busy)"
    lines.append(f"ratio to the bare server, by {by}: {figures.ratio:.2f}")
    lines.append(f"memory: {figures.kib_per_link:.1f} KiB a link at {figures.memory_links} links")
    return "\n".join(lines)


def _saturated(start: _Start, links: int, seconds: float) -> Measured:
    frames = realtime_table(links)
    with start() as server, _connected(server, links) as sockets:
        saturate(sockets, frames, WINDOW, 1.0)  # compiled, warm, every link settled
        drain(sockets)
        return _measured(server, lambda: saturate(sockets, frames, WINDOW, seconds))


def _paced(start: _Start, links: int, per_s: float, seconds: float) -> Measured:
    frames = realtime_table(links)
    with start() as server, _connected(server, links) as sockets:
        pace(sockets, frames, per_s, 1.0)
        return _measured(server, lambda: pace(sockets, frames, per_s, seconds))


def _measured(server: _Server, load: Callable[[], Outcome]) -> Measured:
    begun, cpu = time.perf_counter(), _cpu_s(server.pid)
    outcome = load()
    spent, used = time.perf_counter() - begun, _cpu_s(server.pid) - cpu
    return Measured(
        per_s=outcome.per_s,
        p50_ms=outcome.wait_ms(50),
        p99_ms=outcome.wait_ms(99),
        cpu_us_per_frame=used / outcome.answered * 1e6,
        busy_pct=100 * used / spent,
    )


def _kib_per_link(start: _Start, links: int) -> float:
    """Resident memory of the process for each link that is logged in and has sent a frame."""
    with start() as server:
        before = _resident_kib(server.pid)
        with _connected(server, links) as sockets:
            saturate(sockets, realtime_table(links), 1, 1.0)
            return (_resident_kib(server.pid) - before) / links


@contextmanager
def _connected(server: _Server, links: int) -> Iterator[list[socket.socket]]:
    sockets = connect(server.port, links)
    try:
        yield sockets
    finally:
        for connection in sockets:
            connection.close()


@contextmanager
def _serving(kind: str, journal: Path, core: int) -> Iterator[_Server]:
    """A server in a process of its own, on one core, until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(kind, journal, core, there), daemon=True)
    process.start()
    there.close()
    try:
        port = here.recv()
        yield _Server(port, process.pid or 0)
    finally:
        process.terminate()
        process.join(10)
        process.kill()
        shutil.rmtree(journal / kind, ignore_errors=True)


def _child(kind: str, journal: Path, core: int, pipe: Connection) -> None:
    os.sched_setaffinity(0, {core})
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if kind == "bare":
        run_bare(pipe.send)
        return
    config = GatewayConfig(
        journal / kind, listen="127.0.0.1:0", auto_register=True, answer_realtime="always"
    )

    def ready(state: Ready) -> None:
        pipe.send(state.port)

    run_gateway(config, ready, SlowFiles() if kind == "slow" else None)


def _cpu_s(pid: int) -> float:
    """Processor time of all threads of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)
