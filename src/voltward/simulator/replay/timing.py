"""When a row is sent and which time it carries."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.simulator.recording import Recording, Rows
from voltward.simulator.replay.options import ReplayOptions

_NEVER = 1 << 62


@dataclass(frozen=True)
class Timed:
    """``collected_at`` (n,): what the frames carry. ``due_s`` (n,): seconds after the start."""

    rows: Rows
    collected_at: NDArray[np.int64]
    due_s: NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """How many rows a recording has, and its earliest and latest time (unix seconds)."""

    rows: int
    first_s: int
    last_s: int


def timed(
    recording: Recording, options: ReplayOptions, span: Span, now_s: float
) -> Iterator[Timed]:
    """All rows of ``recording`` in order, with the times that ``options`` ask for.

    ``now_s``: unix time at which the replay starts.
    """
    shift_s = int(now_s) - span.last_s if options.times == "end-now" else 0
    before: int | None = None
    reached_s = 0.0
    for rows in recording.batches():
        steps_s = np.diff(
            rows.collected_at, prepend=rows.collected_at[0] if before is None else before
        )
        if options.speed is None:
            due_s = np.zeros(len(rows))
        else:
            # a file may step back; the sending never does
            waits_s = np.clip(steps_s / options.speed, 0.0, options.longest_wait_s)
            due_s = reached_s + np.cumsum(waits_s)
            reached_s = float(due_s[-1])
        before = int(rows.collected_at[-1])
        live = np.floor(now_s + due_s).astype(np.int64)
        collected_at = live if options.times == "live" else rows.collected_at + shift_s
        yield Timed(rows, collected_at, due_s)


def span_of(recording: Recording) -> Span:
    """Read ``recording`` once, so that nothing is sent of a file that cannot be used.

    Raises:
        BadInput: a row that cannot be used.
    """
    rows, first, last = 0, _NEVER, -_NEVER
    for block in recording.batches():
        rows += len(block)
        first = min(first, int(block.collected_at.min()))
        last = max(last, int(block.collected_at.max()))
    return Span(rows, first, last)
