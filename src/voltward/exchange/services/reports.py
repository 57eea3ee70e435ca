"""Makes the reports of GB/T 45688 out of alarms: what is told, when, and to which platforms.

What happens to an alarm leaves a line in a queue, in its own transaction; one process works it off,
so that two of its steps never make reports side by side. A state that has been told is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from voltward.base.errors import WrongState
from voltward.base.right_of_way import FINDINGS
from voltward.exchange.models import PlatformRevision, ReportDue, ReportLook
from voltward.exchange.report_bodies import (
    FAULT_RULES,
    NO_LEVEL,
    abnormal_of,
    fault_body,
    handling_body,
    hazard_body,
    says_the_same,
)
from voltward.exchange.selectors import reports as selectors
from voltward.exchange.services.manual_reports_opening import is_thermal, manual_reports_of
from voltward.findings.catalogue import rule_of
from voltward.monitoring.events import (
    AlarmAgain,
    AlarmCleared,
    AlarmClosed,
    AlarmOpened,
    AlarmWorse,
)
from voltward.records.actions import action, record
from voltward.records.copying import copy_in
from voltward.records.events import listen_together
from voltward.records.models import Person
from voltward.records.selectors import installation
from voltward.uplink.reports import ACCIDENT, FAULTS, HANDLING, HAZARDS

MAKE: Final = "report.make"
REPEAT: Final = "report.repeat"
AT_ONCE: Final = 500


_Change = AlarmOpened | AlarmAgain | AlarmWorse | AlarmCleared | AlarmClosed


@listen_together(AlarmOpened, AlarmAgain, AlarmWorse, AlarmCleared, AlarmClosed)
def _changed(actor: Person, events: Sequence[_Change]) -> None:
    del actor
    copy_in([_look(one) for one in events if one.alarm.rule in selectors.REPORTED])


def _look(event: _Change) -> ReportLook:
    alarm = event.alarm
    look = ReportLook(
        maker_id=alarm.maker_id, vehicle_id=alarm.vehicle_id, alarm=alarm, rule=alarm.rule
    )
    look.judged = not isinstance(event, AlarmClosed)
    look.happened = isinstance(event, AlarmOpened | AlarmAgain)
    look.handled = isinstance(event, AlarmOpened | AlarmClosed)
    match event:
        case AlarmOpened():
            look.moment = alarm.opened_at
        case AlarmCleared():
            look.moment = alarm.cleared_at or alarm.last_at
        case AlarmClosed():
            look.moment = alarm.closed_at or timezone.now()
        case _:
            look.moment = alarm.last_at
    return look


def reports_make() -> int:
    """Work off the queue; gives how many reports were made."""
    actor, made = installation(), 0
    rows = ReportLook.objects.select_related("vehicle", "alarm__vehicle")
    looks = list(rows.order_by("pk")[:AT_ONCE])
    makers = selectors.makers_reporting() if looks else frozenset()
    nobodys = [one.pk for one in looks if one.maker_id not in makers]
    ReportLook.objects.filter(pk__in=nobodys).delete()
    for look in (one for one in looks if one.maker_id in makers):
        FINDINGS.give()
        with transaction.atomic():
            links = selectors.links_reporting(look.vehicle)
            wanted = list(_wanted(look, links))
            if wanted:
                _reports_make(actor, look=look, wanted=wanted)
            if look.judged and look.alarm is not None and is_thermal(look.alarm):
                manual_reports_of(look.alarm, links, look.moment, wanted)
            look.delete()
        made += len(wanted)
    return made


def _wanted(look: ReportLook, links: list[PlatformRevision]) -> Iterator[ReportDue]:
    """One for each platform and kind of message whose last word was another."""
    if not links:
        return
    bodies = [_result(look)] if look.judged else []
    if look.handled:
        now = timezone.now().replace(microsecond=0)
        bodies.append((HANDLING, now, handling_body(now, selectors.unhandled_of(look.vehicle))))
    for link in links:
        for command, moment, body in bodies:
            found = _new(look, link.platform_id, command, moment, body)
            if found is not None:
                yield found


def _result(look: ReportLook) -> tuple[int, datetime, bytes]:
    moment = look.moment.replace(microsecond=0)
    now = selectors.vehicle_now(look.vehicle, moment)
    abnormal = now.abnormal | {look.rule} if look.happened else now.abnormal
    if look.rule not in FAULT_RULES:
        return HAZARDS, moment, hazard_body(moment, abnormal, now.normal)
    level = now.level
    if look.happened and look.rule not in now.abnormal and look.alarm is not None:
        # it was over before it could be told: then with the level it had
        known = [one for one in (level, look.alarm.reported_level) if one != NO_LEVEL]
        level = max(known, default=NO_LEVEL)
    return FAULTS, moment, fault_body(moment, level, abnormal)


def _new(
    look: ReportLook, platform_id: int, command: int, moment: datetime, body: bytes
) -> ReportDue | None:
    """None: the platform knows that already."""
    last = selectors.report_last(platform_id, look.vehicle_id, command)
    rule = rule_of(look.rule)
    # a trip that is judged anew is news, though it names the same item
    is_news = command != HANDLING and look.happened and rule is not None and rule.is_event
    if last is None and not abnormal_of(command, body):
        return None
    if last is not None and not is_news and says_the_same(command, bytes.fromhex(last.body), body):
        return None
    return ReportDue(
        maker_id=look.maker_id, platform_id=platform_id, vehicle_id=look.vehicle_id,
        command=command, moment=moment, body=body.hex(), alarm_id=look.alarm_id,
        correction=_correction(platform_id, look.vehicle_id, command, moment),
    )  # fmt: skip


def _correction(platform_id: int, vehicle_id: int, command: int, moment: datetime) -> int:
    return ReportDue.objects.filter(
        platform=platform_id, vehicle=vehicle_id, command=command, moment=moment
    ).count()


@action(MAKE, needs=MAKE)
def _reports_make(actor: Person, *, look: ReportLook, wanted: list[ReportDue]) -> None:
    ReportDue.objects.bulk_create(wanted)
    told = [{"platform": one.platform_id, "command": one.command, "id": one.pk} for one in wanted]
    record(
        actor, MAKE, look.vehicle, before={}, after={"rule": look.rule, "reports": told},
        maker_id=look.maker_id,
    )  # fmt: skip


@action(REPEAT, needs="exchange.manage")
def report_repeat(actor: Person, *, report_id: int) -> ReportDue:
    """Send a report again that a platform refused or never answered, with its own time.

    Raises:
        NotFound: none, or another maker's.
        WrongState: it is under way or accepted, or a newer one says how the vehicle stands.
    """
    found = selectors.report_by_id(actor, report_id)
    if found.state not in (ReportDue.REFUSED, ReportDue.UNANSWERED):
        raise WrongState(f"report {report_id} is {found.state}")
    last = selectors.report_last(found.platform_id, found.vehicle_id, found.command)
    if last != found and found.command != ACCIDENT:
        raise WrongState(f"report {report_id}: a newer one follows it")
    again = ReportDue.objects.create(
        maker_id=found.maker_id, platform=found.platform, vehicle=found.vehicle,
        command=found.command, moment=found.moment, body=found.body, alarm=found.alarm,
        repeats=found,
        correction=_correction(
            found.platform_id, found.vehicle_id, found.command, found.moment
        ),
    )  # fmt: skip
    record(actor, REPEAT, again, before={}, after={"repeats": found.pk})
    return again
