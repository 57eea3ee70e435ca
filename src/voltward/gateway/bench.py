"""``voltward bench gateway``: answered frames a second with every answer on disk first.

Client and server have a core each where there are two. The bare server of ``load/bare.py`` and the
gateway take turns of a second, so that both meet the same moods of the machine; the ratio is the
median of the rounds'.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from voltward.base.processor_time import cpu_s
from voltward.gateway.load.client import Outcome, connect, drain, pace, saturate
from voltward.gateway.load.frames import FRAME_BYTES, realtime_table
from voltward.gateway.load.serving import Kind, Server, serving

BUSY_PCT = 95.0
WINDOW = 2
TURN_S = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One server under one load for a second. ``busy_pct``: share of a core that it used."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_frame: float
    busy_pct: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of a server's turns, and the least and the greatest of their p99."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_frame: float
    busy_pct: float
    least_p99_ms: float
    greatest_p99_ms: float

    @staticmethod
    def of(turns: Sequence[Turn]) -> Measured:
        return Measured(
            per_s=median(turn.per_s for turn in turns),
            p50_ms=median(turn.p50_ms for turn in turns),
            p99_ms=median(turn.p99_ms for turn in turns),
            cpu_us_per_frame=median(turn.cpu_us_per_frame for turn in turns),
            busy_pct=median(turn.busy_pct for turn in turns),
            least_p99_ms=min(turn.p99_ms for turn in turns),
            greatest_p99_ms=max(turn.p99_ms for turn in turns),
        )


@dataclass(frozen=True, slots=True)
class GatewayFigures:
    """What ``voltward bench gateway`` reports. ``by_rates``: in how many rounds rates compared."""

    links: int
    frame_bytes: int
    rounds: int
    bare: Measured
    gateway: Measured
    half: Measured
    slow_disk: Measured
    slow_disk_half: Measured
    ratio: float
    least_ratio: float
    greatest_ratio: float
    by_rates: int
    kib_per_link: float
    memory_links: int


def run(
    links: int = 2000,
    seconds: float = 10.0,
    memory_links: int = 10_000,
    folder: Path | None = None,
) -> GatewayFigures:
    """Measure. ``folder``: where the journal is written; it decides what an fsync costs."""
    rounds = max(1, round(seconds / TURN_S))
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            journal, core = Path(scratch), cores[0]
            with (
                _crowd("bare", journal, core, links) as other,
                _crowd("gateway", journal, core, links) as ours,
            ):
                bare, gateway, half = _rounds(rounds, ours, other)
            with _crowd("slow disk", journal, core, links) as slow:
                _, slow_disk, slow_disk_half = _rounds(rounds, slow)
            ratios = [_ratio(*pair) for pair in zip(gateway, bare, strict=True)]
            return GatewayFigures(
                links=links,
                frame_bytes=FRAME_BYTES,
                rounds=rounds,
                bare=Measured.of(bare),
                gateway=Measured.of(gateway),
                half=Measured.of(half),
                slow_disk=Measured.of(slow_disk),
                slow_disk_half=Measured.of(slow_disk_half),
                ratio=median(ratios),
                least_ratio=min(ratios),
                greatest_ratio=max(ratios),
                by_rates=sum(map(_are_busy, gateway, bare)),
                kib_per_link=_kib_per_link(journal, core, memory_links),
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
        f"{figures.links} links, frames of {figures.frame_bytes} bytes; medians of"
        f" {figures.rounds} rounds of a second each",
        f"{'':36}{'frames/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'from':>8}{'to':>8}"
        f"{'CPU us':>8}{'busy %':>8}",
    ]
    lines += [
        f"{name:36}{row.per_s:10,.0f}{row.p50_ms:8.1f}{row.p99_ms:8.1f}{row.least_p99_ms:8.1f}"
        f"{row.greatest_p99_ms:8.1f}{row.cpu_us_per_frame:8.2f}{row.busy_pct:8.1f}"
        for name, row in rows
    ]
    lines.append(
        f"ratio to the bare server: {figures.ratio:.2f} (rounds: {figures.least_ratio:.2f} to"
        f" {figures.greatest_ratio:.2f}), target >= 0.9; by rates in {figures.by_rates} rounds,"
        f" by CPU per frame in the {figures.rounds - figures.by_rates} with a core less than"
        f" {BUSY_PCT:g} % busy"
    )
    lines.append(f"memory: {figures.kib_per_link:.1f} KiB a link at {figures.memory_links} links")
    return "\n".join(lines)


class _Crowd:
    """A server and the links to it that are logged in."""

    def __init__(self, server: Server, sockets: list[socket.socket]) -> None:
        self._server = server
        self._sockets = sockets
        self._frames = realtime_table(len(sockets))
        self.saturated(), self.paced(1000.0)  # the client is compiled, every link settled

    def saturated(self) -> Turn:
        return self._measured(lambda: saturate(self._sockets, self._frames, WINDOW, TURN_S))

    def paced(self, per_s: float) -> Turn:
        return self._measured(lambda: pace(self._sockets, self._frames, per_s, TURN_S))

    def _measured(self, load: Callable[[], Outcome]) -> Turn:
        begun, before_s = time.perf_counter(), cpu_s(self._server.pid)
        outcome = load()
        spent_s, used_s = time.perf_counter() - begun, cpu_s(self._server.pid) - before_s
        drain(self._sockets, 0.1)
        return Turn(
            per_s=outcome.per_s,
            p50_ms=outcome.wait_ms(50),
            p99_ms=outcome.wait_ms(99),
            cpu_us_per_frame=used_s / outcome.answered * 1e6,
            busy_pct=100 * used_s / spent_s,
        )


def _rounds(
    rounds: int, ours: _Crowd, other: _Crowd | None = None
) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """Turns of the other server, of ours, and of ours at half the rate it just had."""
    others: list[Turn] = []
    full: list[Turn] = []
    half: list[Turn] = []
    for number in range(rounds):
        order = [(ours, full)] if other is None else [(other, others), (ours, full)]
        for crowd, turns in order if number % 2 else reversed(order):
            turns.append(crowd.saturated())
        half.append(ours.paced(full[-1].per_s / 2))
    return others, full, half


def _are_busy(ours: Turn, bare: Turn) -> bool:
    """Both servers kept their core busy, so that rates may be compared."""
    return min(ours.busy_pct, bare.busy_pct) >= BUSY_PCT


def _ratio(ours: Turn, bare: Turn) -> float:
    """Of rates when both were saturated, else of CPU per frame."""
    if _are_busy(ours, bare):
        return ours.per_s / bare.per_s
    return bare.cpu_us_per_frame / ours.cpu_us_per_frame


def _kib_per_link(journal: Path, core: int, links: int) -> float:
    """Resident memory of the process for each link that is logged in and has sent a frame."""
    with serving("gateway", journal, core) as server:
        before = server.resident_kib()
        with _connected(server, links) as sockets:
            saturate(sockets, realtime_table(links), 1, 1.0)
            return (server.resident_kib() - before) / links


@contextmanager
def _crowd(kind: Kind, journal: Path, core: int, links: int) -> Iterator[_Crowd]:
    with ExitStack() as stack:
        server = stack.enter_context(serving(kind, journal, core))
        yield _Crowd(server, stack.enter_context(_connected(server, links)))


@contextmanager
def _connected(server: Server, links: int) -> Iterator[list[socket.socket]]:
    sockets = connect(server.port, links)
    try:
        yield sockets
    finally:
        for connection in sockets:
            connection.close()
