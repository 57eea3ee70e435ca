"""Every read of commands to vehicles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from voltward.base.errors import NotFound
from voltward.exchange import downlink_states as states
from voltward.exchange.models import DownlinkCommand, DownlinkStream
from voltward.fleet.models import Vehicle
from voltward.monitoring import states as alarm_states
from voltward.monitoring import watch_states
from voltward.monitoring.models import Alarm, WatchCase
from voltward.records.models import Person

RESENDS: Final = 3  # GB/T 32960.3 annex B: again after 1 min, stop after 3


def downlink_visible(actor: Person) -> QuerySet[DownlinkCommand]:
    """Commands to vehicles of the actor's maker."""
    rows = DownlinkCommand.objects.filter(maker=actor.maker_id)
    return rows.select_related("vehicle", "asked_by", "approved_by")


def downlink_by_id(actor: Person, command_id: int) -> DownlinkCommand:
    """
    Raises:
        NotFound: no such command, or another maker's.
    """
    rows = downlink_visible(actor).select_related("alarm", "case", "approval")
    row = rows.filter(pk=command_id).first()
    if row is None:
        raise NotFound(f"downlink command {command_id}")
    return row


def downlink_of(actor: Person, vehicle: Vehicle) -> QuerySet[DownlinkCommand]:
    """A vehicle's commands, newest first."""
    return downlink_visible(actor).filter(vehicle=vehicle).order_by("-pk")


def grounds_of(actor: Person, vehicle: Vehicle) -> tuple[list[Alarm], list[WatchCase]]:
    """Open alarms and cases of a vehicle: what may make a dangerous command necessary."""
    alarms = Alarm.objects.filter(
        maker=actor.maker_id, vehicle=vehicle, state__in=alarm_states.OPEN
    )
    cases = WatchCase.objects.filter(
        maker=actor.maker_id, vehicle=vehicle, state__in=watch_states.GOING
    )
    return list(alarms.order_by("-pk")[:50]), list(cases.order_by("-pk")[:50])


def downlink_going() -> QuerySet[DownlinkCommand]:
    """Of all makers, those that wait for their vehicle or its answer, in the order they were agreed to."""
    rows = DownlinkCommand.objects.filter(state__in=[states.QUEUED, states.SENT])
    return rows.select_related("vehicle").order_by("approved_at", "pk")


def downlink_offered() -> list[DownlinkCommand]:
    """What gateways should send now: of each vehicle the one in flight, else the next of its queue."""
    first: dict[int, DownlinkCommand] = {}
    for row in downlink_going():
        standing = first.get(row.vehicle_id)
        if standing is None or row.state == states.SENT:
            first[row.vehicle_id] = row
    return [row for row in first.values() if row.attempt > row.sent_attempt]


def downlink_due(now: datetime, retry: timedelta) -> QuerySet[DownlinkCommand]:
    """Those that something follows for by the clock alone."""
    late = Q(state=states.QUEUED, valid_until__lte=now)
    unanswered = Q(state=states.SENT, last_sent_at__lte=now - retry, sent_attempt__gt=0)
    ended = Q(state=states.SENT, sent_at__lte=now - (RESENDS + 1) * retry)
    return DownlinkCommand.objects.filter(late | unanswered | ended)


def position_of(stream: str) -> str:
    """How far ``stream`` was taken; empty: nothing yet."""
    row = DownlinkStream.objects.filter(stream=stream).first()
    return row.position if row else ""
