"""Codes, words, decimals and ranges, without pages round them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone, translation

from voltward.columns.fields import COLUMNS
from voltward.frames.values import Reason
from voltward.monitoring.columns import NOW
from voltward.monitoring.panels import FAULT_CODES, GROUPS, LIVE_PANELS, PANELS
from voltward.monitoring.texts import (
    coarse,
    exact,
    level_meaning,
    level_style,
    shown,
    title_of,
    unit_of,
)
from voltward.monitoring.ui.ranges import BadRange, day_until, range_of, range_or_default
from voltward.monitoring.ui.states import signed
from voltward.monitoring.values import CODED_LISTS, cleaned

INVALID, ABNORMAL = Reason.INVALID.value, Reason.ABNORMAL.value


def test_a_value_named_as_missing_is_none_whatever_was_stored() -> None:
    values, missing = cleaned({"dcdc": 255, "soc_pct": 78.0}, {"dcdc": INVALID})
    assert values == {"dcdc": None, "soc_pct": 78.0}
    assert missing == {"dcdc": INVALID}
    assert shown("dcdc", 255, {"dcdc": INVALID}).value == "—"


@pytest.mark.parametrize(("name", "code"), [*CODED_LISTS.items()])
def test_codes_inside_lists_are_none_with_their_reason(name: str, code: int) -> None:
    values, missing = cleaned({name: [1, code, code + 1, code - 1]}, {})
    assert values == {name: [1, None, None, code - 1]}
    assert missing == {f"{name}[1]": ABNORMAL, f"{name}[2]": INVALID}


def test_elements_that_the_decoder_names_are_none() -> None:
    values, missing = cleaned(
        {"motor_state": [1, 255]}, {"motor_state[1]": INVALID, "motor_state[9]": 1}
    )
    assert values == {"motor_state": [1, None]}
    assert missing == {"motor_state[1]": INVALID, "motor_state[9]": 1}


def test_what_was_not_asked_for_does_no_harm() -> None:
    assert cleaned({}, {"dcdc": INVALID}) == ({}, {"dcdc": INVALID})
    assert cleaned({"cell_voltages_mv": None, "probe_temps_c": []}, {})[0] == {
        "cell_voltages_mv": None, "probe_temps_c": [],
    }  # fmt: skip


def test_cleaning_twice_changes_nothing_more() -> None:
    once = cleaned({"dcdc": 255, "cell_voltages_mv": [65_534, 3700]}, {"dcdc": INVALID})
    assert cleaned(*once) == once


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("total_voltage_v", 350.1, "350.1"), ("total_voltage_v", 350.0, "350.0"), ("soc_pct", 78.0, "78"),
        ("highest_voltage_v", 3.7, "3.700"), ("vehicle_state", 1, "启动"), ("gear", 0x1E, "自动D挡"),
        ("charging", 9, "9"), ("alarm_flags", 0, "无"), ("alarm_flags", 1 << 30, "位 30"),
        ("alarm_level", 2, "2"), ("longitude_deg", 116.397128, "116.40"), ("soc_pct", float("nan"), "—"),
        ("soc_pct", None, "—"),
    ],
)  # fmt: skip
def test_values_are_shown_as_the_protocol_counts_them(field: str, value: object, text: str) -> None:
    assert shown(field, value, {}).value == text


def test_each_reason_has_its_word_in_both_languages() -> None:
    for reason in (Reason.ABNORMAL, Reason.INVALID, Reason.OUT_OF_RANGE):
        chinese = shown("soc_pct", None, {"soc_pct": reason.value}).reason
        with translation.override("en"):
            english = shown("soc_pct", None, {"soc_pct": reason.value}).reason
        assert chinese
        assert english.isascii()
        assert chinese != english
    assert shown("soc_pct", None, {}).reason == "未上报"


def test_positions_leave_rounded() -> None:
    assert coarse("longitude_deg", 116.397128) == 116.4
    assert coarse("soc_pct", 78.4) == 78.4
    assert coarse("longitude_deg", None) is None
    assert exact("longitude_deg", 116.3971284) == 116.397128


def test_levels_have_styles_and_meanings() -> None:
    assert [level_style(level) for level in (0, 3, 4, 5, 200)] == ["0", "3", "thermal", "", ""]
    assert "停车" in level_meaning(3)
    assert (signed(-767), signed(5), signed(0)) == ("−767", "+5", "+0")


def test_every_field_that_a_page_shows_is_a_column_with_a_title() -> None:
    fields = {field for group in GROUPS for field in group.fields}
    fields |= {field for panel in PANELS for field in panel.fields}
    for field in fields - {FAULT_CODES}:  # that one is made of four
        assert field in COLUMNS
        assert title_of(field) != field
    assert (unit_of("soc_pct"), unit_of("gear"), unit_of("cell_spread_mv")) == ("%", "", "")
    assert LIVE_PANELS[0].fields[0] == "total_voltage_v"
    assert len(dict(NOW)) == len(NOW)


# ---- ranges


def asked(query: str) -> object:
    return RequestFactory().get(f"/?{query}")


@pytest.fixture(autouse=True)
def _beijing():  # type: ignore[no-untyped-def]
    with timezone.override("Asia/Shanghai"):
        yield


@pytest.mark.parametrize("name", ["10m", "1h", "1d", "7d", "30d"])
def test_a_named_range_ends_now(name: str) -> None:
    found = range_of(asked(f"range={name}"), "1d")  # type: ignore[arg-type]
    assert found.name == name
    assert abs(found.stop - datetime.now(UTC)) < timedelta(minutes=5)
    spans = {"10m": 600, "1h": 3600, "1d": 86_400, "7d": 7 * 86_400, "30d": 30 * 86_400}
    assert (found.stop - found.start).total_seconds() == spans[name] + 60


def test_local_instants_are_beijing_and_come_back_as_they_went() -> None:
    query = "range=free&start=2026-03-15T11:00:00&end=2026-03-15T12:00:00"
    found = range_of(asked(query), "1d")  # type: ignore[arg-type]
    assert found.start == datetime(2026, 3, 15, 3, tzinfo=UTC)
    context = found.context()
    assert (context["start"], context["end"]) == ("2026-03-15T11:00:00", "2026-03-15T12:00:00")
    assert context["chosen"] == "free"


@pytest.mark.parametrize(
    "query", ["range=nonsense", "range=free", "range=1d&start=", "from=x&to=y", ""]
)
def test_what_says_nothing_gives_the_usual_range(query: str) -> None:
    assert range_of(asked(query), "7d").name in ("7d", "1d")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query",
    [
        "from=10&to=20",
        "start=2026-03-15T11:00&end=never",
        "start=2026-03-15T11:00&end=2026-03-15T11:00",
    ],
)
def test_what_makes_no_span_is_refused(query: str) -> None:
    with pytest.raises(BadRange):
        range_of(asked(query), "1d")  # type: ignore[arg-type]
    usual, trouble = range_or_default(asked(query), "1d")  # type: ignore[arg-type]
    assert usual.name == "1d"
    assert trouble


def test_the_day_until_an_instant_holds_that_instant() -> None:
    at = datetime(2026, 3, 15, 4, tzinfo=UTC)
    found = range_of(asked(day_until(at)), "1h")  # type: ignore[arg-type]
    assert found.start <= at < found.stop
    assert found.stop - found.start == timedelta(days=1)
