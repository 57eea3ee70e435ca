"""Cases of data quality: opened by the rule or by hand, closed by a second person once measured as gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from tests.exchange.quality import ago, car, summary, taken

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange.models import QualityCase, QualityStep
from voltward.exchange.selectors.quality_cases import case_verdict, quality_case_by_id
from voltward.exchange.services import quality_cases as services
from voltward.records import days
from voltward.records.approvals import approval_accept
from voltward.records.models import Approval, AuditRow, Maker, Person
from voltward.records.selectors import installation
from voltward.records.services import person_create

pytestmark = pytest.mark.django_db
CODE = "range.cells"
MODEL = "示例轿跑"


@pytest.fixture
def engineer(maker: Maker) -> Person:
    return _person(maker, "engineer")


@pytest.fixture
def second(maker: Maker) -> Person:
    return _person(maker, "second")


def _person(maker: Maker, login: str) -> Person:
    return person_create(
        installation(), login=login, display_name=login, maker=maker, roles=["quality_engineer"]
    )


@pytest.fixture
def fleet_days(maker: Maker) -> Callable[[int, int], None]:
    """Ten vehicles on a day so long ago, so many of them with the error."""
    cars = [car(maker) for _ in range(10)]

    def send(days_ago: int, wrong: int) -> None:
        taken(*(
            summary(one.vehicle_id, ago(days_ago), errors={CODE: 3} if n < wrong else {})
            for n, one in enumerate(cars)
        ))  # fmt: skip

    return send


def opened(actor: Person) -> QualityCase:
    return services.quality_case_open(actor, model=MODEL, code=CODE, reason="巡检发现")


def fixed(actor: Person, days_ago: int = 8) -> QualityCase:
    case = opened(actor)
    services.quality_case_cause(actor, case_id=case.pk, cause="采样线松动")
    return services.quality_case_fix(actor, case_id=case.pk, fix="更换线束", fixed_on=ago(days_ago))


@pytest.mark.parametrize(
    ("wrong", "opens"),
    [
        ((5, 5, 5), True),
        ((5, 2, 5), False),  # on one day on too few vehicles
        ((5, 5), False),  # not the day before
        ((3, 3, 3), True),
    ],
)
def test_the_rule_opens_a_case_of_an_error_that_lasts(
    maker: Maker, fleet_days: Callable[[int, int], None], wrong: tuple[int, ...], opens: bool
) -> None:
    for days_ago, number in enumerate(wrong, 1):
        fleet_days(days_ago, number)
    assert services.quality_cases_watch() == int(opens)
    assert services.quality_cases_watch() == 0  # one under way is not opened again
    cases = list(QualityCase.objects.all())
    assert len(cases) == int(opens)
    if opens:
        assert (cases[0].model_name, cases[0].code, cases[0].opened_by) == (MODEL, CODE, None)
        assert [one["hit"] for one in cases[0].why["days"]] == list(reversed(wrong))
        assert AuditRow.objects.filter(action="quality.case.found").count() == 1


def test_a_case_goes_from_its_cause_over_a_fix_to_its_closing_by_a_second_person(
    engineer: Person, second: Person, fleet_days: Callable[[int, int], None]
) -> None:
    for days_ago in range(9, 12):
        fleet_days(days_ago, 5)
    case = fixed(engineer)
    assert (case.state, case.owner) == ("fixed", engineer)
    for days_ago in range(1, 8):
        fleet_days(days_ago, 0)
    approval = services.quality_case_ask(engineer, case_id=case.pk, reason="复测通过")
    with pytest.raises(NotPermitted):
        approval_accept(engineer, approval_id=approval.pk)
    approval_accept(second, approval_id=approval.pk)
    case.refresh_from_db()
    assert (case.state, case.closed_by) == ("closed", second)
    assert case.measured["before"]["hit"] == 15
    assert case.measured["after"] | {"first": "", "last": ""} == {
        "days": 7, "vehicles": 70, "hit": 0, "first": "", "last": "",
    }  # fmt: skip
    kinds = list(QualityStep.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["opened", "cause", "fixed", "asked", "closed"]
    again = opened(engineer)
    assert again.previous == case


@pytest.mark.parametrize(("days_with_data", "wrong"), [(6, 0), (7, 1)])
def test_what_is_not_measured_as_gone_is_not_closed(
    engineer: Person, fleet_days: Callable[[int, int], None], days_with_data: int, wrong: int
) -> None:
    case = fixed(engineer)
    for days_ago in range(1, days_with_data + 1):
        fleet_days(days_ago, wrong)
    with pytest.raises(WrongState):
        services.quality_case_ask(engineer, case_id=case.pk, reason="复测")
    assert not Approval.objects.exists()
    verdict = case_verdict(quality_case_by_id(engineer, case.pk))
    assert verdict.after is not None
    assert (verdict.after.days, verdict.is_gone) == (days_with_data, False)


def test_an_error_that_came_back_while_the_wish_waited_is_not_closed(
    engineer: Person, second: Person, fleet_days: Callable[[int, int], None]
) -> None:
    case = fixed(engineer)
    for days_ago in range(1, 8):
        fleet_days(days_ago, 0)
    approval = services.quality_case_ask(engineer, case_id=case.pk, reason="复测通过")
    fleet_days(1, 9)
    with pytest.raises(WrongState):
        approval_accept(second, approval_id=approval.pk)
    case.refresh_from_db()
    assert case.state == "fixed"


def test_whoever_recorded_the_fix_cannot_close_it_whoever_asks(
    engineer: Person, second: Person, fleet_days: Callable[[int, int], None]
) -> None:
    case = fixed(engineer)
    for days_ago in range(1, 8):
        fleet_days(days_ago, 0)
    approval = services.quality_case_ask(second, case_id=case.pk, reason="复测通过")
    with pytest.raises(NotPermitted):
        approval_accept(engineer, approval_id=approval.pk)
    case.refresh_from_db()
    assert (case.state, case.closed_by) == ("fixed", None)
    with pytest.raises(DatabaseError), transaction.atomic():
        QualityCase.objects.filter(pk=case.pk).update(
            state="closed", closed_by=engineer, closed_at=case.opened_at
        )


def test_a_fix_that_did_not_help_leads_back_to_the_cause(engineer: Person) -> None:
    case = fixed(engineer)
    back = services.quality_case_back(engineer, case_id=case.pk, reason="复测占比未降")
    assert (back.state, back.fix, back.fixed_on, back.cause) == ("cause", "", None, "采样线松动")


@pytest.mark.parametrize(
    ("step", "given", "refusal"),
    [
        ("cause", {"cause": " "}, BadInput),
        ("fix", {"fix": "x", "fixed_on": ago(0)}, WrongState),  # no cause yet
        ("back", {"reason": "x"}, WrongState),
        ("ask", {"reason": "x"}, WrongState),
        ("note", {"text": " "}, BadInput),
        ("assign", {"owner_id": 0}, NotFound),
    ],
)
def test_steps_that_do_not_follow_write_nothing(
    engineer: Person, step: str, given: dict[str, object], refusal: type[Exception]
) -> None:
    case = opened(engineer)
    before = QualityStep.objects.count()
    with pytest.raises(refusal):
        getattr(services, f"quality_case_{step}")(engineer, case_id=case.pk, **given)
    case.refresh_from_db()
    assert (case.state, QualityStep.objects.count()) == ("open", before)


def test_a_fix_lies_in_the_past_and_a_case_is_taken_out_of_hands_for_a_reason(
    engineer: Person, second: Person
) -> None:
    case = opened(engineer)
    services.quality_case_cause(engineer, case_id=case.pk, cause="采样线松动")
    with pytest.raises(BadInput):
        services.quality_case_fix(
            engineer, case_id=case.pk, fix="x", fixed_on=days.today() + timedelta(days=1)
        )
    with pytest.raises(BadInput):
        services.quality_case_assign(second, case_id=case.pk, owner_id=second.pk)
    given = services.quality_case_assign(second, case_id=case.pk, owner_id=second.pk, reason="休假")
    assert given.owner == second


def test_a_case_is_opened_once_of_a_known_class_and_with_a_reason(engineer: Person) -> None:
    opened(engineer)
    with pytest.raises(WrongState):
        opened(engineer)
    for wrong in ({"code": "no.class"}, {"reason": " "}):
        with pytest.raises(BadInput):
            services.quality_case_open(
                engineer, **{"model": "另一", "code": CODE, "reason": "x", **wrong}
            )


def test_who_may_handle_cases(
    engineer: Person, other_operator: Person, maker: Maker, operator: Person
) -> None:
    case = opened(operator)
    auditor = person_create(
        installation(), login="auditor", display_name="auditor", maker=maker, roles=["auditor"]
    )
    assert quality_case_by_id(auditor, case.pk) == case
    with pytest.raises(NotPermitted):
        services.quality_case_cause(auditor, case_id=case.pk, cause="x")
    with pytest.raises(NotFound):
        services.quality_case_cause(other_operator, case_id=case.pk, cause="x")
    case.refresh_from_db()
    assert case.state == "open"
