"""Limits as a file: what was written is read back exactly, and what is wrong is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.monitoring.limit_drafts import SPREAD, STEP, entry

from voltward.monitoring.limit_checks import BadLimits, checked
from voltward.monitoring.limit_keys import known_limits
from voltward.monitoring.limit_yaml import read, written

COLUMN = "hazard.c1.v_2"
# what YAML has a meaning for, and what it must escape
TEXTS = st.text(
    st.sampled_from("试x 0.~:#'\"{}[]&*!|>%@`-?,\\é\u2028\u0085\ufeff😀\n"), max_size=20
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    """Any revision that may be kept."""
    found = {}
    for key in draw(st.sets(st.sampled_from(sorted(known_limits())), max_size=3)):
        limit = known_limits()[key].limit
        number = draw(st.floats(limit.lowest, limit.highest, allow_nan=False))
        if limit.unit in ("级", "次"):
            number = float(round(number))
        found[key] = entry(
            key,
            None if known_limits()[key].may_be_unused and draw(st.booleans()) else number,
            source="x" + draw(TEXTS), reason=draw(TEXTS),
            confidence=draw(st.sampled_from("ABCM")),
        )  # fmt: skip
    return checked(found)


@given(values())
def test_what_is_written_is_read_back_exactly(one: dict[str, dict[str, object]]) -> None:
    file = read(written(one, scope="全企业", revision="3"))
    assert (file.values, file.scope, file.revision) == (one, "全企业", "3")


def lines(*changed: tuple[str, str]) -> str:
    """A good file, with some of its text changed."""
    text = written(
        checked({STEP: entry(STEP, 25.0), SPREAD: entry(SPREAD, 310.0)}), scope="s", revision="1"
    )
    for old, new in changed:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("changed", "line", "code"),
    [
        ((STEP, "thermal.runaway.step"), 11, "unknown_key"),
        (("unit: ℃", "unit: K"), 13, "wrong_unit"),
        (("value: 25.0", "value: 900"), 12, "out_of_range"),
        (("value: 25.0", "value: warm"), 12, "no_number"),
        (("value: 25.0", "value: .nan"), 12, "out_of_range"),
        (("value: 25.0", "value: [25.0]"), 12, "no_number"),
        (("value: 25.0", "value: yes"), 12, "no_number"),
        (("confidence: B", "confidence: Z"), 10, "no_confidence"),
        (("source: 试验报告 T-1", "source: ''"), 9, "no_source"),
        (("source: 试验报告 T-1", "sauce: 试验报告 T-1"), 9, "unknown_field"),
        ((STEP, SPREAD), 11, "twice"),
        (("voltward_limits: 1", "voltward_limits: 2"), 1, "wrong_version"),
        (("values:", "valuez:"), 4, "unknown_field"),
        (("value: 25.0", "value: {"), 14, "no_yaml"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(
    changed: tuple[str, str], line: int, code: str
) -> None:
    with pytest.raises(BadLimits) as refused:
        read(lines(changed))
    assert (line, code) in [(one.line, one.code) for one in refused.value.complaints]


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(BadLimits) as refused:
        read(lines(("unit: ℃", "unit: K"), ("value: 25.0", "value: 900")))
    assert [one.line for one in refused.value.complaints] == [12, 13]


@pytest.mark.parametrize("text", ["", "[]", "values: 3", "a: &a [*a, *a]", "x" * 1_000_001, "\x00"])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises(BadLimits):
        read(text)


def test_an_unused_column_of_a_risk_matrix_is_null_and_no_other_limit_may_be() -> None:
    text = written(checked({COLUMN: entry(COLUMN, None)}), scope="", revision="")
    assert "value: null" in text
    assert read(text).values[COLUMN]["value"] is None
    with pytest.raises(BadLimits):
        read(lines(("value: 25.0", "value: null")))
