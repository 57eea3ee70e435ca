"""Decodes frames in a child process, for plans that the process itself may have died of.

A decoder that crashes cannot be caught where it runs. After a plan has been begun a few times
without an end, its frames are first tried here: what kills the child goes to quarantine.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.telemetry.ingest.decoding import loaded
from voltward.telemetry.ingest.narrow import narrowed

LIMIT_S = 300.0  # a child that takes longer hangs; it may have kernels to compile
_COUNT_BYTES = 8


class Died(Exception):
    """The child ended by a signal, or hung."""


def killers(frames: FrameBatch, decoder: str) -> dict[int, Exception]:
    """Frames, by number, that make a child process die or hang while it decodes them."""

    def attempt(first: int, last: int) -> None:
        _try(frames.select(np.arange(first, last)), decoder)

    return narrowed(len(frames), attempt, Died, tries_alone=1)[1]


def _try(frames: FrameBatch, decoder: str) -> None:
    head = np.array([len(frames)], "<i8").tobytes() + frames.offsets.astype("<i8").tobytes()
    command = [sys.executable, "-m", "voltward.telemetry.ingest.trial", decoder]
    try:
        ended = subprocess.run(
            command,
            input=head + frames.buffer.tobytes(),
            timeout=LIMIT_S,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Died(f"the decoder hung for {LIMIT_S:.0f} s") from None
    if ended.returncode < 0:
        raise Died(f"the decoder died of signal {-ended.returncode}")


def main() -> None:
    """The child: frames on standard input; an exception is as good an end as success."""
    content = sys.stdin.buffer.read()
    count = int(np.frombuffer(content, "<i8", 1)[0])
    offsets = np.frombuffer(content, "<i8", count + 1, _COUNT_BYTES).astype(np.int64)
    buffer = np.frombuffer(content, np.uint8, offset=_COUNT_BYTES * (count + 2))
    loaded(sys.argv[1])(FrameBatch(buffer, offsets)).to_arrow()


if __name__ == "__main__":
    main()
