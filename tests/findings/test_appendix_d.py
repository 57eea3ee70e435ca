"""Measures of tables D.1 and D.2, and the edges of their windows and shares."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.findings.hazards.examples import EXAMPLES, named

from voltward.findings.appendix_d import (
    DAY_S,
    HAZARD_SHARE_PCT,
    LEVEL_3_SHARE_PCT,
    fault_days,
    hazard_measures,
    model_needs_review,
)

CASES = EXAMPLES["appendix_d"]


@pytest.mark.parametrize(
    "case", [one for one in CASES if "event_hours" in one["inputs"]], ids=named
)
def test_hazards_within_a_day(case: dict[str, Any]) -> None:
    last = hazard_measures([3600 * hour for hour in case["inputs"]["event_hours"]])[-1]
    expected = case["expected"]
    assert (last.number, last.row, last.days) == (
        expected["count_24h"],
        expected["row"],
        expected["days"],
    )


@pytest.mark.parametrize("case", [one for one in CASES if "level" in one["inputs"]], ids=named)
def test_days_of_a_fault_level(case: dict[str, Any]) -> None:
    assert fault_days(case["inputs"]["level"]) == case["expected"]["days"]


@pytest.mark.parametrize("case", [one for one in CASES if "in_use" in one["inputs"]], ids=named)
def test_share_of_a_model(case: dict[str, Any]) -> None:
    told = case["inputs"]
    level_3 = "level3_vehicles" in told
    vehicles = told["level3_vehicles"] if level_3 else told["hazard_vehicles"]
    share = LEVEL_3_SHARE_PCT if level_3 else HAZARD_SHARE_PCT
    needs = model_needs_review(vehicles, told["in_use"], share_pct=share)
    assert needs == case["expected"]["review"]


def test_a_thermal_event_is_repaired_as_at_once_as_level_3() -> None:
    assert fault_days(4) == fault_days(3) == 0


@pytest.mark.parametrize("level", [0, 5])
def test_a_level_that_is_none_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 4"):
        fault_days(level)


def test_a_model_with_few_vehicles_in_use_is_left_alone() -> None:
    assert not model_needs_review(19, 19, share_pct=LEVEL_3_SHARE_PCT)
    assert model_needs_review(1, 20, share_pct=LEVEL_3_SHARE_PCT)
    assert model_needs_review(1, 1, share_pct=LEVEL_3_SHARE_PCT, fewest_in_use=1)


def test_the_second_hazard_of_a_day_replaces_the_term_from_its_own_time_on() -> None:
    measures = hazard_measures([0, 3600])
    assert [(one.at_s, one.days) for one in measures] == [(0, 7), (3600, 1)]
    assert hazard_measures([]) == []


@given(st.lists(st.integers(0, 5 * DAY_S), max_size=12))
def test_the_order_of_events_does_not_matter_and_none_is_forgotten(events: list[int]) -> None:
    measures = hazard_measures(events)
    assert measures == hazard_measures(sorted(events, reverse=True))
    assert [one.at_s for one in measures] == sorted(events)
    for place, one in enumerate(measures):
        before = sorted(events)[: place + 1]
        assert one.number == sum(one.at_s - DAY_S < at for at in before)
