"""``voltward bench uplink``: frames a second to one platform with every answer awaited and proved.

The uplink has a process and a core to itself; platform and gateway have processes on another core.
First all frames are live; then a backlog drains in idle time while 100,000 vehicles report every 30 s.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from voltward.base.clock import SystemClock
from voltward.journal.reader import JournalReader
from voltward.uplink.bench_platform import VEHICLES, filling, live_load, platform
from voltward.uplink.books import Place
from voltward.uplink.desk import Desk
from voltward.uplink.incoming import REALTIME, REISSUE, Table
from voltward.uplink.links import Link
from voltward.uplink.outcomes import batches_since
from voltward.uplink.runner import Runner, RunnerPlaces
from voltward.uplink.standing import State

LIVE_PER_S = 3_333  # 100,000 vehicles, a report in 30 s
LEAST_PER_S, LEAST_RATIO, MOST_MIB = 20_000, 5, 50
NAME = "bench"
_KEY = bytes(32)
_STEP_S, _REPORT_EVERY_S = 0.05, 30


class _Seen(NamedTuple):
    """What the uplink said of itself at ``at`` (unix s), and its processor seconds until then."""

    at: float
    state: str
    accepted: int
    due: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class UplinkFigures:
    """``cpu_us``: processor time of the uplink's process a frame, all threads, kernel and disk with it;
    ``core_per_s``: frames a second of it. ``drain_ratio``: frames of the backlog a second over live
    ones. ``live_age_s``: of live frames while the backlog drains, from collection (whole seconds) to
    the answer: the 99th of 100 and the worst. ``grown_mib``: resident memory over the drain."""

    frames: int
    window: int
    per_s: float
    cpu_us: float
    core_per_s: float
    backlog: int
    backlog_minutes: int
    live_per_s: int
    drained_per_s: float
    drain_ratio: float
    drain_cpu_us: float
    live_age_s: tuple[float, float]
    grown_mib: float

    def text(self) -> str:
        live, worst = self.live_age_s
        return "\n".join(
            (
                f"window {self.window}, frames of 347 bytes, each answer awaited and proved",
                f"forwarded live         {self.per_s:10,.0f} frames/s   {_goal(self.per_s, LEAST_PER_S)}",
                f"a frame costs          {self.cpu_us:10.1f} us of processor time in the uplink",
                f"so one core forwards   {self.core_per_s:10,.0f} frames/s  "
                f" {_goal(self.core_per_s, LEAST_PER_S)}",
                f"backlog of {self.backlog:,} frames in {self.backlog_minutes} minutes, with"
                f" {self.live_per_s:,} live frames/s:",
                f"drained                {self.drained_per_s:10,.0f} frames/s"
                f"   {self.drain_ratio:.1f} times live, {_goal(self.drain_ratio, LEAST_RATIO)}",
                f"a frame costs          {self.drain_cpu_us:10.1f} us, live and reissued",
                f"live frames answered   {live:10.1f} s after collection (p99), {worst:.1f} s (worst)",
                f"memory grown by        {self.grown_mib:10.1f} MiB   target <= {MOST_MIB}: "
                + ("met" if self.grown_mib <= MOST_MIB else "missed"),
            )
        )


def run(frames: int = 400_000, backlog: int = 400_000, folder: Path | None = None) -> UplinkFigures:
    """Measure. ``folder``: where the journals are written; it decides what an fsync costs."""
    cores = sorted(os.sched_getaffinity(0))
    rounds, late = (max(1, count // VEHICLES) for count in (frames, backlog))
    with tempfile.TemporaryDirectory(dir=folder) as scratch, platform(cores[-1]) as port:
        os.sched_setaffinity(0, {cores[0]})
        try:
            link = Link(NAME, 0, "127.0.0.1", port, "VOLTWARDBENCH0001", "b", "b", live_s=3600)
            _forwarded(Path(scratch) / "warm", link, 1, cores[-1])  # kernels loaded, pages touched
            per_s, cpu_us = _forwarded(Path(scratch) / "live", link, rounds, cores[-1])
            drained = _drained(Path(scratch) / "drain", link, late, cores[-1])
        finally:
            os.sched_setaffinity(0, set(cores))
    return UplinkFigures(
        frames=rounds * VEHICLES,
        window=link.window,
        per_s=per_s,
        cpu_us=cpu_us,
        core_per_s=1e6 / cpu_us,
        backlog=late * VEHICLES,
        backlog_minutes=late * _REPORT_EVERY_S // 60,
        live_per_s=LIVE_PER_S,
        drained_per_s=drained.per_s,
        drain_ratio=drained.per_s / LIVE_PER_S,
        drain_cpu_us=drained.cpu_us,
        live_age_s=drained.live_age_s,
        grown_mib=drained.grown_mib,
    )


class _Drained(NamedTuple):
    per_s: float
    cpu_us: float
    live_age_s: tuple[float, float]
    grown_mib: float


def _forwarded(folder: Path, link: Link, rounds: int, core: int) -> tuple[float, float]:
    """Frames a second from the journal to the proof, and processor microseconds each.

    They come faster than they can be forwarded; what counts lies between the first and the last word
    of the uplink about accepted frames.
    """
    place = _new_link(folder, link)
    with _running(place, link) as runner:
        _watched(runner, lambda now: now.state == State.UP)
        with filling(place.journal, core, REALTIME, rounds, 0):
            seen = _watched(runner, lambda now: now.accepted >= rounds * VEHICLES)
    last = seen[-1]
    first = next(one for one in seen if one.accepted)
    if first is last:  # all in one second: with the time until the first frame came, then
        first = seen[0]
    count = last.accepted - first.accepted
    return count / (last.at - first.at), (last.cpu_s - first.cpu_s) / count * 1e6


def _drained(folder: Path, link: Link, rounds: int, core: int) -> _Drained:
    """From the first word of the uplink until nothing is due: reading and sorting out count too."""
    place = _new_link(folder, link)
    with filling(place.journal, core, REISSUE, rounds, _REPORT_EVERY_S) as filled:
        filled()
    backlog = rounds * VEHICLES
    before = most = _resident_mib()

    def is_over(now: _Seen) -> bool:
        nonlocal most
        most = max(most, _resident_mib())
        return now.due == 0 and now.accepted >= backlog

    with live_load(place.journal, LIVE_PER_S, core), _running(place, link) as runner:
        seen = _watched(runner, is_over)
    first, last = seen[0], seen[-1]
    cpu_us = (last.cpu_s - first.cpu_s) / (last.accepted - first.accepted) * 1e6
    return _Drained(backlog / (last.at - first.at), cpu_us, _live_ages(place), most - before)


def _watched(runner: Runner, is_over: Callable[[_Seen], bool]) -> list[_Seen]:
    """What the uplink said each second, until ``is_over``."""
    seen: list[_Seen] = []
    while True:
        last = runner.last
        if last is not None and (not seen or last.at > seen[-1].at):
            seen.append(_Seen(last.at, last.state, last.accepted, last.due, time.process_time()))
            if is_over(seen[-1]):
                return seen
        time.sleep(_STEP_S)


def _live_ages(place: Place) -> tuple[float, float]:
    """How old live frames were when their answer came: the 99th of 100, and the worst."""
    with JournalReader(place.journal) as reader:
        batches = [batch.entries for batch in batches_since(reader, f"proof-{NAME}", None)]
    entries = np.concatenate(batches)
    live = entries[entries["command"] == REALTIME]
    ages = live["answered_ms"] / 1000 - live["collected_s"]
    return float(np.percentile(ages, 99)), float(ages.max())


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


def _goal(found: float, least: float) -> str:
    return f"target >= {least:,}: {'met' if found >= least else 'missed'}"


def _resident_mib() -> float:
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(threading.get_native_id())
