"""From the stream of findings to the desk: one alarm per vehicle and rule, and the same twice over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voltward.base.errors import NotPermitted
from voltward.findings.finding import CLEARED, EVENT, OPENED, REOPENED, WORSE, Finding, LimitUsed
from voltward.fleet.models import Vehicle
from voltward.fleet.services import vehicle_register
from voltward.monitoring import states
from voltward.monitoring.events import AlarmAgain, AlarmCleared, AlarmOpened, AlarmWorse
from voltward.monitoring.models import Alarm, AlarmStep, Episode, WaitingFinding
from voltward.monitoring.services.intake import findings_take, waiting_findings_take
from voltward.records import events
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
START = 1_790_000_000


def finding(vehicle: Vehicle, kind: str = OPENED, at: int = 0, **more: object) -> Finding:
    opened = START + int(more.pop("since", at))  # type: ignore[call-overload]
    found = Finding(
        kind, "temperature.high", vehicle.vehicle_id, opened, START + at, (START + at) * 1000 + 500,
        level=1, reported_level=0, command=2, edition=2016, stream="gateway-0", position=2**63 + at,
        state={"speed_kmh": 42.0}, values={"highest_temp_c": 51.0 + at},
        limit=LimitUsed("temperature.high_1_c", 50.0, "℃", "builtin"), cell="8731aa42affffff",
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


def take(*findings: Finding) -> None:
    findings_take(installation(), findings=findings)


def test_an_opened_finding_is_an_alarm_with_its_numbers_and_its_limit(vehicle: Vehicle) -> None:
    take(finding(vehicle, level=3, reported_level=2))
    (alarm,) = Alarm.objects.all()
    assert (alarm.level, alarm.reported_level, alarm.state) == (3, 2, states.NEW)
    assert alarm.first == alarm.worst == {"highest_temp_c": 51.0}
    assert alarm.limit == {
        "key": "temperature.high_1_c", "value": 50.0, "unit": "℃", "revision": "builtin",
    }  # fmt: skip
    assert (alarm.cell, alarm.state_then, alarm.is_reissue) == (
        "8731aa42affffff", {"speed_kmh": 42.0}, False,
    )  # fmt: skip
    (episode,) = Episode.objects.all()
    assert (episode.alarm, int(episode.position), episode.stream) == (alarm, 2**63, "gateway-0")
    assert [step.kind for step in AlarmStep.objects.all()] == ["opened"]
    assert AuditRow.objects.filter(action="finding.take", maker=vehicle.maker).count() == 1


def test_a_stretch_of_the_stream_taken_twice_changes_nothing(vehicle: Vehicle) -> None:
    stretch = (
        finding(vehicle), finding(vehicle, WORSE, 30, since=0, level=2),
        finding(vehicle, CLEARED, 100, since=0), finding(vehicle, OPENED, 200),
    )  # fmt: skip
    take(*stretch)
    before = list(Alarm.objects.values()), list(Episode.objects.values())
    take(*stretch)
    for one in stretch:
        take(one)
    assert (list(Alarm.objects.values()), list(Episode.objects.values())) == before
    assert AlarmStep.objects.count() == 4


def test_taken_one_by_one_or_at_once_it_is_the_same(vehicle: Vehicle, operator: Person) -> None:
    other = vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
    kinds = ((OPENED, 0, 0), (WORSE, 30, 0), (CLEARED, 90, 0), (OPENED, 95, 95), (WORSE, 130, 95))
    at_once = [finding(vehicle, kind, at, since=since, level=2) for kind, at, since in kinds]
    take(*at_once)
    for kind, at, since in kinds:
        take(finding(other, kind, at, since=since, level=2))
    left, right = (Alarm.objects.get(vehicle=one) for one in (vehicle, other))
    for name in ("level", "episodes_number", "first", "last", "worst", "cleared_at", "last_at"):
        assert getattr(left, name) == getattr(right, name), name
    steps = [list(one.steps.order_by("id").values_list("kind", flat=True)) for one in (left, right)]
    assert steps[0] == steps[1] == ["opened", "worse", "cleared", "again", "worse"]


def test_the_condition_again_before_a_verdict_is_the_same_alarm(vehicle: Vehicle) -> None:
    take(finding(vehicle), finding(vehicle, CLEARED, 60, since=0))
    alarm = Alarm.objects.get()
    assert alarm.cleared_at is not None
    take(finding(vehicle, OPENED, 300))
    alarm.refresh_from_db()
    assert (alarm.episodes_number, alarm.cleared_at) == (2, None)


def test_after_a_verdict_it_is_a_new_alarm(vehicle: Vehicle) -> None:
    take(finding(vehicle))
    Alarm.objects.update(state=states.CLOSED, verdict="false", closed_at="2026-01-01T00:00:00Z")
    take(finding(vehicle, WORSE, 30, since=0, level=2), finding(vehicle, OPENED, 300))
    assert sorted(Alarm.objects.values_list("state", "level")) == [("closed", 1), ("new", 1)]
    assert Episode.objects.get(opened_at__lt="2026-09-21T14:13:21Z").level == 2


def test_getting_worse_wakes_what_was_put_aside(vehicle: Vehicle) -> None:
    take(finding(vehicle))
    Alarm.objects.update(state=states.SNOOZED, snoozed_until="2030-01-01T00:00:00Z")
    take(finding(vehicle, WORSE, 10, since=0))
    assert Alarm.objects.get().state == states.SNOOZED  # no graver than what was put aside
    take(finding(vehicle, WORSE, 20, since=0, level=3))
    assert Alarm.objects.values_list("state", "level", "snoozed_until").get() == ("new", 3, None)


def test_marks_of_quality_and_watched_profiles_are_no_alarms(vehicle: Vehicle) -> None:
    take(
        finding(vehicle, rule="sensor.sum", level=0),
        finding(vehicle, rule="hazard.c6", profile="44500"),
    )
    assert Alarm.objects.count() == 0
    assert Episode.objects.filter(alarm=None).count() == 2


def test_an_event_is_over_as_it_happens(vehicle: Vehicle) -> None:
    take(finding(vehicle, EVENT, rule="soc.jump"))
    alarm = Alarm.objects.get()
    assert alarm.cleared_at == alarm.opened_at


def test_a_vehicle_not_on_file_waits_and_is_taken_once_it_is(
    vehicle: Vehicle, operator: Person
) -> None:
    unknown = finding(vehicle, vehicle_id=4711)
    take(unknown, finding(vehicle))
    assert (Alarm.objects.count(), WaitingFinding.objects.count()) == (1, 1)
    assert waiting_findings_take(installation()) == 0
    other = vehicle_register(operator, vin="LVVDB11B0RE000002", key=b"k" * 32)
    Vehicle.objects.filter(pk=other.pk).update(vehicle_id=4711)
    assert waiting_findings_take(installation()) == 1
    assert WaitingFinding.objects.count() == 0
    assert Alarm.objects.filter(vehicle=other).count() == 1


def test_hours_to_judge_again_are_written_nowhere(vehicle: Vehicle) -> None:
    taken = findings_take(installation(), findings=[finding(vehicle, REOPENED, rule="")])
    assert (taken.episodes, taken.alarms, taken.waiting) == (0, 0, 0)
    assert Episode.objects.count() == Alarm.objects.count() == 0


def test_late_data_is_marked_so_until_live_data_says_the_same(vehicle: Vehicle) -> None:
    take(finding(vehicle, late=True, command=3))
    assert Alarm.objects.values_list("is_late", "is_reissue").get() == (True, True)
    take(finding(vehicle, CLEARED, 50, since=0, late=True), finding(vehicle, OPENED, 100))
    assert Alarm.objects.values_list("is_late", flat=True).get() is False


def test_what_happens_is_told_inside_the_transaction(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    for kind in (AlarmOpened, AlarmAgain, AlarmWorse, AlarmCleared):
        monkeypatch.setitem(
            events._LISTENERS, kind, [lambda _actor, event: heard.append(type(event).__name__)]
        )
    take(finding(vehicle), finding(vehicle, WORSE, 30, since=0, level=2))
    take(finding(vehicle, CLEARED, 90, since=0), finding(vehicle, OPENED, 95))
    assert heard == ["AlarmOpened", "AlarmWorse", "AlarmCleared", "AlarmAgain"]


def test_nobody_but_the_platform_takes_findings(
    vehicle: Vehicle, operator: Person, safety_head: Person
) -> None:
    for person in (operator, safety_head):
        with pytest.raises(NotPermitted):
            findings_take(person, findings=[finding(vehicle)])
    assert Alarm.objects.count() == 0


def test_each_maker_has_its_own_alarms(vehicle: Vehicle, other_operator: Person) -> None:
    foreign = vehicle_register(other_operator, vin="LFPHC7PE0K1A00001", key=b"k" * 32)
    take(finding(vehicle), finding(foreign))
    assert {alarm.maker for alarm in Alarm.objects.all()} == {vehicle.maker, foreign.maker}
    assert Maker.objects.count() == 2
