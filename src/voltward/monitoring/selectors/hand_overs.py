"""Every read of hand-overs: the record, what is missing, and what the desk has open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from voltward.base.errors import NotFound
from voltward.monitoring import states
from voltward.monitoring.duty_ports import OpenItem, hand_over_items
from voltward.monitoring.models import Alarm, HandOver, Shift
from voltward.monitoring.models.alarms import GRAVE
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.roster import shift_visible, shifts_at
from voltward.records.models import Person
from voltward.records.selectors.clocks import clock_going

LISTED: Final = 200
LOOKED_BACK: Final = timedelta(days=62)


def hand_over_visible(actor: Person) -> QuerySet[HandOver]:
    rows = HandOver.objects.filter(maker=actor.maker_id)
    return rows.select_related("shift", "given_by", "taken_by").order_by("-given_at", "-pk")


def hand_over_of(actor: Person, shift: Shift) -> HandOver | None:
    return hand_over_visible(actor).filter(shift=shift).first()


def hand_over_locked(actor: Person, shift: Shift) -> HandOver:
    """
    Raises:
        NotFound: none was given yet.
    """
    rows = HandOver.objects.select_for_update().filter(maker=actor.maker_id, shift=shift)
    found = rows.first()
    if found is None:
        raise NotFound(f"hand-over of shift {shift.pk}")
    return found


def hand_overs_missing(actor: Person, now: datetime) -> QuerySet[Shift]:
    """Shifts of the last two months that ended without being handed over by both, newest first."""
    ended = shift_visible(actor).filter(ends_at__lte=now, ends_at__gt=now - LOOKED_BACK)
    undone = Q(hand_over=None) | Q(hand_over__taken_by=None)
    return ended.filter(undone).select_related("hand_over").order_by("-ends_at", "-pk")


def shifts_after(shift: Shift) -> list[Shift]:
    """Who takes over: the shifts that are on when this one ends."""
    return [one for one in shifts_at(shift.maker_id, shift.ends_at) if one.pk != shift.pk]


def may_give(actor: Person, shift: Shift) -> bool:
    """Those on the shift; of one that nobody was put on, whoever works the desk."""
    people = {one.person_id for one in shift.people.all()}
    return not people or actor.pk in people


def may_take(actor: Person, shift: Shift) -> bool:
    """Those on the next shift; where nobody was put on it, whoever works the desk."""
    people = {one.person_id for later in shifts_after(shift) for one in later.people.all()}
    return not people or actor.pk in people


@hand_over_items("alarms")
def grave_alarms(actor: Person) -> Iterator[OpenItem]:
    """Open alarms of level 3 and above, the gravest first."""
    rows = Alarm.objects.filter(
        maker=actor.maker_id, state__in=sorted(states.OPEN - {states.SNOOZED}), level__gte=GRAVE
    )
    for alarm in rows.select_related("vehicle").order_by("-level", "-opened_at", "-id")[:LISTED]:
        yield _of_alarm("alarm", alarm)


@hand_over_items("snoozed")
def snoozed_alarms(actor: Person) -> Iterator[OpenItem]:
    """Alarms put aside, whatever their level, the first to wake first."""
    rows = Alarm.objects.filter(maker=actor.maker_id, state=states.SNOOZED)
    for alarm in rows.select_related("vehicle").order_by("snoozed_until", "id")[:LISTED]:
        yield _of_alarm("snoozed", alarm, alarm.snoozed_until)


@hand_over_items("clocks")
def desk_clocks(actor: Person) -> Iterator[OpenItem]:
    """Clocks that run against the desk: those of alarms, and those the roles on duty are told of."""
    roles = sorted(actor.roles)
    rows = clock_going(actor).filter(
        Q(subject__begins="Alarm:") | Q(rule__told_roles__overlap=roles)
    )
    for clock in rows[:LISTED]:
        text = f"{clock.rule.title} · {clock.subject_text}"
        yield OpenItem("clock", text, reverse("clock", args=[clock.pk]), due_at=clock.due_at)


def _of_alarm(kind: str, alarm: Alarm, due_at: datetime | None = None) -> OpenItem:
    text = f"{alarm.vehicle.vin} · {rule_title(alarm.rule)} · {alarm.get_state_display()}"
    path = reverse("vehicle-live", args=[alarm.vehicle.vin])
    return OpenItem(kind, text, path, alarm.level, due_at)
