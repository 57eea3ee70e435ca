"""What alarms become on their way to public platforms: which messages, when, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.exchange.platforms_made import approved
from tests.monitoring.test_intake import START, finding, take

from voltward.base.errors import NotFound, NotPermitted, WrongState
from voltward.exchange.models import PlatformRevision, ReportDue, ReportLook
from voltward.exchange.report_bodies import abnormal_of, codes_of, level_of
from voltward.exchange.selectors import reports as selectors
from voltward.exchange.services import reports as services
from voltward.exchange.services.report_watch import report_watch_look
from voltward.exchange.services.reports import report_repeat, reports_make
from voltward.findings.finding import CLEARED, OPENED, WORSE
from voltward.fleet.models import Vehicle
from voltward.frames.frame import decode_frame
from voltward.monitoring.models import Alarm, WatchCase
from voltward.monitoring.services.alarm_aside import alarm_merge
from voltward.monitoring.services.alarm_closing import alarm_close
from voltward.records.models import AuditRow, Person
from voltward.uplink.links import Link
from voltward.uplink.reports import FAULTS, HANDLING, HAZARDS, Report, frame_of

pytestmark = pytest.mark.django_db
LINK = Link("national", 0, "127.0.0.1", 1, "VOLTWARD000000001", "volt", "x")
OVER_TEMPERATURE, INSULATION = "fault.1", "fault.11"


@pytest.fixture
def link(safety_head: Person, officer: Person, vehicle: Vehicle) -> PlatformRevision:
    assert vehicle.maker_id == safety_head.maker_id
    return approved(safety_head, officer)


def fault(vehicle: Vehicle, kind: str = OPENED, at: int = 0, **more: object) -> None:
    told: dict[str, Any] = {"rule": OVER_TEMPERATURE, "level": 3, "reported_level": 3, **more}
    take(finding(vehicle, kind, at, **told))


def made(command: int) -> list[ReportDue]:
    reports_make()
    return list(ReportDue.objects.filter(command=command).order_by("pk"))


def said(report: ReportDue) -> tuple[int | None, tuple[str, ...]]:
    body = bytes.fromhex(report.body)
    return level_of(report.command, body), abnormal_of(report.command, body)


def test_a_fault_is_reported_with_its_level_and_as_not_handled(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    fault(vehicle)
    (report,), (handling,) = made(FAULTS), made(HANDLING)
    assert said(report) == (3, (OVER_TEMPERATURE,))
    assert report.moment == datetime.fromtimestamp(START, UTC)
    assert said(handling) == (None, (OVER_TEMPERATURE,))
    assert (report.platform, report.state) == (link.platform, "due")
    assert AuditRow.objects.filter(action="report.make", maker=vehicle.maker).count() == 1
    assert not ReportLook.objects.exists()


def test_what_is_made_is_what_the_text_prints(link: PlatformRevision, vehicle: Vehicle) -> None:
    fault(vehicle)
    take(finding(vehicle, rule="hazard.c9"))
    reports_make()
    expected = {
        FAULTS: {"fault_battery_temp"},
        HAZARDS: {"hazard_insulation"},
        HANDLING: {"fault_battery_temp", "hazard_insulation"},
    }
    newest = {one.command: one for one in ReportDue.objects.order_by("pk")}
    assert set(newest) == set(expected)
    for report in newest.values():
        frame = frame_of(Report(1, "national", 1, vehicle.vin, report.command, report.body), LINK)
        decoded = decode_frame(frame)
        assert decoded.problems == ()
        bad = {name for name, value in decoded.body.values.items() if value == 1}
        assert bad == expected[report.command]


def test_the_level_is_that_of_the_gravest_fault_that_holds_and_never_above_three(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    fault(vehicle, rule=INSULATION, reported_level=1, level=1)
    fault(vehicle, at=10, reported_level=4, level=4)
    assert [said(one) for one in made(FAULTS)] == [(3, (OVER_TEMPERATURE, INSULATION))]


def test_two_flags_of_one_frame_are_one_message(link: PlatformRevision, vehicle: Vehicle) -> None:
    more: dict[str, Any] = {"level": 2, "reported_level": 2}
    take(finding(vehicle, rule=INSULATION, **more), finding(vehicle, rule=OVER_TEMPERATURE, **more))
    assert [said(one) for one in made(FAULTS)] == [(2, (OVER_TEMPERATURE, INSULATION))]


def test_a_state_that_was_told_is_not_told_again_and_its_end_is(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    fault(vehicle)
    reports_make()
    fault(vehicle, WORSE, 30, since=0, level=3)
    assert len(made(FAULTS)) == 1
    fault(vehicle, CLEARED, 60, since=0)
    found = made(FAULTS)
    assert said(found[-1]) == (0, ())
    assert found[-1].moment == datetime.fromtimestamp(START + 60, UTC)
    assert len(made(HANDLING)) == 1  # nobody has handled it


def test_what_began_and_ended_between_two_looks_is_told_both_ways(
    link: PlatformRevision, vehicle: Vehicle
) -> None:
    fault(vehicle)
    fault(vehicle, CLEARED, 5, since=0)
    assert [said(one) for one in made(FAULTS)] == [(3, (OVER_TEMPERATURE,)), (0, ())]


def test_an_alarm_with_a_verdict_is_handled(
    link: PlatformRevision, vehicle: Vehicle, safety_head: Person
) -> None:
    fault(vehicle, level=1, reported_level=1)
    fault(vehicle, rule=INSULATION, at=5, level=1, reported_level=1)
    reports_make()
    first, second = Alarm.objects.order_by("pk")
    alarm_close(safety_head, alarm_ids=[first.pk], verdict="false", cause="Sensor")
    assert said(made(HANDLING)[-1]) == (None, (INSULATION,))
    alarm_close(safety_head, alarm_ids=[second.pk], verdict="false", cause="Sensor")
    assert said(made(HANDLING)[-1]) == (None, ())


def test_a_merged_alarm_is_as_open_as_what_it_was_merged_into(
    link: PlatformRevision, vehicle: Vehicle, safety_head: Person
) -> None:
    fault(vehicle, level=1, reported_level=1)
    fault(vehicle, rule=INSULATION, at=5, level=1, reported_level=1)
    first, second = Alarm.objects.order_by("pk")
    alarm_merge(safety_head, alarm_ids=[first.pk], into_id=second.pk)
    assert selectors.unhandled_of(vehicle) == {OVER_TEMPERATURE, INSULATION}


def test_of_hazards_only_what_is_known_is_said(link: PlatformRevision, vehicle: Vehicle) -> None:
    take(finding(vehicle, rule="hazard.c1"))
    reports_make()
    take(finding(vehicle, CLEARED, 50, since=0, rule="hazard.c1"))
    first, last = made(HAZARDS)
    codes = codes_of(HAZARDS, bytes.fromhex(first.body))
    assert codes.pop("hazard.c1") == 1
    assert set(codes.values()) == {0xFF}
    assert codes_of(HAZARDS, bytes.fromhex(last.body))["hazard.c1"] == 0


def test_a_trip_that_is_judged_anew_is_told_anew(link: PlatformRevision, vehicle: Vehicle) -> None:
    for trip in (0, 5000):
        take(finding(vehicle, "event", trip, rule="hazard.c6"))
        reports_make()
    assert len(made(HAZARDS)) == 2


def test_other_rules_are_not_reported(link: PlatformRevision, vehicle: Vehicle) -> None:
    take(finding(vehicle, level=3), finding(vehicle, rule="fault.23", level=4))
    assert reports_make() == 0


def test_only_platforms_that_take_reports_of_the_vehicle_get_them(
    safety_head: Person, officer: Person, vehicle: Vehicle
) -> None:
    approved(safety_head, officer, "silent", reports=False)
    others = approved(safety_head, officer, "others")
    others.all_vehicles = False
    others.save()
    fault(vehicle)
    assert reports_make() == 0
    assert not ReportLook.objects.exists()


def test_another_makers_platform_gets_nothing(
    stranger: Person, other_officer: Person, vehicle: Vehicle
) -> None:
    approved(stranger, other_officer, "theirs")
    fault(vehicle)
    assert reports_make() == 0


def test_hazards_of_the_watch_queues_are_reported_and_taken_back(
    link: PlatformRevision, vehicle: Vehicle, safety_head: Person
) -> None:
    case = WatchCase.objects.create(
        maker=vehicle.maker, queue="over_discharge", vehicle=vehicle, measure=1.0
    )
    assert report_watch_look() == 1
    assert said(made(HAZARDS)[-1])[1] == said(made(HANDLING)[-1])[1] == ("hazard.c11",)
    assert report_watch_look() == 0
    case.state, case.ended_at, case.verdict = "closed", datetime.now(UTC), "safe"
    case.closed_at, case.closed_by, case.verdict_text = case.ended_at, safety_head, "seen"
    case.save()
    assert report_watch_look() == 1
    assert said(made(HAZARDS)[-1])[1] == said(made(HANDLING)[-1])[1] == ()


def refused(vehicle: Vehicle) -> ReportDue:
    fault(vehicle)
    (report,) = made(FAULTS)
    report.state = ReportDue.REFUSED
    report.save()
    return report


def test_what_a_platform_refused_can_be_sent_again_with_its_own_time(
    link: PlatformRevision, vehicle: Vehicle, safety_head: Person
) -> None:
    report = refused(vehicle)
    again = report_repeat(safety_head, report_id=report.pk)
    assert (again.body, again.moment, again.correction) == (report.body, report.moment, 1)
    assert again.repeats == report
    with pytest.raises(WrongState):  # the newer one says how the vehicle stands
        report_repeat(safety_head, report_id=report.pk)
    with pytest.raises(WrongState):  # it is under way
        report_repeat(safety_head, report_id=again.pk)


def test_sending_again_takes_the_grant_and_the_own_maker(
    link: PlatformRevision, vehicle: Vehicle, stranger: Person, operator: Person
) -> None:
    report = refused(vehicle)
    with pytest.raises(NotFound):
        report_repeat(stranger, report_id=report.pk)
    with pytest.raises(NotPermitted):
        report_repeat(operator, report_id=report.pk)
    assert ReportDue.objects.filter(repeats=report).count() == 0


def test_a_build_that_reports_every_change_is_noticed(
    link: PlatformRevision, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "says_the_same", lambda *_: False)
    fault(vehicle)
    fault(vehicle, WORSE, 30, since=0, level=3)
    assert len(made(FAULTS)) == 2
