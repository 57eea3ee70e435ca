"""Which revision holds when, and which of several scopes wins: without a database."""

from __future__ import annotations

from math import nan

from voltward.findings.limits import BUILTIN
from voltward.monitoring.limit_reckoning import Dated, numbers, timeline


def test_without_any_revision_the_detectors_own_limits_hold_from_the_beginning() -> None:
    (only,) = timeline([[], [], [], []])
    assert (only.name, only.effective_from, dict(only.values)) == (BUILTIN, 0, {})


def test_the_narrower_scope_wins_key_by_key_from_its_instant_on() -> None:
    maker = [Dated("s1.r1", 1, 100, {"a": 1.0, "b": 1.0})]
    model = [Dated("s2.r1", 1, 200, {"a": 2.0})]
    found = timeline([maker, [], [], model])
    assert [(one.name, one.effective_from, dict(one.values)) for one in found] == [
        (BUILTIN, 0, {}),
        ("s1.r1", 100, {"a": 1.0, "b": 1.0}),
        ("s1.r1+s2.r1", 200, {"a": 2.0, "b": 1.0}),
    ]


def test_a_later_revision_replaces_all_values_of_its_set() -> None:
    found = timeline([[Dated("r1", 1, 100, {"a": 1.0, "b": 1.0}), Dated("r2", 2, 200, {"a": 2.0})]])
    assert dict(found[-1].values) == {"a": 2.0}


def test_a_rollback_that_begins_before_what_it_takes_back_keeps_that_from_beginning() -> None:
    chain = [Dated("r1", 1, 100, {"a": 1.0}), Dated("r2", 2, 900, {"a": 2.0}),
             Dated("r3", 3, 300, {"a": 1.0})]  # fmt: skip
    assert [(one.name, one.effective_from) for one in timeline([chain])] == [
        (BUILTIN, 0), ("r1", 100), ("r3", 300),
    ]  # fmt: skip


def test_an_unused_column_is_no_number_to_detectors() -> None:
    found = numbers({"a": {"value": None}, "b": {"value": 2.5}})
    assert found["b"] == 2.5
    assert found["a"] is nan
