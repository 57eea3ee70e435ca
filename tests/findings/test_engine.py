"""The engine: any cut gives the same, late rows are set aside, a broken detector silences no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.findings.rows import VEHICLE, incoming_of_values

from voltward.findings.catalogue import DETECTORS
from voltward.findings.detector import Detector, Judged, Limits, Rows, Rule
from voltward.findings.engine import Engine, Incoming
from voltward.findings.finding import CLEARED, OPENED, REOPENED, WORSE, Finding
from voltward.findings.limits import BookFile, Group, LimitBook, Revision


def engine_of(detectors: Sequence[Detector] = DETECTORS, book: LimitBook | None = None) -> Engine:
    return Engine(detectors, book or LimitBook(detectors))


def cut(incoming: Incoming, sizes: Sequence[int]) -> list[Incoming]:
    """The rows in pieces of so many, the rest as the last."""
    edges = np.cumsum([0, *sizes])
    edges = edges[edges < len(incoming)]
    stops = [*edges[1:], len(incoming)]
    return [incoming.chosen(np.arange(a, b)) for a, b in zip(edges, stops, strict=True) if b > a]


def told(findings: Sequence[Finding]) -> set[tuple[Any, ...]]:
    return {
        (f.kind, f.rule, f.vehicle_id, f.opened_at, f.at, f.level, tuple(sorted(f.values.items())))
        for f in findings
    }


def row(at: int, **values: float) -> dict[str, float]:
    return {"at": at, "highest_temp_c": 30.0, "lowest_temp_c": 28.0, **values}


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "highest_temp_c": st.sampled_from([25.0, 49.0, 50.0, 56.0, 61.0, 109.0]),
        "lowest_temp_c": st.sampled_from([20.0, 40.0]),
        "highest_cell_mv": st.sampled_from([3900.0, 4000.0, 4400.0]),
        "lowest_cell_mv": st.sampled_from([3890.0, 3700.0, 3000.0, 1995.0]),
        "median_cell_mv": st.just(3895.0),
        "cell_count": st.just(96),
        "cell_sum_mv": st.sampled_from([340_000.0, 300_000.0]),
        "total_voltage_v": st.sampled_from([340.0, 325.0]),
        "total_current_a": st.sampled_from([0.0, 5.0]),
        "insulation_kohm": st.sampled_from([1000.0, 150.0, 16.0]),
        "soc_pct": st.sampled_from([50.0, 51.0, 60.0]),
        "speed_kmh": st.sampled_from([0.0, 50.0]),
        "charging": st.sampled_from([1, 3]),
        "odometer_km": st.sampled_from([1000.0, 990.0, 2000.0]),
        "alarm_flags": st.sampled_from([0, 1 << 11, 1 << 23]),
        "alarm_level": st.sampled_from([0, 1, 3]),
    },
)  # fmt: skip
STREAMS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from([1, 10, 30, 700]), VALUES), min_size=1, max_size=25
)


def stream_of(drawn: Sequence[tuple[int, int, dict[str, Any]]]) -> Incoming:
    """Rows of three vehicles, each going on in time."""
    now = dict.fromkeys((1, 2, 3), 0)
    rows = []
    for number, (vehicle, step, values) in enumerate(drawn):
        now[vehicle] += step
        rows.append({"at": now[vehicle], "vehicle": vehicle, "hash": number + 1, **values})
    return incoming_of_values(rows)


@settings(max_examples=60, deadline=None)
@given(STREAMS, st.lists(st.integers(1, 7), max_size=12))
def test_however_the_stream_is_cut_the_findings_are_the_same(
    drawn: list[tuple[int, int, dict[str, Any]]], sizes: list[int]
) -> None:
    incoming = stream_of(drawn)
    whole = engine_of().take(incoming)
    engine = engine_of()
    pieces = [found for piece in cut(incoming, sizes) for found in engine.take(piece)]
    assert told(pieces) == told(whole)
    assert len(pieces) == len(whole)


@settings(max_examples=40, deadline=None)
@given(STREAMS)
def test_vehicles_never_touch_one_anothers_memory(
    drawn: list[tuple[int, int, dict[str, Any]]],
) -> None:
    incoming = stream_of(drawn)
    together = told(engine_of().take(incoming))
    apart = set()
    for vehicle in (1, 2, 3):
        mine = np.flatnonzero(incoming.vehicles == vehicle)
        if mine.size:
            apart |= told(engine_of().take(incoming.chosen(mine)))
    assert together == apart


@settings(max_examples=40, deadline=None)
@given(STREAMS)
def test_the_same_rows_again_change_nothing(drawn: list[tuple[int, int, dict[str, Any]]]) -> None:
    incoming = stream_of(drawn)
    engine = engine_of()
    engine.take(incoming)
    again = engine.take(incoming)
    assert {found.kind for found in again} <= {REOPENED}


def test_an_episode_opens_gets_worse_and_clears_after_a_while_of_normal_rows() -> None:
    rows = [row(0), row(10, highest_temp_c=51), row(20, highest_temp_c=56)]
    rows += [row(30 + 10 * k) for k in range(8)]
    found = [f for f in engine_of().take(incoming_of_values(rows)) if f.rule == "temperature.high"]
    assert [(f.kind, f.level) for f in found] == [(OPENED, 1), (WORSE, 2), (CLEARED, 2)]
    assert found[0].limit is not None
    assert (found[0].limit.key, found[0].limit.value) == ("temperature.high_1_c", 50.0)
    assert found[0].values == {"highest_temp_c": 51.0, "lowest_temp_c": 28.0}
    assert found[2].at - found[0].opened_at == 80  # normal for 60 s from the row at 30 s on


def test_level_3_opens_on_its_first_row() -> None:
    found = engine_of().take(incoming_of_values([row(0), row(1, highest_temp_c=60)]))
    assert [
        (f.kind, f.level, f.at - f.opened_at) for f in found if f.rule == "temperature.high"
    ] == [(OPENED, 3, 0)]


def test_missing_rows_neither_open_nor_clear() -> None:
    missing = [{"at": 20 + 10 * k} for k in range(50)]
    rows = [row(0), row(10, highest_temp_c=56), *missing]
    found = engine_of().take(incoming_of_values(rows))
    assert [f.kind for f in found if f.rule == "temperature.high"] == [OPENED]


def test_a_silence_does_not_count_as_normal_time() -> None:
    rows = [row(0, highest_temp_c=56), row(10), row(100_000)]
    found = engine_of().take(incoming_of_values(rows))
    # 60 s of the silence count at most, which is what clearing asks for, and not more
    assert [f.kind for f in found if f.rule == "temperature.high"] == [OPENED, CLEARED]
    shorter = engine_of().take(incoming_of_values([row(0, highest_temp_c=56), row(10), row(69)]))
    assert [f.kind for f in shorter if f.rule == "temperature.high"] == [OPENED]


def test_a_row_older_than_one_judged_is_set_aside_and_its_hour_named_once() -> None:
    engine = engine_of()
    engine.take(incoming_of_values([row(0), row(7300)]))
    rows = [row(100, highest_temp_c=70, hash=50), row(101, highest_temp_c=70, hash=51)]
    found = engine.take(incoming_of_values(rows))
    assert [(f.kind, f.vehicle_id, f.rule) for f in found] == [(REOPENED, VEHICLE, "")]
    assert found[0].at % 3600 == 0
    assert engine.counts.set_aside == 2
    assert engine.take(incoming_of_values(rows)) == []


def test_rows_received_ten_minutes_late_say_so() -> None:
    rows = [row(0, highest_temp_c=61, delay_s=599.0)]
    assert not engine_of().take(incoming_of_values(rows))[0].late
    rows = [row(0, highest_temp_c=61, delay_s=601.0)]
    assert engine_of().take(incoming_of_values(rows))[0].late


def test_a_clock_far_ahead_never_suppresses_an_alarm() -> None:
    ahead = 10 * 365 * 86_400
    rows = [row(ahead, highest_temp_c=61, delay_s=-float(ahead)), row(1, highest_temp_c=62)]
    found = [f for f in engine_of().take(incoming_of_values(rows)) if f.rule == "temperature.high"]
    assert [f.kind for f in found] == [OPENED]
    assert abs(found[0].at - 1_780_000_000) < 2  # judged by when it was received


def test_a_detector_that_raises_silences_no_other() -> None:
    def broken(rows: Rows, memory: Any, limits: Limits) -> Sequence[Judged]:
        raise ZeroDivisionError("of ours")

    bad = Detector("bad", (Rule("bad.rule", "坏", "bad", "own", "test"),), (), broken)
    engine = engine_of((bad, *DETECTORS))
    found = engine.take(incoming_of_values([row(0, highest_temp_c=61)]))
    assert "temperature.high" in {f.rule for f in found}
    assert engine.counts.failed == {"bad": 1}
    assert engine.failures == ["bad: ZeroDivisionError: of ours"]


def test_limits_of_a_group_hold_from_their_date_and_the_finding_names_the_revision() -> None:
    start = 1_780_000_000
    group = Group(
        "LFP", "01", {},
        (Revision("builtin", 0), Revision("L-2", start + 100, {"temperature.high_1_c": 40.0})),
    )  # fmt: skip
    book = LimitBook(
        DETECTORS, BookFile(3, (Group("default"), group)),
        np.array([VEHICLE], np.uint64), np.array([1], np.uint32),
    )  # fmt: skip
    rows = [row(0, highest_temp_c=45), row(99, highest_temp_c=45), row(100, highest_temp_c=45)]
    rows.append({**row(100, highest_temp_c=45), "vehicle": 8})
    found = engine_of(book=book).take(incoming_of_values(rows))
    high = [f for f in found if f.rule == "temperature.high"]
    assert [(f.vehicle_id, f.at - start) for f in high] == [(VEHICLE, 100)]
    assert high[0].limit is not None
    assert (high[0].limit.value, high[0].limit.revision) == (40.0, "L-2")


def test_a_rule_of_two_detectors_is_refused() -> None:
    twice = replace(DETECTORS[2], name="other")
    with pytest.raises(ValueError, match="more than one detector"):
        engine_of((DETECTORS[2], twice))
