"""Retention: how long what is kept, by which dated rule, and who changes that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import _person

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.records import approvals, days
from voltward.records.models import (
    AuditRow,
    Maker,
    Person,
    RetentionRule,
)
from voltward.records.retention import end_of, later, longest
from voltward.records.seed.retention import ROWS
from voltward.records.selectors import retention as selectors
from voltward.records.services.retention import retention_propose

TODAY = date(2026, 11, 25)


def rule(**values: Any) -> RetentionRule:
    return RetentionRule(**{"then": "delete", "keep_years": 0, **values})


# ---- arithmetic


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 40), st.integers(0, 24))
def test_a_period_is_never_shorter_than_its_years_and_months(
    day: date, years: int, months: int
) -> None:
    end = later(day, years, months)
    count = day.year * 12 + day.month + years * 12 + months
    assert end.year * 12 + end.month in (count, count + 1)
    assert end.day == day.day if end.year * 12 + end.month == count else end.day == 1
    assert end >= day + timedelta(
        days=365 * years + 28 * months
    )  # what the job's first look relies on


def test_a_leap_day_ends_on_the_first_of_march() -> None:
    assert later(date(2024, 2, 29), 1, 0) == date(2025, 3, 1)
    assert later(date(2026, 8, 31), 0, 6) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("product_life_years", "end"), [(None, 2041), (20, 2046), (12, 2038), (8, 2036)]
)
def test_product_life_is_the_models_own_or_fifteen_years_and_never_below_ten(
    product_life_years: int | None, end: int
) -> None:
    life = rule(keep_life=True, keep_years=10, life_years=15)
    assert end_of(life, date(2026, 1, 1), product_life_years) == date(end, 1, 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["delete", "pseudonymise", "review"])),
        min_size=1,
        max_size=5,
    )
)
def test_of_several_rules_the_longest_wins_and_on_a_tie_the_one_that_loses_less(
    wanted: list[tuple[int, str]],
) -> None:
    found = longest([rule(keep_years=years, then=then) for years, then in wanted], TODAY)
    assert found is not None
    most = max(years for years, _then in wanted)
    tied = [then for years, then in wanted if years == most]
    assert found.until == later(TODAY, most, 0)
    assert found.rule.then == next(
        one for one in ("review", "pseudonymise", "delete") if one in tied
    )


def test_without_a_rule_nothing_may_go() -> None:
    assert longest([], TODAY) is None


# ---- the seed


@pytest.mark.django_db
def test_every_seeded_rule_has_its_source_and_every_class_of_the_clauses_is_there() -> None:
    rules = RetentionRule.objects.all()
    assert {one.source for one in rules} == {row.source for row in ROWS}
    assert {f"F-5.{number:02d}" for number in range(1, 15)} <= {row.source for row in ROWS}
    codes = set(selectors.class_all().values_list("code", flat=True))
    assert {"life", "y10", "y6", "y5", "y3", "m6", "policy"} <= codes
    assert all(one.basis and one.confidence for one in rules)


@pytest.mark.django_db
def test_filling_again_changes_nothing() -> None:
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    before = list(RetentionRule.objects.values())
    fill = import_module("voltward.records.migrations.0021_fill_retention").fill
    with connection.schema_editor() as editor:
        fill(apps, editor)
    assert list(RetentionRule.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("design", date(2030, 5, 1)), ("dealer", date(2025, 5, 1)), ("three_guarantee", date(2026, 5, 1)),
        ("network_log", date(2020, 11, 1)), ("data_provision", date(2023, 5, 1)), ("eol_test", date(2035, 5, 1)),
    ],
)  # fmt: skip
def test_the_rule_in_force_says_until_when(maker: Maker, code: str, end: date) -> None:
    kept = selectors.kept_until(code, date(2020, 5, 1), maker_id=maker.pk, on=TODAY)
    assert kept is not None
    assert kept.until == end


@pytest.mark.django_db
def test_a_rule_that_has_not_begun_does_not_count_and_what_has_no_begin_never_ends(
    maker: Maker,
) -> None:
    def at(day: date) -> object:
        return selectors.kept_until("monitoring", date(2020, 1, 1), maker_id=maker.pk, on=day)

    assert at(date(2026, 12, 31)) is None
    assert at(date(2027, 1, 1)) is not None
    assert selectors.kept_until("y10", None, maker_id=maker.pk) is None


# ---- changing a rule


@pytest.fixture
def dpo(maker: Maker) -> Person:
    return _person("dpo", "data_protection_officer", maker)


def values(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "keep_years": 12, "keep_months": 0, "keep_life": False, "life_years": 15, "legal": False,
        "then": "delete", "basis": "企业制度 QM-7", "source": "QM-7", "confidence": "own",
        "effective_from": days.today(),
    }  # fmt: skip
    return given | more


def in_force(maker: Maker, code: str) -> list[tuple[int, str]]:
    rules = selectors.rules_in_force(maker.pk, code, days.today())
    return [(one.keep_years, one.source) for one in rules]


@pytest.mark.django_db
def test_a_change_is_in_force_for_its_maker_once_a_second_person_agreed(
    safety_head: Person, dpo: Person, maker: Maker, other_maker: Maker
) -> None:
    old = RetentionRule.objects.get(source="clauses:y10")
    wish = retention_propose(
        safety_head, code="y10", values=values(), reason="评审", replaces=old.pk
    )
    assert in_force(maker, "y10") == [(10, "clauses:y10")]
    with pytest.raises(NotPermitted):
        approvals.approval_accept(safety_head, approval_id=wish.pk)
    approvals.approval_accept(dpo, approval_id=wish.pk)
    assert in_force(maker, "y10") == [(12, "QM-7")]
    assert in_force(other_maker, "y10") == [(10, "clauses:y10")]
    fresh = RetentionRule.objects.get(source="QM-7")
    assert (fresh.approval, fresh.maker) == (wish, maker)
    assert AuditRow.objects.get(action="retention.change").after["replaces"] == old.pk


@pytest.mark.django_db
def test_an_own_rule_is_replaced_by_the_next_one_and_the_common_one_does_not_come_back(
    safety_head: Person, dpo: Person, maker: Maker
) -> None:
    old = RetentionRule.objects.get(source="clauses:y10").pk
    for years in (12, 14):
        wish = retention_propose(
            safety_head, code="y10", values=values(keep_years=years), reason="x", replaces=old
        )
        approvals.approval_accept(dpo, approval_id=wish.pk)
        own = RetentionRule.objects.get(keep_years=years, source="QM-7")
        RetentionRule.objects.filter(pk=own.pk).update(
            effective_from=days.today() - timedelta(days=2)
        )
        old = own.pk
    assert in_force(maker, "y10") == [(14, "QM-7")]
    first = RetentionRule.objects.get(keep_years=12, source="QM-7")
    assert first.effective_to == days.today()


@pytest.mark.django_db
def test_a_rule_beside_a_legal_minimum_cannot_shorten_it(
    safety_head: Person, dpo: Person, maker: Maker
) -> None:
    wish = retention_propose(safety_head, code="design", values=values(keep_years=2), reason="x")
    approvals.approval_accept(dpo, approval_id=wish.pk)
    kept = selectors.kept_until("design", date(2020, 1, 1), maker_id=maker.pk)
    assert kept is not None
    assert kept.until == date(2030, 1, 1)
    legal = RetentionRule.objects.get(source="F-5.04")
    with pytest.raises(BadInput, match="legal"):
        retention_propose(
            safety_head, code="design", values=values(), reason="x", replaces=legal.pk
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"keep_years": 0}, {"keep_life": True, "keep_years": 5}, {"keep_life": True, "life_years": 9},
        {"then": "burn"}, {"basis": ""}, {"confidence": "Z"}, {"effective_from": date(2020, 1, 1)},
    ],
)  # fmt: skip
def test_values_that_make_no_rule_are_refused(safety_head: Person, wrong: dict[str, Any]) -> None:
    before = RetentionRule.objects.count()
    with pytest.raises(BadInput):
        retention_propose(safety_head, code="y10", values=values(**wrong), reason="x")
    assert RetentionRule.objects.count() == before
    assert not approvals.approval_visible(safety_head).exists()


@pytest.mark.django_db
def test_who_may_not_propose_and_what_is_not_there(
    operator: Person, safety_head: Person, other_maker: Maker, dpo: Person
) -> None:
    with pytest.raises(NotPermitted):
        retention_propose(operator, code="y10", values=values(), reason="x")
    with pytest.raises(NotFound):
        retention_propose(safety_head, code="nothing", values=values(), reason="x")
    wish = retention_propose(safety_head, code="y10", values=values(), reason="x")
    approvals.approval_accept(dpo, approval_id=wish.pk)
    own = RetentionRule.objects.get(source="QM-7")
    stranger = _person("stranger", "safety_head", other_maker)
    with pytest.raises(NotFound):
        retention_propose(stranger, code="y10", values=values(), reason="x", replaces=own.pk)


# ---- pages


@pytest.mark.django_db
def test_the_page_lists_classes_with_rules_and_sources(
    as_safety_head: Client, as_operator: Client
) -> None:
    page = as_safety_head.get("/retention/").content.decode()
    for row in ROWS:
        assert row.source in page
        assert row.title_zh in page
    assert "产品寿命期，不少于 10 年" in page
    assert as_operator.get("/retention/").status_code == 403
    as_safety_head.post("/language/", {"language": "en", "next": "/retention/"})
    assert "End-of-line test data" in as_safety_head.get("/retention/").content.decode()


@pytest.mark.django_db
def test_a_change_is_proposed_on_the_page(as_safety_head: Client) -> None:
    form = {name: str(value) for name, value in values().items() if value is not False}
    old = RetentionRule.objects.get(source="clauses:y10")
    answer = as_safety_head.post(
        "/retention/y10/propose/", form | {"reason": "评审", "replaces": old.pk}
    )
    assert answer.status_code == 302
    wish = approvals.Approval.objects.get()
    assert (wish.payload["replaces"], wish.payload["values"]["keep_years"]) == (old.pk, 12)
    bad = as_safety_head.post("/retention/y10/propose/", form | {"reason": "x", "keep_years": "0"})
    assert bad.status_code == 422
    assert as_safety_head.get("/retention/nothing/propose/").status_code == 404
