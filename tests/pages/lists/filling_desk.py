"""A few rows of each list of the monitoring desk, of the reader's maker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from tests.pages.lists.filling_basics import DAY, HOUR, NUMBER, Numbers, of_maker, vehicles

from voltward.fleet import models as fleet
from voltward.monitoring import models as monitoring
from voltward.monitoring.models import FaultCode
from voltward.monitoring.models.watch import DENSE_PARKING, MODEL_SHARE
from voltward.records import models as records
from voltward.records import selectors, services
from voltward.records.models import Person


def fault_codes(reader: Person) -> None:
    for number in Numbers:
        FaultCode.objects.create(
            maker=of_maker(reader), kind=("motor", "other")[number % 2], code=f"{16 * number:08X}",
            text_zh=f"含义{number % 3}", text_en="" if number % 2 else f"meaning {number}",
            level=number % 4,
        )  # fmt: skip


def alarms(reader: Person) -> list[monitoring.Alarm]:
    """Of seven vehicles, one of which has an owner in Beijing."""
    now, cars = timezone.now(), vehicles(reader)
    fleet.OwnerPeriod.objects.create(
        vehicle=cars[0], kind="person", usage_class="private", region_code="110105",
        since=date(2026, 1, 1),
    )  # fmt: skip
    return [
        monitoring.Alarm.objects.create(
            maker=of_maker(reader), vehicle=car, rule=("insulation.low", "fault.4")[number % 2],
            level=number % 5, reported_level=(0, 2, 255)[number % 3], opened_at=now - number * HOUR,
            received_at=now, last_at=now, cleared_at=now if number % 2 else None,
            owner=reader if number % 3 else None, state=("new", "claimed")[number % 2],
            is_late=number % 4 == 0, first={"ohm_per_v": 80.0 + number},
            limit={"key": "insulation.low", "value": 100.0, "unit": "Ω/V", "revision": "builtin"},
        )
        for number, car in enumerate(cars)
    ]  # fmt: skip


def dispositions(reader: Person) -> None:
    for number in Numbers:
        monitoring.DispositionRule.objects.create(
            maker=of_maker(reader), title=f"处置{NUMBER - number}", level=1 + number % 2,
            condition=("self_cleared", "many_a_day")[number % 2], amount=5 + number, deed="close",
            verdict="false", cause="自行解除", source="企业规定", effective_from=date(2026, 1, 1),
            state=("proposed", "ended")[number % 2], proposed_by=reader,
        )  # fmt: skip


def owner_notices(reader: Person) -> None:
    now = timezone.now()
    for number, alarm in enumerate(alarms(reader)):
        advice = monitoring.OwnerAdvice.objects.create(
            maker=alarm.maker, vehicle=alarm.vehicle, alarm=alarm, family="fault",
            code="service_fault_1", level=1, started_at=now,
        )  # fmt: skip
        monitoring.OwnerNotice.objects.create(
            maker=alarm.maker, vehicle=alarm.vehicle, advice=advice, alarm=alarm,
            kind=("owner_fault_1", "owner_fault_2")[number % 2], way=("sms", "terminal")[number % 2],
            level=1 + number % 2, title="提示", body=f"请进站 {number}", attempts=number,
            state=("sent", "recorded")[number % 2], created_at=now - number * HOUR,
        )  # fmt: skip


def webhooks(reader: Person) -> None:
    for number in Numbers:
        monitoring.Webhook.objects.create(
            maker=of_maker(reader), name=f"系统{NUMBER - number}", url=f"https://example.com/{number}",
            kinds=["alarm.opened", "alarm.closed"][: 1 + number % 2], created_by=reader,
        )  # fmt: skip


def shifts(reader: Person) -> list[monitoring.Shift]:
    maker, now = of_maker(reader), timezone.now()
    of = [
        monitoring.ShiftPattern.objects.create(maker=maker, name=name, starts="08:00", ends="16:00")
        for name in ("早班", "夜班")
    ]
    made = []
    for number in Numbers:
        begins = now + (number - 3) * DAY
        row = monitoring.Shift.objects.create(
            maker=maker, pattern=of[number % 2], name=of[number % 2].name, begins_at=begins,
            ends_at=begins + 8 * HOUR, people_needed=1 + number % 2, made_by=reader,
        )  # fmt: skip
        if number % 3:
            monitoring.ShiftPerson.objects.create(maker=maker, shift=row, person=reader)
        made.append(row)
    return made


def presence_checks(reader: Person) -> None:
    rule = records.DeadlineRule.objects.get(maker=None, code="duty_presence_answer")
    states = [code for code, _ in monitoring.PresenceCheck.STATES]
    for number, row in enumerate(shifts(reader)):
        state = states[number % 4]
        answered = row.begins_at + HOUR if state in ("answered", "late") else None
        monitoring.PresenceCheck.objects.create(
            maker=row.maker, shift=row, person=reader, rule=rule, planned_at=row.begins_at,
            asked_at=row.begins_at, answer_by=row.begins_at + HOUR, state=state,
            answered_at=answered, escalated_at=row.ends_at if state == "missed" else None,
        )  # fmt: skip


def hand_overs(reader: Person) -> None:
    taker = services.person_create(
        selectors.installation(), login=f"taker-{of_maker(reader).pk}", display_name="接班人",
        maker=of_maker(reader), roles=["monitoring_operator"],
    )  # fmt: skip
    for number, row in enumerate(shifts(reader)):
        done = number % 2
        monitoring.HandOver.objects.create(
            maker=row.maker, shift=row, note="无", given_by=reader, given_at=row.ends_at,
            items=[{}] * (number % 3), taken_by=taker if done else None,
            taken_at=row.ends_at if done else None,
        )  # fmt: skip


def watch_cases(queue: str) -> Callable[[Person], None]:
    def make(reader: Person) -> None:
        for number, car in enumerate(vehicles(reader)):
            _watch_case(reader, queue, number, car)

    return make


def _watch_case(reader: Person, queue: str, number: int, car: fleet.Vehicle) -> None:
    group, model, over = queue == DENSE_PARKING, queue == MODEL_SHARE, number in (2, 5)
    at = timezone.now() - number * DAY
    numbers = {"offline_d": 61.0 + number % 3, "longest_d": 70.0}
    case = monitoring.WatchCase.objects.create(
        maker=of_maker(reader), queue=queue, opened_at=at, vehicle=None if group or model else car,
        subject=f"{('fault', 'hazard')[number % 2]}:{car.model_name}{number}" if model else "",
        model_name="" if group else car.model_name, usage_class=("", "taxi")[number % 2],
        measure=number % 4, now=numbers, why={"numbers": numbers, "limits": {}},
        vehicles_number=3 + number % 2, ended_at=at if number % 3 else None,
        state="closed" if over else ("open", "rechecking")[number % 2],
        recheck_on=at.date() if number % 2 else None, owner=reader if number % 2 else None,
        verdict=("batch" if model else "safe") if over else "", verdict_text="现场查看" if over else "",
        closed_by=reader if over else None, closed_at=at if over else None,
    )  # fmt: skip
    if group:
        monitoring.WatchCaseVehicle.objects.create(
            maker=case.maker, case=case, vehicle=car, parked_since=at, soc_pct=90, collected_at=at,
            east_m=0, north_m=0, neighbours=3, is_target=True,
        )  # fmt: skip


DESK: dict[str, Callable[[Person], Any]] = {
    "fault_code": fault_codes, "alarm": alarms, "disposition": dispositions,
    "owner_notice": owner_notices, "webhook": webhooks, "shift": shifts,
    "presence_check": presence_checks, "hand_over": hand_overs,
    **{f"watch_{queue}": watch_cases(queue) for queue, _title in monitoring.watch.QUEUES},
}  # fmt: skip
