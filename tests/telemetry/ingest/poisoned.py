"""Decoders with a fault: they fail, or die, on frames that carry a mark in a custom item."""

import os
import signal

from voltward.columns.batch import FrameBatch
from voltward.columns.columns import Columns
from voltward.columns.decode import decode

MARK = b"POISON"
FAILING = "tests.telemetry.ingest.poisoned:failing"
BROKEN = "tests.telemetry.ingest.poisoned:broken"
DYING = "tests.telemetry.ingest.poisoned:dying"
# Information type 0x80, custom, with the mark as its content.
ITEM = b"\x80\x00\x06" + MARK


def failing(frames: FrameBatch) -> Columns:
    if MARK in frames.buffer.tobytes():
        raise ValueError("the decoder has a fault")
    return decode(frames)


def broken(frames: FrameBatch) -> Columns:
    raise RuntimeError("no kernel fits this machine")


def dying(frames: FrameBatch) -> Columns:
    if MARK in frames.buffer.tobytes():
        os.kill(os.getpid(), signal.SIGSEGV)
    return decode(frames)
