"""What the editor of risk matrices advises (GB/T 45688 4.1): without a database."""

from __future__ import annotations

import pytest
from tests.monitoring.limit_drafts import entry

from voltward.monitoring.limit_matrix import Column, advice, matrices

BY_HAZARD = {one.hazard: one for one in matrices()}
C1, C5 = BY_HAZARD["c1"], BY_HAZARD["c5"]


def told(
    matrix: object, *columns: tuple[float, float, float], boundary: float | None = None
) -> list[str]:
    made = [Column(number, *one) for number, one in enumerate(columns, 1)]
    return [one.code for one in advice(matrix, made, boundary)]  # type: ignore[arg-type]


def test_the_four_matrices_of_the_standard_are_found_with_their_columns() -> None:
    assert list(BY_HAZARD) == ["c1", "c2", "c4", "c5"]
    assert [one.numbers for one in BY_HAZARD.values()] == [[1, 2, 3, 4]] * 4
    assert [one.falls for one in BY_HAZARD.values()] == [False, False, False, True]


def test_the_printed_values_need_no_advice_and_differ_by_chemistry() -> None:
    other, lfp = C1.columns({}), C1.columns({}, "01")
    assert [one.threshold for one in other] == [60.0, None, None, None]
    assert [one.threshold for one in lfp] == [65.0, None, None, None]
    assert not list(advice(C1, other, None))


def test_a_draft_goes_before_the_default_and_null_leaves_a_column_unused() -> None:
    values = {
        "hazard.c1.v_1": entry("hazard.c1.v_1", None),
        "hazard.c1.v_2": entry("hazard.c1.v_2", 55.0),
    }
    assert [one.threshold for one in C1.columns(values)] == [None, 55.0, None, None]


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ([(55, 600, 0)], ["times_win"]),
        ([(55, 600, 1)], []),
        ([(55, 600, 2), (60, 0, 0)], []),
        ([(60, 0, 0), (55, 600, 2)], []),
        ([(55, 600, 2), (60, 600, 1)], ["time_not_shorter"]),
        ([(55, 600, 2), (60, 300, 2)], ["times_not_fewer"]),
        ([(55, 600, 2), (55, 300, 1)], ["same_threshold"]),
    ],
)
def test_a_sharper_threshold_gets_a_shorter_time_and_fewer_times(
    columns: list[tuple[float, float, float]], codes: list[str]
) -> None:
    assert told(C1, *columns) == codes


def test_sharper_is_lower_where_beyond_is_below() -> None:
    assert told(C5, (2.5, 600, 2), (1.8, 0, 0)) == []
    assert told(C5, (1.8, 600, 2), (2.5, 0, 0)) == ["time_not_shorter", "times_not_fewer"]


def test_a_threshold_past_the_safe_use_boundary_is_said() -> None:
    assert told(C1, (60, 0, 0), boundary=60.0) == []
    assert told(C1, (60, 0, 0), boundary=55.0) == ["past_boundary"]
    assert told(C5, (1.8, 0, 0), boundary=2.0) == ["past_boundary"]
    assert told(C5, (2.2, 0, 0), boundary=2.0) == []


def test_a_threshold_without_time_or_times_is_said() -> None:
    column = Column(1, 55.0, None, None)
    assert [one.code for one in advice(C1, [column], None)] == ["incomplete"]
