"""``voltward bench uplink``: frames a second to one platform with every answer awaited and proved.

The uplink has one core, platform and gateway another. First everything is live; then a backlog drains
in idle time while 100,000 vehicles report every 30 s.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voltward.base.clock import SystemClock
from voltward.journal.writer import JournalWriter
from voltward.uplink.bench_platform import VEHICLES, append, live_load, platform, reports
from voltward.uplink.books import Place
from voltward.uplink.desk import Desk
from voltward.uplink.incoming import REALTIME, REISSUE, Table
from voltward.uplink.links import Link
from voltward.uplink.runner import Runner, RunnerPlaces

LIVE_PER_S = 3_333  # 100,000 vehicles, a report in 30 s
NAME = "bench"
_KEY = bytes(32)
_STEP_S = 0.05


@dataclass(frozen=True, slots=True)
class UplinkFigures:
    """``cpu_us``: processor time a frame, all threads. ``drain_ratio``: frames of the backlog a second
    over live ones. ``grown_mib``: resident memory over the drain."""

    frames: int
    window: int
    per_s: float
    cpu_us: float
    backlog: int
    backlog_minutes: int
    live_per_s: int
    drained_per_s: float
    drain_ratio: float
    live_lag_s: float
    grown_mib: float

    def text(self) -> str:
        return "\n".join(
            (
                f"window {self.window}, frames of 347 bytes, one core, each answer awaited and proved",
                f"forwarded live          {self.per_s:12,.0f} frames/s   {self.cpu_us:.1f} us each"
                "   target >= 20,000",
                f"backlog of {self.backlog:,} frames in {self.backlog_minutes} minutes, with"
                f" {self.live_per_s:,} live frames/s:",
                f"drained                 {self.drained_per_s:12,.0f} frames/s   {self.drain_ratio:.1f}"
                " times live   target >= 5",
                f"worst lag of live       {self.live_lag_s:12.1f} s",
                f"memory grown by         {self.grown_mib:12.1f} MiB   target <= 50",
            )
        )


def run(frames: int = 400_000, backlog: int = 400_000, folder: Path | None = None) -> UplinkFigures:
    """Measure. ``folder``: where the journals are written; it decides what an fsync costs."""
    cores = sorted(os.sched_getaffinity(0))
    frames, backlog = (count // VEHICLES * VEHICLES for count in (frames, backlog))
    with tempfile.TemporaryDirectory(dir=folder) as scratch, platform(cores[-1]) as port:
        os.sched_setaffinity(0, {cores[0]})
        try:
            link = Link(NAME, 0, "127.0.0.1", port, "VOLTWARDBENCH0001", "b", "b", live_s=3600)
            _forwarded(Path(scratch) / "warm", link, VEHICLES)  # kernels are loaded, pages touched
            per_s, cpu_us = _forwarded(Path(scratch) / "live", link, frames)
            drained = _drained(Path(scratch) / "drain", link, backlog, cores[-1])
        finally:
            os.sched_setaffinity(0, set(cores))
    seconds, lag_s, grown_mib, minutes = drained
    return UplinkFigures(
        frames=frames,
        window=link.window,
        per_s=per_s,
        cpu_us=cpu_us,
        backlog=backlog,
        backlog_minutes=minutes,
        live_per_s=LIVE_PER_S,
        drained_per_s=backlog / seconds,
        drain_ratio=backlog / seconds / LIVE_PER_S,
        live_lag_s=lag_s,
        grown_mib=grown_mib,
    )


def _forwarded(folder: Path, link: Link, frames: int) -> tuple[float, float]:
    """Frames a second from the journal to the proof, and processor microseconds each."""
    place = _new_link(folder, link)
    with JournalWriter(place.journal, "gateway-0") as writer, _running(place, link) as runner:
        while runner.last is None or runner.last.state != "up":
            time.sleep(_STEP_S)
        began_s, cpu_s = time.perf_counter(), time.process_time()
        for _ in range(frames // VEHICLES):
            append(writer, reports(REALTIME, int(time.time())))
        while _accepted(runner) < frames:
            time.sleep(_STEP_S)
        seconds = time.perf_counter() - began_s
        return frames / seconds, (time.process_time() - cpu_s) / frames * 1e6


def _drained(folder: Path, link: Link, backlog: int, core: int) -> tuple[float, float, float, int]:
    """Seconds until nothing is due, the worst lag of live frames meanwhile, MiB grown, minutes."""
    place = _new_link(folder, link)
    rounds = backlog // VEHICLES
    step_s = 30
    with JournalWriter(place.journal, "gateway-0") as writer:
        first_s = int(time.time()) - 3600 - rounds * step_s
        for number in range(rounds):
            append(writer, reports(REISSUE, first_s + number * step_s))
    lag_s = 0.0
    before = _resident_mib()
    most = before
    with live_load(place.journal, LIVE_PER_S, core), _running(place, link) as runner:
        began_s = time.perf_counter()
        while not _is_drained(runner, backlog):
            time.sleep(_STEP_S)
            most = max(most, _resident_mib())
            lag_s = max(lag_s, runner.last.lag_s if runner.last and runner.last.due else 0.0)
        seconds = time.perf_counter() - began_s
    return seconds, lag_s, most - before, rounds * step_s // 60


def _new_link(folder: Path, link: Link) -> Place:
    """A link that began before the first frame, so that it owes all of them."""
    place = Place(folder / "journal", folder / "uplink" / link.name, link.name, _KEY)
    desk = Desk(place, link, SystemClock())
    desk.begin()
    desk.close()
    return place


@contextmanager
def _running(place: Place, link: Link) -> Iterator[Runner]:
    places = RunnerPlaces(
        lambda _name: place, lambda name: place.folder / f"{name}.json", lambda _position: None
    )
    runner = Runner(link, Table.empty(), places)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()
        runner.join()


def _accepted(runner: Runner) -> int:
    return 0 if runner.last is None else runner.last.accepted


def _is_drained(runner: Runner, backlog: int) -> bool:
    last = runner.last
    return last is not None and last.due == 0 and last.accepted >= backlog


def _resident_mib() -> float:
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(threading.get_native_id())
