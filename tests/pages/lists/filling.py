"""Rows for every declared list: a few of each kind, as different as their columns allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone
from tests.pages.lists.filling_accidents import ACCIDENTS
from tests.pages.lists.filling_basics import HOUR, NUMBER, Numbers, of_maker, vehicles
from tests.pages.lists.filling_desk import DESK
from tests.pages.lists.filling_downlink import DOWNLINK
from tests.pages.lists.filling_exchange import EXCHANGE
from tests.pages.lists.filling_keys import KEYS
from tests.pages.lists.filling_places import PLACES
from tests.pages.lists.filling_quality import QUALITY
from tests.pages.lists.filling_reports import REPORTS

from voltward.fleet import models as fleet
from voltward.records import models as records
from voltward.records import selectors, services
from voltward.records.actions import write_row
from voltward.records.approvals import KINDS
from voltward.records.models import Person
from voltward.records.models.notice_ways import Channel, EscalationChain
from voltward.records.origin import coming_from


def fill(of: str, reader: Person) -> None:
    """Add rows of a kind that ``reader`` may see."""
    FILLERS[of](reader)


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


FILLERS: dict[str, Callable[[Person], Any]] = {
    "vehicle": vehicles, "platform": platforms, "vehicle_model": vehicle_models,
    "configuration": configurations, "battery_type": battery_types,
    "motor_type": drive_units(fleet.MotorType),
    "controller_type": drive_units(fleet.ControllerType), "pack": packs, "terminal": terminals,
    "part": parts, "approval": approvals, "clock": clocks, "task": tasks,
    "inbox": deliveries(("inbox",)), "delivery": deliveries(("inbox", "email", "sms")),
    "import": imports, "person": people, "account": accounts, "session": sessions, "deadline": deadlines,
    "workday": work_days, "channel": channels, "escalation_chain": chains, "audit": audit,
    **DESK, **EXCHANGE, **KEYS, **DOWNLINK, **QUALITY, **REPORTS, **ACCIDENTS, **PLACES,
}  # fmt: skip
