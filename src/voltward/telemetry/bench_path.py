"""``voltward bench path``: from a vehicle's socket to a row that can be queried, measured.

A real gateway, processor and store, each a process of its own, and the client in this one, all
on the same cores. Every frame is a row of its own: 96 cells, a collection time never sent before.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from voltward.base.processor_time import cpu_s
from voltward.gateway.config import GatewayConfig
from voltward.gateway.load.client import connect as connect_links
from voltward.gateway.load.frames import FRAME_BYTES
from voltward.gateway.load.sender import Sender
from voltward.gateway.server import Ready
from voltward.gateway.server import run as run_gateway
from voltward.telemetry.client import Client, connect
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.process import run as run_processor
from voltward.telemetry.schema import migrate
from voltward.telemetry.schema.tables import ROWS
from voltward.telemetry.store.process import StoreProcess

LINKS = 500
MOST_WAITING = 60_000  # frames sent and not yet queryable; the client waits beyond that
LOOK_EVERY_S = 0.05  # how often the store is asked; delays are too long by at most this
WARM_UP_S = 3.0
_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class PathFigures:
    """``sustained_per_s``: frames queryable a second while the client always has more to send.

    ``half_per_s``: the even rate at which the delays were measured, from the send call to the
    first query that counts the row. ``cpu_us_per_frame``: of each process, while sustained.
    """

    links: int
    frame_bytes: int
    seconds: float
    cores: int
    sustained_per_s: float
    half_per_s: float
    delay_p50_s: float
    delay_p99_s: float
    cpu_us_per_frame: dict[str, float]
    frames: int


def report(figures: PathFigures) -> str:
    """The figures as text."""
    costs = ", ".join(f"{name} {cost:.1f}" for name, cost in figures.cpu_us_per_frame.items())
    return "\n".join(
        (
            f"{figures.links} links, frames of {figures.frame_bytes} bytes (96 cells), "
            f"{figures.cores} cores for everything, client included, {figures.seconds:g} s each",
            f"sustained, socket to queryable row: {figures.sustained_per_s:,.0f} frames/s",
            f"CPU a frame, µs: {costs}",
            f"at {figures.half_per_s:,.0f} frames/s: delay p50 {figures.delay_p50_s:.2f} s, "
            f"p99 {figures.delay_p99_s:.2f} s",
        )
    )


def run(seconds: float = 20.0, folder: Path | None = None, links: int = LINKS) -> PathFigures:
    """Measure. ``folder``: where journal and store are written; it decides what a sync costs."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch, ExitStack() as stack:
        data = Path(scratch)
        store = StoreProcess(data / "store" / "data").start()
        stack.callback(store.stop)
        migrate(store.client())
        processor = stack.enter_context(_child(_processor, data, store.url, store.token))
        gateway = stack.enter_context(_child(_gateway, data))
        pids = {
            "client": os.getpid(),
            "gateway": gateway.pid,
            "processor": processor.pid,
            "store": store.pid,
        }
        sockets = connect_links(gateway.answer, links)
        for connection in sockets:
            stack.enter_context(connection)
        sender = Sender(np.array([connection.fileno() for connection in sockets], np.int64))
        with _watched(store.client()) as seen:
            _flood(sender, seen, WARM_UP_S)
            before, cpu = seen.count, {name: cpu_s(pid) for name, pid in pids.items()}
            spent_s = _flood(sender, seen, seconds)
            frames = seen.count - before
            used = {name: cpu_s(pid) - cpu[name] for name, pid in pids.items()}
            seen.wait_for(sender.sent)
            half = frames / spent_s / 2
            delays_s = _paced(sender, seen, half, seconds)
            total = seen.count
    return PathFigures(
        links=links,
        frame_bytes=FRAME_BYTES,
        seconds=seconds,
        cores=len(os.sched_getaffinity(0)),
        sustained_per_s=frames / spent_s,
        half_per_s=half,
        delay_p50_s=float(np.percentile(delays_s, 50)),
        delay_p99_s=float(np.percentile(delays_s, 99)),
        cpu_us_per_frame={name: spent / frames * 1e6 for name, spent in used.items()},
        frames=total,
    )


@dataclass
class _Seen:
    """How many rows the store answered with, and when; filled by a thread of its own."""

    client: Client
    times_s: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def count(self) -> int:
        return self.counts[-1] if self.counts else 0

    def look(self) -> None:
        while not self.stop.wait(LOOK_EVERY_S):
            count = int(str(self.client.command(f"SELECT count() FROM {ROWS}")))
            with self.news:
                self.times_s.append(time.perf_counter())
                self.counts.append(count)
                self.news.notify_all()

    def wait_for(self, count: int, limit_s: float = 120.0) -> None:
        """
        Raises:
            TimeoutError: so many rows did not come.
        """
        with self.news:
            if not self.news.wait_for(lambda: self.count >= count, limit_s):
                raise TimeoutError(f"{self.count} rows after {limit_s:g} s, expected {count}")


def _flood(sender: Sender, seen: _Seen, seconds: float) -> float:
    """Send as fast as rows become queryable; the seconds it took."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        seen.wait_for(sender.sent - MOST_WAITING)
        sender.burst()
    return time.perf_counter() - begun


def _paced(sender: Sender, seen: _Seen, per_s: float, seconds: float) -> NDArray[np.float64]:
    """Send at even times; the delay of each burst, in seconds."""
    sent_s, totals = [], []
    begun, first = time.perf_counter(), sender.sent
    while (now := time.perf_counter()) - begun < seconds:
        due = begun + (sender.sent - first) / per_s
        if now < due:
            time.sleep(due - now)
        sent_s.append(time.perf_counter())
        sender.burst()
        totals.append(sender.sent)
    seen.wait_for(sender.sent)
    # Rows become queryable in about the order of sending: the n-th sent is there when n rows are.
    place = np.searchsorted(np.array(seen.counts), np.array(totals))
    return np.asarray(np.array(seen.times_s)[place] - np.array(sent_s), np.float64)


@contextmanager
def _watched(client: Client) -> Iterator[_Seen]:
    seen = _Seen(client)
    thread = threading.Thread(target=seen.look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.stop.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    answer: int  # what the process said when it was ready


@contextmanager
def _child(work: Callable[..., None], *arguments: object) -> Iterator[_Running]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield _Running(process.pid or 0, here.recv())
    finally:
        process.terminate()
        process.join(20)
        process.kill()


def _gateway(pipe: Connection, data: Path) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    config = GatewayConfig(data / "journal", listen="127.0.0.1:0", auto_register=True)

    def ready(state: Ready) -> None:
        pipe.send(state.port)

    run_gateway(config, ready)


def _processor(pipe: Connection, data: Path, url: str, token: str) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    config = ProcessorConfig(data / "journal", data / "processor", _KEY)
    run_processor(config, lambda: connect(url, token), ready=lambda: pipe.send(0))
