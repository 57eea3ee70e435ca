"""R10: units made to cost the most, decoded by the kernels and by the plain decoder; figures."""

import sys
import time
from collections.abc import Callable

import pytest

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.columns.reasons import Verdict
from voltward.frames.editions import COMMAND
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import MAX_UNIT

VIN = "LTESTVEH0GB329601"
TIME = bytes((26, 3, 15, 8, 30, 5))
MOST_MS = 5  # R10, of the kernels: they are what traffic is read with
WORST = {
    "motor lists without motors": (Edition.Y2016, b"\x02\x00"),
    "vendor items without bytes": (Edition.Y2016, b"\x80\x00\x00"),
    "packs without probes": (Edition.Y2016, b"\x09\xfa" + b"\x01\x00\x00" * 250),
    "packs without cells": (Edition.Y2016, b"\x08\xfa" + (b"\x01" + bytes(9)) * 250),
    "motors": (Edition.Y2016, b"\x02\xfd" + bytes(12) * 253),
    "one type again and again": (Edition.Y2025, b"\x04\x00\x01"),
}


def _frame(edition: Edition, item: bytes) -> bytes:
    """As many items as the largest unit holds."""
    unit = TIME + item * ((MAX_UNIT - len(TIME)) // len(item))
    return encode_frame(edition, 0x02, COMMAND, VIN, unit)


def _cpu_ms(work: Callable[[], object], times: int) -> float:
    """The least that one turn took, in milliseconds of processor time."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken) * 1e3


@pytest.mark.parametrize(("edition", "item"), WORST.values(), ids=WORST.keys())
def test_the_worst_units_are_read_to_their_last_byte(edition: Edition, item: bytes) -> None:
    data = _frame(edition, item)
    assert len(data) > 63_000
    frame = decode_frame(data)
    assert not frame.problems
    verdict = decode(FrameBatch.of([data])).verdict[0]
    again = edition is Edition.Y2025  # columns keep the first, and the others as bytes
    assert verdict == (Verdict.REPEATED_TYPE if again else Verdict.OK)


@pytest.mark.t2
@pytest.mark.parametrize(("what", "made"), WORST.items())
def test_what_the_worst_units_cost_is_printed(what: str, made: tuple[Edition, bytes]) -> None:
    data = _frame(*made)
    batch = FrameBatch.of([data])
    decode(batch)  # the kernels are there, and the arrays have grown
    kernels = _cpu_ms(lambda: decode(batch), 50)
    plain = _cpu_ms(lambda: decode_frame(data), 10)
    sys.stdout.write(
        f"\n{what}, {len(data)} bytes: kernels {kernels:.2f} ms, plain {plain:.0f} ms\n"
    )
    assert kernels <= MOST_MS
