"""Thermal events that a 2016 platform heard of as level 3: one case each, reported by a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.exchange.platforms_made import approved, person
from tests.exchange.test_reports import fault

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.exchange.models import ManualReport, PlatformRevision
from voltward.exchange.services import manual_reports as services
from voltward.exchange.services.manual_reports_opening import Told, manual_reports_take
from voltward.exchange.services.reports import reports_make
from voltward.findings.finding import CLEARED, WORSE
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.models import AuditRow, Clock, Link, Maker, Notice, Person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 15, 0, 30, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def link(safety_head: Person, officer: Person) -> PlatformRevision:
    return approved(safety_head, officer)


def told(vehicle: Vehicle, minutes: float = 0, link: str = "national") -> Told:
    at = AT + minutes * MINUTE
    return Told(link, vehicle.vehicle_id, at, at, at + timedelta(seconds=1))


@pytest.fixture
def case(link: PlatformRevision, vehicle: Vehicle) -> ManualReport:
    manual_reports_take([told(vehicle)])
    return ManualReport.objects.get()


def recorded(actor: Person, case: ManualReport, **more: object) -> ManualReport:
    given: dict[str, object] = {
        "way": "phone", "addressee": "省级平台值班室 王工", "reported_at": timezone.now(),
        "receipt": "2026-001", "text": "电池热事件，已断电。", **more,
    }  # fmt: skip
    return services.manual_report_record(actor, report_id=case.pk, **given)  # type: ignore[arg-type]


def test_a_thermal_event_opens_one_case_with_a_clock_and_a_notice(
    case: ManualReport, vehicle: Vehicle
) -> None:
    assert (case.vehicle, case.maker, case.state) == (vehicle, vehicle.maker, "open")
    assert case.told_at == AT + timedelta(seconds=1)
    clock = Clock.objects.get(subject=f"ManualReport:{case.pk}")
    assert (clock.code, clock.state) == ("manual_report", "running")
    assert clock.due_at is not None
    assert clock.due_at - clock.started_at == timedelta(hours=1)
    assert Notice.objects.filter(kind="manual_report").exists()
    assert AuditRow.objects.filter(action="manual_report.open", maker=vehicle.maker).count() == 1


def test_frames_of_one_event_are_one_case_however_they_come(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    frames = [told(vehicle, minutes / 6) for minutes in range(60)]
    assert manual_reports_take(frames[30:40]) == 1
    assert manual_reports_take([*frames[40:], *frames[:30]]) == 0
    case = ManualReport.objects.get()
    assert (case.begins_at, case.told_at) == (AT, AT + timedelta(seconds=1))
    assert abs(case.ends_at - frames[-1].ends_at) <= MINUTE


def test_what_is_read_twice_changes_nothing(case: ManualReport, vehicle: Vehicle) -> None:
    rows = AuditRow.objects.count()
    assert manual_reports_take([told(vehicle), told(vehicle)]) == 0
    assert ManualReport.objects.count() == 1
    assert AuditRow.objects.count() == rows


def test_events_apart_vehicles_and_platforms_have_cases_of_their_own(
    link: PlatformRevision, vehicle: Vehicle, other_vehicle: Vehicle, safety_head: Person,
    officer: Person,
) -> None:  # fmt: skip
    approved(safety_head, officer, "local")
    apart = [told(vehicle), told(vehicle, 120), told(vehicle, link="local"), told(vehicle, 1)]
    assert manual_reports_take([*apart, told(other_vehicle), told(vehicle, link="nobody")]) == 4
    strange = ManualReport.objects.get(vehicle=None)  # another maker's is not on this one's file
    assert (strange.number, strange.maker) == (other_vehicle.vehicle_id, link.maker)


def thermal_fault(vehicle: Vehicle, at: int = 0) -> None:
    fault(vehicle, at=at, level=4, reported_level=4)


def test_a_report_whose_level_ends_at_three_opens_a_case_and_its_frames_join_it(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    thermal_fault(vehicle)
    reports_make()
    case, alarm = ManualReport.objects.get(), Alarm.objects.get()
    assert (case.alarm, case.told_at) == (alarm, None)
    assert case.report is not None
    at = alarm.opened_at
    frame = Told("national", vehicle.vehicle_id, at, at, at)
    assert manual_reports_take([frame]) == 0
    case.refresh_from_db()
    assert case.told_at == at
    fault(vehicle, CLEARED, 7200, since=0)
    reports_make()
    assert ManualReport.objects.count() == 1


def test_a_fault_that_becomes_a_thermal_event_opens_a_case_though_the_level_told_stays(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    fault(vehicle)
    reports_make()
    assert not ManualReport.objects.exists()
    fault(vehicle, WORSE, 30, since=0, level=4, reported_level=4)
    reports_make()
    assert ManualReport.objects.count() == 1


def test_a_platform_that_takes_level_4_needs_nobody_to_call(
    safety_head: Person, officer: Person, vehicle: Vehicle
) -> None:
    approved(safety_head, officer, edition=2025)
    thermal_fault(vehicle)
    reports_make()
    assert not ManualReport.objects.exists()


def test_the_case_is_linked_with_its_vehicle_and_its_alarm(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    thermal_fault(vehicle)
    alarm = Alarm.objects.get()
    manual_reports_take([Told("national", vehicle.vehicle_id, *[alarm.opened_at] * 3)])
    case = ManualReport.objects.get()
    assert case.alarm == alarm
    targets = set(Link.objects.values_list("target", flat=True))
    assert targets == {f"Alarm:{alarm.pk}", f"Vehicle:{vehicle.pk}"}


def test_one_person_records_and_another_closes(
    case: ManualReport, operator: Person, safety_head: Person
) -> None:
    recorded(operator, case)
    assert not Clock.objects.filter(state="running", subject=f"ManualReport:{case.pk}").exists()
    with pytest.raises(NotPermitted):
        services.manual_report_close(operator, report_id=case.pk)
    closed = services.manual_report_close(safety_head, report_id=case.pk)
    assert (closed.state, closed.closed_by) == ("closed", safety_head)
    with pytest.raises(WrongState):
        recorded(operator, case)


def test_what_is_sent_back_runs_against_the_same_deadline(
    case: ManualReport, operator: Person, safety_head: Person
) -> None:
    recorded(operator, case)
    with pytest.raises(BadInput):
        services.manual_report_back(safety_head, report_id=case.pk, reason=" ")
    back = services.manual_report_back(safety_head, report_id=case.pk, reason="接报人有误")
    assert (back.state, back.recorded_by, back.way) == ("open", None, "")
    clock = Clock.objects.get(subject=f"ManualReport:{case.pk}", state="running")
    assert clock.started_at == case.opened_at
    recorded(safety_head, case)


def test_nothing_due_is_said_with_its_reason_and_still_looked_at(
    case: ManualReport, operator: Person, safety_head: Person
) -> None:
    row = recorded(operator, case, way="not_due", text="台架试验车", addressee="", reported_at=None)
    assert (row.reported_at, row.receipt) == (None, "")
    assert Clock.objects.get(subject=f"ManualReport:{case.pk}").state == "stopped"
    assert services.manual_report_close(safety_head, report_id=case.pk).state == "closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "pigeon"},
        {"text": "  "},
        {"addressee": " "},
        {"reported_at": None},
        {"reported_at": datetime(2999, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_report_names_its_way_addressee_time_and_content(
    case: ManualReport, operator: Person, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        recorded(operator, case, **wrong)
    case.refresh_from_db()
    assert (case.state, case.way) == ("open", "")


def test_neither_strangers_nor_those_without_the_grant_may_record_or_close(
    case: ManualReport, stranger: Person, maker: Maker, operator: Person
) -> None:
    engineer = person(maker, "engineer", "quality_engineer")
    for actor, refusal in ((stranger, NotFound), (engineer, NotPermitted)):
        with pytest.raises(refusal):
            recorded(actor, case)
    recorded(operator, case)
    for actor, refusal in ((stranger, NotFound), (engineer, NotPermitted)):
        with pytest.raises(refusal):
            services.manual_report_close(actor, report_id=case.pk)
        with pytest.raises(refusal):
            services.manual_report_back(actor, report_id=case.pk, reason="x")
    case.refresh_from_db()
    assert case.state == "recorded"


def test_the_page_takes_the_report_of_one_and_the_look_of_another(
    case: ManualReport, as_operator: Client, as_safety_head: Client
) -> None:
    address = f"/manual-reports/{case.pk}/"
    page = as_operator.get(address).content.decode()
    assert "登记报告" in page
    given = {"step": "record", "record-way": "phone", "record-text": "已电话报告"}
    assert as_operator.post(address, given).status_code == 422  # to whom, and when?
    given |= {"record-addressee": "值班室", "record-reported_at": "2026-03-15T08:40:00"}
    assert as_operator.post(address, given).status_code == 302
    page = as_operator.get(address).content.decode()
    assert "等待另一人复核" in page
    assert "确认已报告并关闭" not in page
    assert as_operator.post(address, {"step": "close"}).status_code == 200  # nothing of theirs
    assert as_safety_head.post(address, {"step": "close"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "closed"


def test_the_list_finds_what_is_not_closed(case: ManualReport, as_operator: Client) -> None:
    page = as_operator.get("/manual-reports/?going=yes").content.decode()
    assert f"M{case.pk}" in page
    assert f"M{case.pk}" not in as_operator.get("/manual-reports/?going=no").content.decode()
