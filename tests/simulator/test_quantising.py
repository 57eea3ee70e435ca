"""Values to raw counts: half away from zero by the decimal text, and what cannot be carried."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voltward.base.units import quantised
from voltward.frames.grammar import U8, U16, choice, number
from voltward.simulator.quantising import counts, raw_values, reasons_of

CURRENT = number("a", U16, per_unit=10, offset=-1000, lowest=-1000.0, highest=1000.0)
PROBE = number("c", U8, offset=-40, lowest=-40.0, highest=210.0)
CELL = number("v", U16, per_unit=1000, lowest=0.0, highest=60.0)
KOHM = number("kohm", U16, lowest=0.0, highest=60_000.0, codes=False)
CHARGING = choice("charging", U8, {1: "a", 3: "b", 4: "c"})


@given(
    st.lists(st.decimals(-3000, 3000, places=4).map(float), min_size=1),
    st.sampled_from((1, 10, 1000)),
)
def test_arrays_are_quantised_as_single_values_are(values: list[float], per_unit: int) -> None:
    expected = [quantised(value, per_unit) for value in values]
    assert counts(np.array(values), per_unit).tolist() == expected


def test_halves_go_away_from_zero_as_the_decimal_text_says() -> None:
    values = np.array([0.15, -0.15, 1.005, 2.675, -2.55, 0.05, np.nan])
    assert counts(values, 10).tolist()[:-1] == [2, -2, 10, 27, -26, 1]
    assert np.isnan(counts(values, 10)[-1])
    assert counts(np.array([1.0005, 2.6745]), 1000).tolist() == [1001, 2675]


def test_values_that_are_missing_or_do_not_fit_become_the_invalid_code() -> None:
    raw, tally = raw_values(CELL, np.array([3.7, np.nan, 66.535, 65.535, 0.0, -0.1, np.inf]))
    assert raw.tolist() == [3700, 65535, 65535, 65535, 0, 65535, 65535]
    assert (tally.values, tally.missing, tally.unfit, tally.codes) == (7, 1, 3, 1)


def test_probe_bytes_of_real_cars_keep_their_meaning() -> None:
    raw, tally = raw_values(PROBE, np.array([65.0, 255.0, 511.0, 254.0, 165.0]) - 40)
    assert raw.tolist() == [65, 255, 255, 254, 165]
    assert (tally.codes, tally.unfit) == (2, 1)
    assert reasons_of(PROBE, raw).tolist() == [0, 2, 2, 1, 0]


def test_values_out_of_the_tables_range_are_sent_as_they_are() -> None:
    raw, tally = raw_values(CURRENT, np.array([1200.0, -1000.1]))
    assert raw.tolist() == [22000, 65535]
    assert (tally.out_of_range, tally.unfit) == (1, 1)
    assert reasons_of(CURRENT, raw).tolist() == [3, 2]


def test_a_field_without_codes_says_out_of_range_for_what_is_missing() -> None:
    raw, _ = raw_values(KOHM, np.array([np.nan, 11520.0]))
    assert raw.tolist() == [65535, 11520]
    assert reasons_of(KOHM, raw).tolist() == [3, 0]


def test_a_choice_that_is_not_listed_is_out_of_range() -> None:
    raw, tally = raw_values(CHARGING, np.array([1.0, 2.0, np.nan]))
    assert raw.tolist() == [1, 2, 255]
    assert reasons_of(CHARGING, raw).tolist() == [0, 3, 2]
    assert tally.out_of_range == 1


def test_rounding_is_counted_and_exact_values_are_not() -> None:
    _, tally = raw_values(CURRENT, np.array([0.75, 2.3, -58.7, 186.9]))
    assert tally.finer == 1
