"""Any cut of the stream counts the same; late rows belong to their own day; what is told grows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.uplink.quality.made import START_S, VEHICLE, driving, errors, reports, told

from voltward.uplink.quality.engine import QualityEngine, day_number
from voltward.uplink.quality.rows import Reports
from voltward.uplink.quality.summary import Summary

DAY_S = 86_400
TODAY = day_number(START_S)


def wild(count: int = 400, seed: int = 5) -> Reports:
    """Three vehicles with every kind of trouble: late, repeated, reissued, of yesterday, ahead."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        row = driving(10 * (number // 3), vehicle=1 + number % 3, hash=number)
        row["odometer_km"] += chance.choice([0.0, 0.0, -0.7, 3.0])
        row["soc_pct"] = 60 + chance.choice([0, 0, 6])
        row["cells_told"] = chance.choice([96, 96, 95])
        row["delay_s"] = chance.choice([0.5, 40.0, -7.0, -900.0])
        if chance.random() < 0.1:
            row |= {"at": row["at"] - DAY_S, "delay_s": 0.5 + DAY_S, "command": 3}
        rows.append(row)
        if chance.random() < 0.1:
            rows.append(chance.choice(rows))
    return reports(rows)


def cut(found: Reports, sizes: Iterator[int]) -> Iterator[Reports]:
    at = 0
    while at < len(found):
        size = next(sizes)
        yield found.chosen(np.arange(at, min(at + size, len(found))))
        at += size


def states(engine: QualityEngine) -> tuple[bytes, list[Summary]]:
    """The memory of vehicles and what is told of all days, whatever the order of their records."""
    vehicles = engine.vehicles[: len(engine.slots)][np.argsort(engine.slots.vehicles())]
    return vehicles.tobytes(), sorted(
        told(engine), key=lambda one: (one.vehicle, one.day, one.received)
    )


def differing(make: Callable[[], QualityEngine]) -> list[int]:
    """Sizes of a cut that count otherwise than one batch does."""
    found = wild()
    whole = make()
    whole.take(found)
    expected, wrong = states(whole), []
    for size in (1, 2, 7, 50, 399):
        engine = make()
        for piece in cut(found, iter(lambda size=size: size, 0)):
            engine.take(piece)
        if states(engine) != expected:
            wrong.append(size)
    return wrong


def test_however_the_stream_is_cut_the_counts_are_the_same() -> None:
    assert differing(QualityEngine) == []


class SortsItsBatch(QualityEngine):
    """Brings each batch into the order of collection, which a cut decides about."""

    def take(self, reports: Reports) -> None:
        super().take(reports.chosen(np.argsort(reports.time_s, kind="stable")))


def test_an_engine_that_sorts_its_batch_is_found_out() -> None:
    assert differing(SortsItsBatch) != []


def test_a_reissued_row_counts_into_its_own_day_and_is_told_apart() -> None:
    engine = QualityEngine()
    rows = [
        {},
        {"at": 10},
        {"at": -DAY_S, "delay_s": DAY_S + 20.0, "command": 3, "out_of_range": 1},
    ]
    engine.take(reports(rows))
    found = {(one.day, one.received): one for one in told(engine)}
    assert found[TODAY, TODAY].rows == 2
    late = found[TODAY - 1, TODAY]
    assert (late.rows, late.reissued, errors([late])) == (1, 1, {"range.vehicle": 1})


def test_midnight_in_beijing_parts_the_days() -> None:
    engine = QualityEngine()
    midnight = 16 * 3600  # it is 8 o'clock at the start
    engine.take(reports([{"at": midnight - 10}, {"at": midnight}, {"at": midnight + 10}]))
    assert [(one.day - TODAY, one.rows) for one in told(engine)] == [(0, 1), (1, 2)]


def test_gaps_delays_and_owed_items_are_summed() -> None:
    engine = QualityEngine()
    engine.take(reports([driving(0), driving(20, delay_s=2.0), driving(110, delay_s=700.0)]))
    (day,) = told(engine)
    assert (day.driving_s, day.gap_s, day.lost) == (110, 90, 2)
    assert (day.realtime, day.delay_ms, day.delays) == (
        3,
        702_500,
        (1, 1, 0, 0, 0, 0, 1, 0),
    )
    assert (day.expected, day.missing) == (3 * 7, 0)


def test_only_what_changed_is_told_again() -> None:
    engine = QualityEngine()
    engine.take(reports([{"vehicle": 1}, {"vehicle": 2}]))
    assert sorted(one.vehicle for one in told(engine)) == [1, 2]
    assert told(engine) == []
    engine.take(reports([{"vehicle": 2, "at": 10}]))
    (again,) = told(engine)
    assert (again.vehicle, again.rows) == (2, 2)


def test_days_that_are_told_and_past_are_let_go_of_and_the_rest_stays() -> None:
    engine = QualityEngine()
    engine.take(reports([{}, {"at": 3 * DAY_S}]))
    engine.forget_before(TODAY + 3)
    assert len(engine.day_slots) == 2  # nothing is told yet
    told(engine)
    engine.forget_before(TODAY + 3)
    assert len(engine.day_slots) == 1
    engine.take(reports([{"at": 3 * DAY_S + 10}]))
    (day,) = told(engine)
    assert (day.vehicle, day.day, day.rows) == (VEHICLE, TODAY + 3, 2)


@pytest.mark.parametrize("wrong", ["time_s", "ahead"])
def test_a_clock_that_cannot_be_right_moves_nothing(wrong: str) -> None:
    row = {"time_s": 0} if wrong == "time_s" else {"at": 3000, "delay_s": -2990.0}
    engine = QualityEngine()
    engine.take(reports([{}, row, {"at": 20}]))
    (day,) = told(engine)
    assert errors([day]) == {"time.invalid" if wrong == "time_s" else "time.future": 1}
    assert day.rows == 3
