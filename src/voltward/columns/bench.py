"""``voltward bench decode``: frames to columns and Arrow tables a second, beside other decoders.

All are measured on the same frames in the same run, taking turns, on one core; the medians count.
"""

from __future__ import annotations

import json as json_text
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from voltward.columns.batch import FrameBatch
from voltward.columns.bench_frames import CELLS, PROBES, bench_frames
from voltward.columns.decode import decode, kernels_alone
from voltward.columns.plain_struct import plain_row

PLAIN_FRAMES, PEER_FRAMES = 2_000, 100  # of each round; they take their time
KERNEL_TURN = 5  # so that a turn of the kernels takes about as long as one of the others
STARTS = 3

# What must be reached: frames a second, ratios, seconds.
TARGET_PER_S, TARGET_PLAIN, TARGET_PEER, TARGET_READY_S = 2_000_000.0, 25.0, 800.0, 1.0

READY = """
import time
began = time.perf_counter()
from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
decode(FrameBatch.of([bytes.fromhex("{frame}")])).to_arrow()
print(time.perf_counter() - began)
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """Frames a second, medians of the rounds: by the clock, and by processor time.

    The latter is not disturbed by other work on the machine, and the same when there is none.
    """

    per_s: float
    per_cpu_s: float


@dataclass(frozen=True, slots=True)
class DecodeFigures:
    """``rtm_con``: None when it is not installed. The ratios are those of ``arrow`` to the others.

    ``ready_s``: imports and first table of a fresh process, kernels cached.
    """

    frames: int
    frame_bytes: float
    rounds: int
    arrow: Speed
    columns: Speed
    kernels: Speed
    plain_struct: Speed
    rtm_con: Speed | None
    ready_s: float
    plain_ratio: float
    rtm_con_ratio: float | None


@dataclass(frozen=True, slots=True)
class Contestant:
    """What is measured: ``work`` on ``frames`` frames, done ``times`` times in each turn."""

    frames: int
    times: int
    work: Callable[[], object]


def run(json: bool = False, frames: int = 20_000, rounds: int = 11) -> DecodeFigures:
    """Measure, print a table (or one JSON object), and give the figures back."""
    figures = measure(frames, rounds)
    shown = json_text.dumps(asdict(figures)) if json else text_of(figures)
    sys.stdout.write(shown.rstrip("\n") + "\n")
    return figures


def measure(frames: int = 20_000, rounds: int = 11) -> DecodeFigures:
    """Let the decoders take turns; each figure is the median of its rounds."""
    made = bench_frames(frames)
    batch = FrameBatch.of(made)
    peer = _peer()
    with _one_core():
        contestants = {
            "arrow": Contestant(frames, KERNEL_TURN, lambda: decode(batch).to_arrow()),
            "columns": Contestant(frames, KERNEL_TURN, lambda: decode(batch)),
            "kernels": Contestant(frames, KERNEL_TURN, kernels_alone(batch)),
            "plain": Contestant(
                PLAIN_FRAMES, 1, lambda: [plain_row(frame) for frame in made[:PLAIN_FRAMES]]
            ),
        }
        if peer is not None:
            contestants["peer"] = Contestant(
                PEER_FRAMES, 1, lambda: [peer(frame) for frame in made[:PEER_FRAMES]]
            )
        for contestant in contestants.values():
            contestant.work()
        speeds = _take_turns(contestants, rounds)
    arrow, plain, other = speeds["arrow"], speeds["plain"], speeds.get("peer")
    return DecodeFigures(
        frames=frames,
        frame_bytes=batch.buffer.size / frames,
        rounds=rounds,
        arrow=arrow,
        columns=speeds["columns"],
        kernels=speeds["kernels"],
        plain_struct=plain,
        rtm_con=other,
        ready_s=min(_ready(made[0]) for _ in range(STARTS)),
        plain_ratio=arrow.per_s / plain.per_s,
        rtm_con_ratio=arrow.per_s / other.per_s if other else None,
    )


def _take_turns(contestants: dict[str, Contestant], rounds: int) -> dict[str, Speed]:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            began, began_cpu = time.perf_counter(), time.thread_time()
            for _ in range(contestant.times):
                contestant.work()
            times[name].append((time.perf_counter() - began, time.thread_time() - began_cpu))
    return {
        name: Speed(
            contestant.frames
            * contestant.times
            / statistics.median(wall for wall, _ in times[name]),
            contestant.frames * contestant.times / statistics.median(cpu for _, cpu in times[name]),
        )
        for name, contestant in contestants.items()
    }


def _peer() -> Callable[[bytes], object] | None:
    """rtm-con's decoder, when it is installed (extra ``peers``)."""
    try:
        from rtm_con import msg_checked
    except (ImportError, NameError):  # without openpyxl its import ends in a NameError
        return None
    parse: Callable[[bytes], object] = msg_checked.parse
    return parse


@contextmanager
def _one_core() -> Iterator[None]:
    """Keep this process on one core, where the system lets it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _ready(frame: bytes) -> float:
    """Seconds from the first import to the first table in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", READY.format(frame=frame.hex())],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def text_of(figures: DecodeFigures) -> str:
    """The table that is printed."""
    lines = [
        f"{figures.frames:,} frames of {figures.frame_bytes:.0f} bytes, {CELLS} cells, {PROBES} "
        f"probes, 10 % with fault lists, BCC checked; one core, median of {figures.rounds} rounds",
        "",
        f"{'frames a second':<24}{'by the clock':>16}{'processor time':>16}",
        _speed("to Arrow", figures.arrow) + _verdict(figures.arrow.per_s, TARGET_PER_S),
        _speed("to columns", figures.columns),
        _speed("kernels alone", figures.kernels),
        _speed("plain struct", figures.plain_struct),
        f"{'to Arrow / plain struct':<24}{figures.plain_ratio:>16,.1f}{'':16}"
        + _verdict(figures.plain_ratio, TARGET_PLAIN),
    ]
    if figures.rtm_con is None or figures.rtm_con_ratio is None:
        lines.append("rtm-con: not installed (extra peers)")
    else:
        lines.append(_speed("rtm-con", figures.rtm_con))
        lines.append(
            f"{'to Arrow / rtm-con':<24}{figures.rtm_con_ratio:>16,.1f}{'':16}"
            + _verdict(figures.rtm_con_ratio, TARGET_PEER)
        )
    met = "met" if figures.ready_s <= TARGET_READY_S else "missed"
    ready = f"{'ready to decode in s':<24}{figures.ready_s:>16.2f}{'':16}"
    lines.append(f"{ready}   target <= {TARGET_READY_S:.0f}: {met}")
    return "\n".join(lines)


def _speed(name: str, speed: Speed) -> str:
    return f"{name:<24}{speed.per_s:>16,.0f}{speed.per_cpu_s:>16,.0f}"


def _verdict(value: float, target: float) -> str:
    return f"   target >= {target:,.0f}: {'met' if value >= target else 'missed'}"
