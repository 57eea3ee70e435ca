"""What public platforms feed back: a case for each message, a notice, a verdict of somebody who may."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from tests.exchange.platforms_made import approved, person

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange.models import FeedbackReceived, PlatformRevision, ReportDue
from voltward.exchange.services.feedback import feedback_assign, feedback_close
from voltward.exchange.services.report_answers import (
    Fed,
    Outcome,
    feedback_take,
    report_answers_take,
)
from voltward.fleet.models import Vehicle
from voltward.records.models import AuditRow, Maker, Notice, Person
from voltward.records.selectors import installation
from voltward.uplink.proof import ACCEPTED, REFUSED

pytestmark = pytest.mark.django_db
BODY = bytes.fromhex("1a030f081e05" + "00" * 11 + "01")  # mass parking
AT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)


@pytest.fixture
def link(safety_head: Person, officer: Person) -> PlatformRevision:
    return approved(safety_head, officer)


def fed(vin: str, body: bytes = BODY, link: str = "national") -> Fed:
    return Fed(link, vin, body, AT, AT)


@pytest.fixture
def case(link: PlatformRevision, vehicle: Vehicle) -> FeedbackReceived:
    feedback_take(installation(), fed=[fed(vehicle.vin)])
    return FeedbackReceived.objects.get()


def test_feedback_is_a_case_of_its_vehicle_and_people_are_told(
    case: FeedbackReceived, vehicle: Vehicle
) -> None:
    assert (case.vehicle, case.maker, case.state) == (vehicle, vehicle.maker, "open")
    assert Notice.objects.filter(kind="hazard_feedback").exists()
    assert AuditRow.objects.filter(action="feedback.take", maker=vehicle.maker).count() == 1


def test_what_a_platform_sends_twice_is_one_case(case: FeedbackReceived, vehicle: Vehicle) -> None:
    assert feedback_take(installation(), fed=[fed(vehicle.vin), fed(vehicle.vin)]) == 0
    assert FeedbackReceived.objects.count() == 1


def test_feedback_of_a_strange_vin_is_kept_too(
    link: PlatformRevision, other_vehicle: Vehicle
) -> None:
    assert (
        feedback_take(installation(), fed=[fed(other_vehicle.vin), fed("?" * 17, link="none")]) == 1
    )
    kept = FeedbackReceived.objects.get()
    assert (kept.vehicle, kept.vin, kept.maker) == (None, other_vehicle.vin, link.maker)


def test_a_case_is_taken_and_closed_with_a_verdict(
    case: FeedbackReceived, operator: Person, safety_head: Person
) -> None:
    feedback_assign(operator, feedback_id=case.pk, owner_id=operator.pk)
    with pytest.raises(BadInput):  # it is in somebody's hands
        feedback_assign(safety_head, feedback_id=case.pk, owner_id=safety_head.pk)
    closed = feedback_close(operator, feedback_id=case.pk, verdict="true", text="Moved apart")
    assert (closed.state, closed.owner, closed.closed_by) == ("closed", operator, operator)
    with pytest.raises(WrongState):
        feedback_close(operator, feedback_id=case.pk, verdict="false", text="again")


@pytest.mark.parametrize(("verdict", "text"), [("maybe", "x"), ("true", "  "), ("", "x")])
def test_a_verdict_needs_a_word_of_the_list_and_a_ground(
    case: FeedbackReceived, operator: Person, verdict: str, text: str
) -> None:
    with pytest.raises(BadInput):
        feedback_close(operator, feedback_id=case.pk, verdict=verdict, text=text)
    case.refresh_from_db()
    assert case.state == "open"


def test_neither_strangers_nor_those_without_the_grant_may_close(
    case: FeedbackReceived, stranger: Person, maker: Maker
) -> None:
    auditor = person(maker, "reader", "quality_engineer")
    for actor, refusal in ((stranger, NotFound), (auditor, NotPermitted)):
        with pytest.raises(refusal):
            feedback_close(actor, feedback_id=case.pk, verdict="true", text="x")
    case.refresh_from_db()
    assert case.state == "open"


def test_the_page_says_what_was_fed_back_and_takes_the_verdict(
    case: FeedbackReceived, as_operator: Client
) -> None:
    address = f"/feedback/{case.pk}/"
    page = as_operator.get(address).content.decode()
    assert "长时间聚集停放" in page
    wrong = as_operator.post(address, {"step": "close", "close-verdict": "", "close-text": ""})
    assert wrong.status_code == 422
    done = as_operator.post(
        address, {"step": "close", "close-verdict": "known", "close-text": "见告警"}
    )
    assert done.status_code == 302
    assert "见告警" in as_operator.get(address).content.decode()


def report(link: PlatformRevision, vehicle: Vehicle) -> ReportDue:
    return ReportDue.objects.create(
        maker=vehicle.maker, platform=link.platform, vehicle=vehicle, command=0x11, moment=AT,
        body=BODY.hex(),
    )  # fmt: skip


def test_an_answer_is_noted_once_and_only_of_the_reports_own_link(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    row = report(link, vehicle)
    told = Outcome("national", row.pk, REFUSED, 2, 4, AT, AT)
    other = Outcome("local", row.pk, ACCEPTED, 1, 1, AT, AT)
    assert report_answers_take(installation(), outcomes=[told]) == 1
    assert report_answers_take(installation(), outcomes=[other]) == 0
    row.refresh_from_db()
    assert (row.state, row.flag, row.tries) == ("refused", 2, 4)


def test_a_refused_report_can_be_sent_again_from_its_page(
    link: PlatformRevision, vehicle: Vehicle, as_safety_head: Client, as_operator: Client
) -> None:
    row = report(link, vehicle)
    report_answers_take(
        installation(), outcomes=[Outcome("national", row.pk, REFUSED, 2, 4, AT, AT)]
    )
    assert "重新发送" in as_safety_head.get(f"/reports/{row.pk}/").content.decode()
    assert "重新发送" not in as_operator.get(f"/reports/{row.pk}/").content.decode()
    assert as_operator.post(f"/reports/{row.pk}/repeat/").status_code == 403
    assert as_safety_head.post(f"/reports/{row.pk}/repeat/").status_code == 302
    assert ReportDue.objects.get(repeats=row).state == "due"
