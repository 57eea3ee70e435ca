"""``voltward bench editions``: frames a second that are made ready for a public platform, on one core."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voltward.columns.bench_frames import CELLS, PROBES, bench_frames
from voltward.uplink.reencode import REISSUE, reencoded

ROUNDS: Final = 7
RAW_TIMES: Final = 20  # so that a round of raw copies takes about as long as one of the others
TARGET_RAW_PER_S, TARGET_PER_S = 200_000.0, 5_000.0


@dataclass(frozen=True, slots=True)
class EditionsFigures:
    """Frames a second of processor time, medians of the rounds.

    ``reduced``: one information type left out; ``to_2025``, ``to_2016``: said in the other edition.
    """

    frames: int
    raw_per_s: float
    reduced_per_s: float
    to_2025_per_s: float
    to_2016_per_s: float


def measure(frames: int = 2000) -> EditionsFigures:
    """One run over frames of a fleet, as the decoders are measured on."""
    old = bench_frames(frames)
    said = [reencoded(frame, edition=2025, left_out=(), command=frame[2]).frame for frame in old]
    new = [frame for frame in said if frame is not None]
    return EditionsFigures(
        frames,
        _per_s(old * RAW_TIMES, 2016),
        _per_s(old, 2016, left_out=(5,)),
        _per_s(old, 2025),
        _per_s(new, 2016),
    )


def _per_s(frames: Sequence[bytes], edition: int, left_out: tuple[int, ...] = ()) -> float:
    speeds = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for frame in frames:
            reencoded(frame, edition=edition, left_out=left_out, command=REISSUE)
        speeds.append(len(frames) / (time.process_time() - began_s))
    return statistics.median(speeds)


def text_of(figures: EditionsFigures) -> str:
    rows = (
        ("raw copy as reissue", figures.raw_per_s, f"target {TARGET_RAW_PER_S:,.0f}"),
        ("one type left out", figures.reduced_per_s, ""),
        ("2016 said in 2025", figures.to_2025_per_s, f"target {TARGET_PER_S:,.0f}"),
        ("2025 said in 2016", figures.to_2016_per_s, f"target {TARGET_PER_S:,.0f}"),
    )
    head = f"{figures.frames} frames of {CELLS} cells and {PROBES} probes, per second of processor time"
    return "\n".join([head, *(f"{what:<22}{per_s:>12,.0f}  {goal}" for what, per_s, goal in rows)])
