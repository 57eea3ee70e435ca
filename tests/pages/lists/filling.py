"""Rows for every declared list: a few of each kind, as different as their columns allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from voltward.fleet import models as fleet
from voltward.monitoring import models as monitoring
from voltward.monitoring.models import FaultCode
from voltward.monitoring.models.watch import DENSE_PARKING
from voltward.records import models as records
from voltward.records import selectors, services
from voltward.records.actions import write_row
from voltward.records.approvals import KINDS
from voltward.records.models import Maker, Person
from voltward.records.models.notice_ways import Channel, EscalationChain
from voltward.records.origin import coming_from

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NUMBER = 7
Numbers = range(NUMBER)


def fill(of: str, reader: Person) -> None:
    """Add rows of a kind that ``reader`` may see."""
    FILLERS[of](reader)


def of_maker(reader: Person) -> Maker:
    assert reader.maker is not None
    return reader.maker


def vehicles(reader: Person) -> list[fleet.Vehicle]:
    maker = of_maker(reader)
    first = 1000 * (maker.pk % 900)  # six digits, however many makers tests made
    return fleet.Vehicle.objects.bulk_create(
        fleet.Vehicle(
            maker=maker, vin=f"LVVDB11B0RE{first + number:06d}", vehicle_id=first + number,
            model_name=f"车型{number % 3}", battery_type="NCM", state=("registered", "unregistered")[number % 2],
            registered_at=None if number % 2 else timezone.now() - number * DAY,
        )
        for number in Numbers
    )  # fmt: skip


def platforms(reader: Person) -> list[fleet.Platform]:
    maker = of_maker(reader)
    return [
        fleet.Platform.objects.create(maker=maker, code=f"P{number}", name=f"平台{NUMBER - number}")
        for number in Numbers
    ]


def vehicle_models(reader: Person) -> list[fleet.VehicleModel]:
    on, drives = platforms(reader), [code for code, _ in fleet.VehicleModel.DRIVES]
    return [
        fleet.VehicleModel.objects.create(
            maker=of_maker(reader), name=f"车型{number}", drive=drives[number % 3],
            platform=on[number % 2] if number % 3 else None, life_years=12 + number % 4,
            current_sign=(1, -1, None)[number % 3], notice_code=f"N{number % 2}",
        )
        for number in Numbers
    ]  # fmt: skip


def battery_types(reader: Person) -> list[fleet.BatteryType]:
    kinds = [code for code, _ in fleet.BatteryType.CHEMISTRIES]
    return [
        fleet.BatteryType.objects.create(
            maker=of_maker(reader), name=f"电池{number}", chemistry=kinds[number % 3],
            producer=f"厂{number % 2}", cells=96 + number % 3 if number % 4 else None,
            max_working_voltage_v=400.0 + number % 2,
        )
        for number in Numbers
    ]  # fmt: skip


def configurations(reader: Person) -> None:
    of, batteries = vehicle_models(reader), battery_types(reader)
    for number in Numbers:
        fleet.Configuration.objects.create(
            maker=of_maker(reader), model=of[number % 3], name=f"C{number}",
            battery_type=batteries[number % 2] if number % 3 else None,
            protocol_edition=("2016", "2025")[number % 2],
        )  # fmt: skip


def drive_units(kind: type[Any]) -> Callable[[Person], None]:
    def make(reader: Person) -> None:
        for number in Numbers:
            kind.objects.create(
                maker=of_maker(reader), name=f"型{number}", producer=f"厂{number % 2}"
            )

    return make


def packs(reader: Person) -> None:
    of, maker = battery_types(reader), of_maker(reader)
    for number in Numbers:
        fleet.BatteryPack.objects.create(
            maker=maker, code=f"{maker.pk:012d}{number:012d}", battery_type=of[number % 2],
            produced_on=date(2026, 1, 1 + number % 3) if number % 4 else None,
        )  # fmt: skip


def terminals(reader: Person) -> None:
    cars, maker = vehicles(reader), of_maker(reader)
    for number in Numbers:
        fleet.Terminal.objects.create(
            maker=maker, serial=f"S{number}", firmware=f"1.{number % 2}",
            iccid=f"{maker.pk:010d}{number:010d}" if number % 3 else "",
            vehicle=cars[number] if number % 2 else None,
        )  # fmt: skip


def parts(reader: Person) -> None:
    for number, car in enumerate(vehicles(reader)):
        fleet.PartRecord.objects.create(
            vehicle=car, kind=("bms", "motor", "module")[number % 3], serial=f"SN{number}",
            batch=f"L{number % 2}",
        )  # fmt: skip


def approvals(reader: Person) -> None:
    kinds = sorted(KINDS)[:2]
    for number in Numbers:
        records.Approval.objects.create(
            maker=of_maker(reader), kind=kinds[number % 2], title=f"申请{number}",
            asked_by=reader, asked_at=timezone.now() - number * HOUR,
            state=("waiting", "withdrawn")[number % 2],
        )  # fmt: skip


def clocks(reader: Person) -> None:
    rules = list(records.DeadlineRule.objects.filter(maker=None).order_by("pk")[:2])
    now = timezone.now()
    for number in Numbers:
        rule = rules[number % 2]
        records.Clock.objects.create(
            maker=of_maker(reader), rule=rule, code=rule.code, subject=f"Incident:{number}",
            subject_text=f"事故{number % 4}", event="起火", started_at=now - number * HOUR,
            due_at=now + (number % 3) * HOUR if number % 4 else None,
            owner=reader if number % 2 else None, created_by=reader,
            state=("running", "late")[number % 2],
        )  # fmt: skip


def tasks(reader: Person) -> None:
    now = timezone.now()
    for number in Numbers:
        done = number % 3 == 0
        records.AssignedTask.objects.create(
            maker=of_maker(reader), title=f"任务{number}", owner=reader, assigned_by=reader,
            assigned_at=now - number * HOUR, due_at=now + number * HOUR if number % 2 else None,
            done_at=now if done else None, done_by=reader if done else None,
        )  # fmt: skip


def deliveries(kinds: tuple[str, ...]) -> Callable[[Person], None]:
    def make(reader: Person) -> None:
        now = timezone.now()
        for number in Numbers:
            notice = records.Notice.objects.create(
                maker=of_maker(reader), kind=("clock_late", "clock_warning")[number % 2],
                severity=number % 4, asked_by=reader, created_at=now,
                values={"clock": "报告", "subject": f"事故{number}", "due_at": now.isoformat()},
            )  # fmt: skip
            records.Delivery.objects.create(
                notice=notice, person=reader, kind=kinds[number % len(kinds)],
                state=("sent", "failed")[number % 2], attempts=number % 3,
                sent_at=now - number * HOUR if number % 2 else None,
                read_at=now if number % 3 else None,
            )  # fmt: skip

    return make


def imports(reader: Person) -> None:
    for number in Numbers:
        records.ImportRun.objects.create(
            maker=of_maker(reader), kind="vehicle", state=("checked", "failed")[number % 2],
            wanted="", wanted_by=reader, started_by=reader, file_name=f"cars{number}.csv",
            file_sha256="0" * 64, file_bytes=10, created_at=timezone.now() - number * HOUR,
        )  # fmt: skip


def people(reader: Person) -> None:
    for number in Numbers:
        one = services.person_create(
            selectors.installation(), login=f"p{number}-{reader.maker_id}",
            display_name=f"人{number % 4}", maker=of_maker(reader),
            roles=[("auditor", "outlet")[number % 2]],
        )  # fmt: skip
        Person.objects.filter(pk=one.pk).update(is_active=number % 3 > 0)


def accounts(reader: Person) -> None:
    """People, one of whom has a second factor."""
    people(reader)
    one = Person.objects.filter(maker=reader.maker).exclude(pk=reader.pk).first()
    Authenticator.objects.create(user=one, type=Authenticator.Type.TOTP, data={})


def sessions(reader: Person) -> None:
    now = timezone.now()
    for number in Numbers:
        at = now - number * timedelta(seconds=30)
        records.PersonSession.objects.create(
            person=reader, signed_in_at=at, touched_at=at, confirmed_at=at,
            factor=("totp", "webauthn")[number % 2], device=f"Firefox {number}",
        )  # fmt: skip


def deadlines(reader: Person) -> None:
    """Beside the platform's own, one of the maker's for another rule."""
    second = services.person_create(
        selectors.installation(), login=f"second-{reader.maker_id}", display_name="第二人",
        maker=of_maker(reader), roles=["auditor"],
    )  # fmt: skip
    records.DeadlineRule.objects.create(
        maker=reader.maker, code=f"own_{reader.maker_id}", title_zh="自定", title_en="own",
        addressee_zh="本企业", addressee_en="us", starts_from="found", amount=2, unit="day",
        source="企业规定", confidence="A", effective_from=date(2026, 1, 1), proposed_by=reader,
        approved_by=second,
    )  # fmt: skip


def work_days(reader: Person) -> None:
    for number in Numbers:
        records.WorkDay.objects.create(
            maker=reader.maker, on=date(2031 + number % 2, 3, 1 + number), name=f"厂休{number}",
            kind=("holiday", "workday")[number % 2], source="企业通知",
        )  # fmt: skip


def channels(reader: Person) -> None:
    for number in Numbers:
        Channel.objects.create(
            maker=of_maker(reader), kind=("email", "sms")[number % 2], name=f"渠道{number}",
            position=number % 3,
            last_tried_at=timezone.now() - number * HOUR if number % 2 else None,
        )  # fmt: skip


def chains(reader: Person) -> None:
    for number in Numbers:
        EscalationChain.objects.create(
            maker=of_maker(reader), code=f"chain{number}", name=f"链{NUMBER - number}"
        )


def audit(reader: Person) -> None:
    for number in Numbers:
        with coming_from("192.0.2.7", f"ABCD-{number}"):
            write_row(
                reader, ("clock.stop", "task.done")[number % 2], subject=f"Thing:{number}",
                result=("done", "refused")[number % 2],
            )  # fmt: skip


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
    group, over = queue == DENSE_PARKING, number in (2, 5)
    at = timezone.now() - number * DAY
    numbers = {"offline_d": 61.0 + number % 3, "longest_d": 70.0}
    case = monitoring.WatchCase.objects.create(
        maker=of_maker(reader), queue=queue, vehicle=None if group else car, opened_at=at,
        model_name="" if group else car.model_name, usage_class=("", "taxi")[number % 2],
        measure=number % 4, now=numbers, why={"numbers": numbers, "limits": {}},
        vehicles_number=3 + number % 2, ended_at=at if number % 3 else None,
        state="closed" if over else ("open", "rechecking")[number % 2],
        recheck_on=at.date() if number % 2 else None, owner=reader if number % 2 else None,
        verdict="safe" if over else "", verdict_text="现场查看" if over else "",
        closed_by=reader if over else None, closed_at=at if over else None,
    )  # fmt: skip
    if group:
        monitoring.WatchCaseVehicle.objects.create(
            maker=case.maker, case=case, vehicle=car, parked_since=at, soc_pct=90, collected_at=at,
            east_m=0, north_m=0, neighbours=3, is_target=True,
        )  # fmt: skip


FILLERS: dict[str, Callable[[Person], Any]] = {
    "vehicle": vehicles, "platform": platforms, "vehicle_model": vehicle_models,
    "configuration": configurations, "battery_type": battery_types,
    "motor_type": drive_units(fleet.MotorType),
    "controller_type": drive_units(fleet.ControllerType), "pack": packs, "terminal": terminals,
    "part": parts, "approval": approvals, "clock": clocks, "task": tasks,
    "inbox": deliveries(("inbox",)), "delivery": deliveries(("inbox", "email", "sms")),
    "import": imports, "person": people, "account": accounts, "session": sessions, "deadline": deadlines,
    "workday": work_days, "channel": channels, "escalation_chain": chains, "audit": audit, "fault_code": fault_codes,
    "alarm": alarms, "disposition": dispositions, "owner_notice": owner_notices, "webhook": webhooks,
    "shift": shifts, "presence_check": presence_checks, "hand_over": hand_overs,
    **{f"watch_{queue}": watch_cases(queue) for queue, _title in monitoring.watch.QUEUES},
}  # fmt: skip
