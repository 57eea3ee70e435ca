"""One record of each kind that has a page of its own; run in the office's surroundings.

``python -m tests.entry.every_page.subjects VIN_IN_USE`` prints the addresses that no page links to
in the state the records are in, one a line as ``role address``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta

import django
from tests.entry.every_page.subjects_accidents import accidents
from tests.entry.every_page.subjects_downlink import downlink
from tests.entry.every_page.subjects_exchange import frames_of_day, platforms, reports
from tests.entry.every_page.subjects_keys import keys

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the person whose login stops at the second step
LOGIN, PASSWORD = "walker", "correct-horse-battery"


def make(vin: str) -> list[str]:
    """Everything, as the people of the demo would; returns the addresses that are not linked."""

    from voltward.records.selectors import person_by_login

    head, security_admin = (
        person_by_login(f"demo-{one}") for one in ("safety-head", "security-admin")
    )
    for part in (_products, _organisation, _notices, _import, _login, _roster):
        part(head)
    of_draft = _limits(head)
    hold = _desk(head)
    _alarm(head, vin)
    _alarms(head, vin)
    _approvals(security_admin)
    _uploads()
    steps = _lifecycle(head, vin)
    _watch(head, vin)
    platforms(head)
    reports(vin)
    _quality(head, vin)
    keys(head, vin)
    downlink(head, vin)
    accidents(head, vin)
    return [
        "audit-admin /audit/verifications/",  # the first who comes by the audit trail sees no link to it
        *(
            f"safety-head {address}"
            for address in (
                f"/attachments/of/LegalHold:{hold}/",
                *of_draft,
                *steps,
                frames_of_day(vin),
            )
        ),
    ]


def _products(head) -> None:  # type: ignore[no-untyped-def]
    from tests.fleet.places import OUTLET, SITE

    from voltward.fleet.services import places, products

    products.platform_write(head, values={"code": "P1", "name": "Platform one"})
    products.motor_type_write(head, values={"name": "T1"})
    products.controller_type_write(head, values={"name": "K1"})
    products.pack_write(head, values={"code": "0" * 24})
    products.terminal_write(head, values={"serial": "S1"})
    places.outlet_write(head, values=OUTLET)
    places.site_write(head, values=SITE)


def _limits(head) -> list[str]:  # type: ignore[no-untyped-def]
    """Gives the pages that lead from a draft, or from a set with earlier revisions: whoever comes by
    one of the other kind first sees no link to them."""
    from django.utils import timezone

    from voltward.fleet.models import VehicleModel
    from voltward.monitoring.services.fault_codes import fault_code_write
    from voltward.monitoring.services.limit_trials import limit_trial_ask
    from voltward.monitoring.services.limits import limit_draft, limit_propose, limit_write
    from voltward.records.approvals import approval_accept
    from voltward.records.selectors import installation
    from voltward.records.services import person_create

    fault_code_write(head, values={"kind": "motor", "code": "0000001F", "text_zh": "过流"})
    grounds = {"source": "Report 1", "confidence": "B", "reason": "Summer"}
    asker = person_create(
        installation(), login="limits", display_name="Limits", maker=head.maker,
        roles=["quality_engineer"],
    )  # fmt: skip
    approved = []
    for value in (25.0, 30.0):  # two approved ones, so that one can be brought back
        row = limit_draft(asker, scope="maker")
        values = {"thermal.runaway.step_c": {"value": value, **grounds}}
        limit_write(asker, revision_id=row.pk, values=values)
        approval_accept(head, approval_id=limit_propose(asker, revision_id=row.pk, note="x").pk)
        approved.append(row.pk)
    model = VehicleModel.objects.filter(maker=head.maker).first()
    assert model is not None
    row = limit_draft(head, scope="vehicle_model", subject=str(model.pk))
    now = timezone.now()
    trial = limit_trial_ask(
        head, revision_id=row.pk, begins_at=now - timedelta(days=1), ends_at=now
    )
    edits = ("edit/thermal.runaway/", "matrices/", "profile/")
    return [
        f"/limits/trials/{trial.pk}/",
        *(f"/limits/revisions/{row.pk}/{edit}" for edit in edits),
        f"/limits/revisions/{approved[0]}/back/",
        f"/limits/revisions/{approved[0]}/against/{approved[1]}/",
    ]


def _organisation(head) -> None:  # type: ignore[no-untyped-def]
    from voltward.records.services.organisation import post_create, post_fill, unit_create

    top = unit_create(head, code="A", name="Head office")
    below = unit_create(
        head, code="B", name="Outlet with a name of forty characters here", parent_id=top.pk
    )
    post = post_create(head, unit_id=below.pk, name="Shift leader")
    post_fill(head, post_id=post.pk, person_id=head.pk, since=date(2026, 1, 1))


def _desk(head) -> int:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.records.services.attachments import attachment_add
    from voltward.records.services.clocks import clock_start
    from voltward.records.services.holds import hold_place
    from voltward.records.services.tasks import task_assign

    for number, ago in ((1, timedelta(hours=1)), (2, timedelta(days=3))):
        clock_start(
            head, code="fire_basic_samr", subject=f"Incident:{number}", started_at=timezone.now() - ago,
            subject_text=f"Incident {number}", event="Fire", owner=head,
        )  # fmt: skip
    due = timezone.now() + timedelta(days=1)
    task_assign(head, title="Call the outlet back", owner_id=head.pk, due_at=due)
    hold = hold_place(head, reason="Case 1", records=["Vehicle:1", "Vehicle:2"])
    attachment_add(
        head, record_label=f"LegalHold:{hold.pk}", name="order.pdf", parts=[b"%PDF-1"],
        retention_class="recall",
    )  # fmt: skip
    return int(hold.pk)


def _alarms(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.fleet.models import Vehicle
    from voltward.monitoring.models import Alarm, AlarmStep, Webhook, WebhookDelivery
    from voltward.monitoring.services.dispositions import Disposition, disposition_propose
    from voltward.records.selectors import person_by_login

    now, car = timezone.now(), Vehicle.objects.get(vin=vin)
    for level, rule in ((3, "insulation.low"), (1, "hazard.c1")):
        alarm, _made = Alarm.objects.get_or_create(
            vehicle=car, rule=rule, closed_at=None,
            defaults={"maker": car.maker, "level": level, "opened_at": now, "received_at": now,
                      "last_at": now, "first": {"ohm_per_v": 80.0}},
        )  # fmt: skip
        AlarmStep.objects.create(
            maker=car.maker, alarm=alarm, kind="opened", facts={"level": level}
        )
    disposition = Disposition(
        title="Short ones", condition="self_cleared", amount=5, deed="close", verdict="false",
        cause="Cleared by itself", level=1, source="Own rule", effective_from=timezone.localdate() + timedelta(days=1),
    )  # fmt: skip
    disposition_propose(head, disposition=disposition, reason="Too many at night")
    hook = Webhook.objects.create(
        maker=car.maker, name="Workshop", url="https://hooks.example.com/", kinds=["alarm.opened"],
        created_by=person_by_login("demo-system-admin"),
    )  # fmt: skip
    WebhookDelivery.objects.create(
        maker=car.maker, webhook=hook, kind="alarm.opened", event="step:0", body={}, state="sent",
        until_at=now, attempts=1, sent_at=now,
    )  # fmt: skip


def _alarm(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.fleet.selectors import vehicle_by_vin
    from voltward.monitoring.models import Alarm, AlarmStep, Episode

    car, at = vehicle_by_vin(head, vin), timezone.now()
    alarm = Alarm.objects.create(
        maker=car.maker, vehicle=car, rule="insulation.low", level=3, reported_level=2, opened_at=at,
        received_at=at, last_at=at, first={"ohm_per_v": 38.0}, worst={"ohm_per_v": 38.0},
        limit={"key": "insulation.low.level_3", "value": 100.0, "unit": "Ω/V", "revision": "builtin"},
        state_then={"vehicle_state": 1, "charging": 3, "speed_kmh": 62.0, "soc_pct": 78.0},
    )  # fmt: skip
    AlarmStep.objects.create(maker=car.maker, alarm=alarm, kind="opened")
    Episode.objects.create(
        maker=car.maker, vehicle=car, alarm=alarm, rule=alarm.rule, level=3, reported_level=2,
        opened_at=at, received_at=at, last_at=at,
    )  # fmt: skip


def _notices(head) -> None:  # type: ignore[no-untyped-def]
    from django.db import transaction
    from django.utils import timezone

    from voltward.records.services.notice_chains import Step, chain_create
    from voltward.records.services.notice_channels import channel_create
    from voltward.records.services.notices import notice_send

    channel_create(
        head, kind="dingtalk", name="Shift", settings={"origin": "https://oapi.dingtalk.com"},
        secrets={"access_token": "token", "secret": "key"},
    )  # fmt: skip
    chain_create(head, code="urgent", name="Urgent", steps=[Step(3, person_id=head.pk)])
    with transaction.atomic():
        notice_send(
            head, kind="alarm", to=[head], path="/vehicles/", severity=3,
            values={
                "rule": "T1", "level": 3, "vehicle": "LTESTVFH6KV190709", "since_at": timezone.now(),
            },
        )  # fmt: skip


def _import(head) -> None:  # type: ignore[no-untyped-def]
    from voltward.records.services.import_work import import_work
    from voltward.records.services.imports import import_map, import_upload

    content = (
        "VIN,车牌,车型,电池类型\nLVVDB11B0RE000001,京A00001,M1,NCM\nno-vin,京A2,M1,NCM\n".encode()
    )
    run = import_upload(head, kind="vehicle", file_name="cars.csv", pieces=[content])
    import_work()
    run.refresh_from_db()
    import_map(head, run_id=run.pk, mapping=run.mapping)
    import_work()


def _login(head) -> None:  # type: ignore[no-untyped-def]
    from voltward.records import one_time_codes, selectors, services
    from voltward.records.services.factors import totp_add

    walker = services.person_create(
        selectors.installation(), login=LOGIN, display_name="Walker", maker=head.maker,
        roles=["outlet"], password=PASSWORD,
    )  # fmt: skip
    code = one_time_codes.code_at(SECRET, one_time_codes.present_period())
    totp_add(walker, secret=SECRET, code=code)


def _approvals(security_admin) -> None:  # type: ignore[no-untyped-def]
    from voltward.records.selectors import person_by_login
    from voltward.records.services.roles import role_give

    walker = person_by_login(LOGIN)
    role_give(security_admin, person_id=walker.pk, role="safety_head", reason="Deputy in July")


def _quality(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from voltward.exchange.services.quality import quality_days_take
    from voltward.exchange.services.quality_cases import quality_case_open
    from voltward.fleet.selectors import vehicle_by_vin
    from voltward.records import days
    from voltward.records.selectors import installation
    from voltward.uplink.quality.summary import Found, Summary

    car, today = vehicle_by_vin(head, vin), (days.today() - date(1970, 1, 1)).days
    errors = {"range.cells": Found(3, 30_000, 36_000)}
    day = Summary(car.vehicle_id, today - 1, today, rows=100, expected=700, errors=errors)
    quality_days_take(installation(), told=[day])
    quality_case_open(head, model=car.model_name, code="range.cells", reason="Seen on a round")


def _roster(head) -> None:  # type: ignore[no-untyped-def]
    from datetime import time

    from django.utils import timezone

    from voltward.monitoring.duty_times import check_times
    from voltward.monitoring.services.phones import phone_add
    from voltward.monitoring.services.presence_checks import presence_checks_run
    from voltward.monitoring.services.roster import month_make, pattern_write
    from voltward.records import days

    whole = pattern_write(head, name="Day", starts=time(0), ends=time(0), people_needed=1)
    shifts = month_make(
        head, month=days.today().replace(day=1), pattern_id=whole.pk, person_ids=[head.pk]
    )
    present = next(one for one in shifts if one.ends_at > timezone.now())
    present.people.update(since=present.begins_at)
    every = timedelta(hours=4)
    times = check_times(present.seed, head.pk, present.begins_at, present.ends_at, every)
    presence_checks_run(times[0] + timedelta(seconds=1))
    phone_add(head, topic="fire", name="Fire service", number="119", is_personal=False)
    phone_add(head, topic="safety", name="Li", number="13900001234", is_personal=True)


def _lifecycle(head, vin: str) -> list[str]:  # type: ignore[no-untyped-def]
    from voltward.fleet.services.identities import owner_identify
    from voltward.fleet.services.life import vehicle_use
    from voltward.fleet.services.owners import vehicle_sell

    vehicle_use(head, vin=vin, first_used_on=date(2026, 3, 1))
    sold = vehicle_sell(
        head, vin=vin, sold_on=date(2026, 3, 2), kind="person", usage_class="private"
    )
    period = sold.owner_periods.get()
    values = {"name": "王小明", "phone": "13900000000"}
    owner_identify(head, vin=vin, period_id=period.pk, values=values)
    steps = [f"/vehicles/{vin}/do/{step}/" for step in ("offline", "resume", "owner")]
    return [f"/vehicles/{vin}/owners/{period.pk}/", *steps]


def _uploads() -> None:
    """A link over which every frame that came in is owed."""
    from django.conf import settings

    from voltward.entry import places
    from voltward.uplink.links import Link, LinksFile, write_links

    link = Link("national", 0, "127.0.0.1", 9, "PLATFORM", "user", "secret")
    folder = places.links_folder(settings.VOLTWARD)
    write_links(folder, LinksFile(1, (link,)), places.link_key(settings.VOLTWARD))


def _watch(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from django.utils import timezone

    from voltward.fleet.models import BatteryType, Vehicle
    from voltward.monitoring.models import WatchCase, WatchCaseVehicle

    now, vehicle = timezone.now(), Vehicle.objects.get(vin=vin)
    BatteryType.objects.create(maker=head.maker, name="No value of self-discharge")
    numbers = {"offline_d": 75.5, "limit_d": 60.0, "last_at": now.isoformat()}
    limits = {
        "offline.other_d": {
            "value": 60.0, "unit": "天", "source": "C.11", "confidence": "A", "revision": "1.1",
        }
    }  # fmt: skip
    why = {"numbers": numbers, "limits": limits}
    shared = {"maker": head.maker, "measure": 75.5, "now": numbers, "why": why}
    WatchCase.objects.create(queue="long_offline", vehicle=vehicle, **shared)
    share = {"affected": 2, "in_use": 40, "share_pct": 5.0, "share_limit_pct": 5.0, "period_d": 30}
    of_model = {**shared, "now": {**share, "until": now.isoformat()}}
    WatchCase.objects.create(
        queue="model_share", subject="fault:Model", model_name="Model", **of_model
    )
    group = WatchCase.objects.create(queue="dense_parking", vehicles_number=1, **shared)
    WatchCaseVehicle.objects.create(
        maker=head.maker, case=group, vehicle=vehicle, parked_since=now, soc_pct=91, collected_at=now,
        east_m=0, north_m=0, neighbours=1, is_target=True,
    )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    say: Callable[[str], int] = sys.stdout.write
    say("\n".join(make(sys.argv[1])) + "\n")
