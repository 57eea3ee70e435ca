"""Alarms as records: which an actor sees, one by its number, and many locked for a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from voltward.base.errors import BadInput, NotFound
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep, Episode, OwnerAdvice
from voltward.monitoring.models.advice import OPEN
from voltward.monitoring.models.alarms import GRAVE
from voltward.records.models import Person

MOST_AT_ONCE: Final = 1_000


def alarm_visible(actor: Person) -> QuerySet[Alarm]:
    """The alarms of the actor's maker, newest first."""
    rows = Alarm.objects.filter(maker=actor.maker_id).select_related("vehicle", "owner")
    return rows.order_by("-opened_at", "-pk")


def alarm_by_id(actor: Person, alarm_id: int) -> Alarm:
    """
    Raises:
        NotFound: no such alarm, or another maker's; the two look the same.
    """
    alarm = alarm_visible(actor).filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFound(f"alarm {alarm_id}")
    return alarm


def alarms_locked(actor: Person, alarm_ids: Iterable[int]) -> list[Alarm]:
    """These alarms, locked until the transaction ends, always in the same order.

    Raises:
        BadInput: none, or more than MOST_AT_ONCE.
        NotFound: one of them is not there, or another maker's.
    """
    wanted = sorted(set(alarm_ids))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise BadInput(f"alarm_ids: {len(wanted)}, expected 1 to {MOST_AT_ONCE}")
    rows = Alarm.objects.filter(maker=actor.maker_id, pk__in=wanted).order_by("pk")
    # never joined with what may change: of a row that was waited for, PostgreSQL reads only itself anew
    found = list(rows.select_related("vehicle").select_for_update(of=("self",)))
    if len(found) != len(wanted):
        missing = set(wanted) - {alarm.pk for alarm in found}
        raise NotFound(f"alarm {min(missing)}")
    return found


def alarm_locked(actor: Person, alarm_id: int) -> Alarm:
    """One alarm; raises as ``alarms_locked``."""
    return alarms_locked(actor, [alarm_id])[0]


def alarms_of_vehicle(actor: Person, vehicle: Vehicle) -> QuerySet[Alarm]:
    """The alarms of one vehicle, newest first."""
    return alarm_visible(actor).filter(vehicle=vehicle)


def episodes_of_vehicle(actor: Person, vehicle: Vehicle) -> QuerySet[Episode]:
    """What rules in force said of one vehicle, newest first; also what was only a mark of quality."""
    rows = Episode.objects.filter(maker=actor.maker_id, vehicle=vehicle, profile="")
    return rows.order_by("-opened_at", "-pk")


def alarm_waiting(actor: Person) -> QuerySet[Alarm]:
    """What is the actor's to do: own alarms, and grave ones that nobody has; the gravest first."""
    own = Q(owner=actor, state=states.CLAIMED)
    free = Q(state=states.NEW, level__gte=GRAVE)
    return alarm_visible(actor).filter(own | free).order_by("-level", "-opened_at", "-pk")


def alarm_steps(actor: Person, alarm: Alarm) -> Sequence[AlarmStep]:
    """The log of one alarm, oldest first."""
    rows = AlarmStep.objects.filter(maker=actor.maker_id, alarm=alarm)
    return list(rows.select_related("person").order_by("pk"))


def advice_of(actor: Person, alarm: Alarm) -> Sequence[OwnerAdvice]:
    """The advice the owner was given for this alarm, and what is open for the vehicle; newest first."""
    mine = Q(alarm=alarm) | Q(vehicle=alarm.vehicle_id, outcome=OPEN)
    rows = OwnerAdvice.objects.filter(mine, maker=actor.maker_id)
    named = rows.select_related("clock__rule", "outcome_by", "alarm")
    return list(named.prefetch_related("notices__tries").order_by("-started_at", "-pk"))
