"""Every read of manual reports, and of what they are opened for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.exchange import manual_report_states as states
from voltward.exchange.models import ManualReport
from voltward.exchange.selectors.link_rules import link_rule, span_of
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import NOT_REPORTED, THERMAL_EVENT
from voltward.monitoring.selectors.roster import on_duty
from voltward.records.models import Person
from voltward.records.selectors.recipients import grant_holders

DUE: Final = "manual_report"  # codes of the dated rules
SAME_EVENT: Final = "manual_report_event"
TO_THE_MINUTE: Final = timedelta(minutes=1)


def manual_report_visible(actor: Person) -> QuerySet[ManualReport]:
    """Those of the actor's maker."""
    rows = ManualReport.objects.filter(maker=actor.maker_id)
    return rows.select_related(
        "platform", "vehicle", "alarm", "report", "recorded_by", "closed_by", "maker"
    )


def manual_report_by_id(actor: Person, report_id: int) -> ManualReport:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    found = manual_report_visible(actor).filter(pk=report_id).first()
    if found is None:
        raise NotFound(f"manual report {report_id}")
    return found


def manual_report_locked(actor: Person, report_id: int) -> ManualReport:
    """As ``manual_report_by_id``, locked until the transaction ends."""
    found = manual_report_by_id(actor, report_id)
    return ManualReport.objects.select_for_update().get(pk=found.pk)


def manual_reports_to_do(actor: Person, but: Person | None = None) -> QuerySet[ManualReport]:
    """What is to be reported or looked at, the oldest first; not what ``but`` recorded themselves."""
    rows = manual_report_visible(actor).filter(state__in=states.GOING).order_by("opened_at", "pk")
    return rows if but is None else rows.exclude(state=states.RECORDED, recorded_by=but)


def event_gap(maker_id: int) -> timedelta:
    """How long nothing may be sent for it to be one event still; switched off: none at all."""
    rule = link_rule(maker_id, SAME_EVENT, timezone.now())
    return timedelta() if rule is None else span_of(rule)


def manual_report_of(
    platform_id: int, number: int, begins_at: datetime, ends_at: datetime, alarm: Alarm | None,
    gap: timedelta,
) -> ManualReport | None:  # fmt: skip
    """That of the same event: of the same alarm, or not further apart than ``gap``."""
    rows = ManualReport.objects.filter(platform=platform_id, number=number)
    near = Q(begins_at__lte=ends_at + gap, ends_at__gte=begins_at - gap)
    same = near if alarm is None else near | Q(alarm=alarm)
    return rows.filter(same).order_by("begins_at", "pk").first()


def says_nothing_new(row: ManualReport, begins_at: datetime, ends_at: datetime) -> bool:
    """Whether the event is known to have lasted from and to there, to a minute."""
    return row.begins_at <= begins_at and ends_at < row.ends_at + TO_THE_MINUTE


def thermal_alarm(
    vehicle_id: int | None, begins_at: datetime, ends_at: datetime, gap: timedelta
) -> Alarm | None:
    """The newest alarm of a thermal event that held then."""
    rows = Alarm.objects.filter(vehicle=vehicle_id, opened_at__lte=ends_at + gap)
    held = rows.filter(Q(cleared_at=None) | Q(cleared_at__gte=begins_at - gap))
    reported = Q(reported_level__gte=THERMAL_EVENT) & ~Q(reported_level=NOT_REPORTED)
    thermal = held.filter(Q(level__gte=THERMAL_EVENT) | reported)
    return thermal.order_by("-opened_at", "-pk").first()


def manual_report_people(maker_id: int, grant: str) -> list[Person]:
    """Who is on duty and may report; where nobody is, everybody who may."""
    holders, now = grant_holders(maker_id, grant), timezone.now()
    return [one for one in holders if on_duty(one, now)] or holders
