"""The recorded cars: what their data has wrong, counted once and for all."""

from __future__ import annotations

import numpy as np
import pytest
from tests.findings.rows import frames_of_recording
from tests.simulator.excerpts import excerpt
from tests.uplink.quality.made import errors, told

from voltward.columns.batch import FrameBatch
from voltward.columns.decode import decode
from voltward.frames.grammar import Edition
from voltward.simulator.data import fire_recording
from voltward.simulator.recording import Recording
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.rows import Reports, quality_values
from voltward.uplink.quality.summary import Summary

# None of the recordings has motors, places or pedals; extremes were sampled at another moment than lists.
FIRE = {"item.motor": 3127, "item.position": 4501, "value.vehicle": 4501, "alarm.no_flag": 1728}
CAR1 = {"item.motor": 110, "item.position": 110, "item.alarm": 110, "value.vehicle": 110,
        "time.conflict": 6}  # fmt: skip
CAR3 = {"item.motor": 92, "item.position": 100, "value.vehicle": 100, "alarm.no_flag": 33,
        "odometer.back": 2, "odometer.jump": 2, "time.conflict": 6}  # fmt: skip
CAR4 = {"item.motor": 117, "item.position": 131, "value.vehicle": 131, "alarm.no_flag": 87}
# 2016 only: the extremes item is gone from the edition of 2025
BESIDE = {
    "fire": {"extreme.cells": 3374, "extreme.probes": 589},
    "car1": {"extreme.cells": 94, "extreme.probes": 65, "range.vehicle": 110},
    "car3": {"extreme.cells": 63, "extreme.probes": 9},
    "car4": {"extreme.cells": 115, "extreme.probes": 55},
}
BOTH = {"fire": FIRE, "car1": CAR1, "car3": CAR3, "car4": CAR4}


def recording(car: str) -> Recording:
    return fire_recording() if car == "fire" else excerpt(car)


def counted(car: str, edition: Edition, at_once: int = 1 << 20) -> list[Summary]:
    engine = QualityEngine()
    frames = frames_of_recording(recording(car), edition=edition)
    for first in range(0, len(frames), at_once):
        columns = decode(FrameBatch.of(frames[first : first + at_once]))
        times = columns.header.collected_at
        size = len(columns)
        hashes = np.arange(first, first + size).astype(np.uint64)
        vehicles = np.full(size, 7, np.uint64)
        engine.take(Reports(vehicles, times, times * 1000 + 500, hashes, quality_values(columns)))
    return sorted(told(engine), key=lambda one: one.day)


@pytest.mark.parametrize("car", BOTH)
def test_the_errors_of_a_recorded_car_are_as_ever(car: str) -> None:
    assert errors(counted(car, Edition.Y2025)) == BOTH[car]
    assert errors(counted(car, Edition.Y2016)) == {**BOTH[car], **BESIDE[car]}


@pytest.mark.parametrize("at_once", [1, 13, 997])
def test_a_recorded_car_counts_alike_however_its_rows_arrive(at_once: int) -> None:
    assert counted("car3", Edition.Y2016, at_once) == counted("car3", Edition.Y2016)
