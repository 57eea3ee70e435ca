"""Every read of alarms. Each one asks who is reading; ``alarm_changes`` alone reads for all makers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.fleet.models import Vehicle
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep, Episode
from voltward.monitoring.models.alarms import GRAVE
from voltward.records import wall
from voltward.records.actions import label
from voltward.records.models import Clock, Person
from voltward.records.selectors.clocks import clock_going

AGES: Final = (
    ("m10", timedelta(minutes=10)),
    ("h1", timedelta(hours=1)),
    ("d1", timedelta(days=1)),
)
OLDER: Final = "older"
MOST_AT_ONCE: Final = 200
SHOWN_EPISODES: Final = 20
SHOWN_STEPS: Final = 200


def alarm_visible(actor: Person) -> QuerySet[Alarm]:
    """The alarms of the actor's maker, with vehicle and owner.

    ``risk``: what the rule's code begins with; ``age``: code of ``AGES``, by the time of opening.
    """
    now = timezone.now()
    ages = [When(opened_at__gt=now - span, then=Value(code)) for code, span in AGES]
    rows = Alarm.objects.filter(maker=actor.maker).select_related("vehicle", "owner")
    return rows.annotate(
        risk=Func("rule", Value("."), Value(1), function="split_part", output_field=TextField()),
        age=Case(*ages, default=Value(OLDER), output_field=CharField()),
    )


def alarm_open(actor: Person) -> QuerySet[Alarm]:
    """What nobody has come to a verdict on yet."""
    return alarm_visible(actor).filter(state__in=sorted(states.OPEN))


def alarm_by_id(actor: Person, alarm_id: int) -> Alarm:
    """
    Raises:
        NotFound: no such alarm, or another maker's; the two look the same.
    """
    rows = alarm_visible(actor).select_related("vehicle", "owner", "merged_into", "closed_by")
    found = rows.filter(pk=alarm_id).first()
    if found is None:
        raise NotFound(f"alarm {alarm_id}")
    return found


def steps_of(alarm: Alarm) -> QuerySet[AlarmStep]:
    """An alarm's log, newest first."""
    return alarm.steps.select_related("person").order_by("-pk")[:SHOWN_STEPS]


def episodes_of(alarm: Alarm) -> QuerySet[Episode]:
    """What the stream told of an alarm, newest first."""
    return alarm.episodes.order_by("-opened_at", "-pk")[:SHOWN_EPISODES]


@dataclass(frozen=True)
class Before:
    """How often one rule was there before on one vehicle. ``latest``: newest first, ended or not."""

    number: int
    by_verdict: dict[str, int]
    latest: Sequence[Alarm]


def alarm_before(actor: Person, alarm: Alarm, limit: int = 5) -> Before:
    """The history of this rule on this vehicle, without the alarm itself."""
    rows = alarm_visible(actor).filter(vehicle=alarm.vehicle_id, rule=alarm.rule)
    others = rows.exclude(pk=alarm.pk)
    counts = others.order_by().values_list("verdict").annotate(Count("pk"))
    by_verdict = {verdict: number for verdict, number in counts if verdict}
    return Before(others.count(), by_verdict, list(others.order_by("-opened_at", "-pk")[:limit]))


def alarm_open_of(actor: Person, vehicle: Vehicle) -> QuerySet[Alarm]:
    """The open alarms of one vehicle, the gravest first."""
    return alarm_open(actor).filter(vehicle=vehicle).order_by("-urgency", "-pk")


def alarm_worst(actor: Person, limit: int) -> QuerySet[Alarm]:
    """Open alarms, the gravest and then the newest first."""
    return alarm_open(actor).order_by("-urgency", "-pk")[:limit]


def alarm_counts(actor: Person) -> dict[int, int]:
    """How many open alarms of each judged level."""
    counts = Alarm.objects.filter(maker=actor.maker, state__in=sorted(states.OPEN))
    found = counts.order_by().values_list("level").annotate(Count("pk"))
    return dict(found)


def alarm_unclaimed(actor: Person) -> int:
    """Alarms that wait for somebody to take them."""
    return Alarm.objects.filter(maker=actor.maker, state=states.NEW, level__gt=0).count()


def alarm_in_hands(actor: Person) -> QuerySet[Alarm]:
    """What the actor has claimed and would hand over, the gravest first."""
    mine = alarm_visible(actor).filter(owner=actor, state__in=[states.CLAIMED, states.SNOOZED])
    return mine.order_by("-urgency", "-pk")


def grave_alarm_stands(actor: Person, vehicle_label: str) -> bool:
    """Whether a level 3 alarm or thermal event on the vehicle (``Vehicle:17``) is open."""
    kind, _colon, key = vehicle_label.partition(":")
    if kind != "Vehicle" or not key.isdigit():
        return False
    rows = Alarm.objects.filter(maker=actor.maker, vehicle=int(key), level__gte=GRAVE)
    return rows.filter(state__in=sorted(states.OPEN)).exists()


def clocks_of_alarms(actor: Person, alarms: Iterable[Alarm]) -> dict[int, Clock]:
    """The soonest running clock of each alarm, by its number; asked once for all of them."""
    labels = {label(alarm): alarm.pk for alarm in alarms}
    if "clock.read" not in actor.grants or not labels:
        return {}
    found: dict[int, Clock] = {}
    for clock in clock_going(actor).filter(subject__in=list(labels)):
        found.setdefault(labels[clock.subject], clock)
    return found


# ---- what is new, for everybody who watches


@dataclass(frozen=True)
class Change:
    """An alarm as it is after a change. ``number`` grows with each change of any alarm."""

    number: int
    alarm_id: int
    maker_id: int
    level: int
    state: str
    owner_id: int | None
    is_late: bool
    is_cleared: bool

    @property
    def calls(self) -> bool:
        """Whether it must be heard: grave, nobody's yet, and no late data."""
        return self.level >= GRAVE and self.state == states.NEW and not self.is_late


_FIELDS: Final = (
    "change", "pk", "maker_id", "level", "state", "owner_id", "is_late", "cleared_at",
)  # fmt: skip


class _Reached(Func):
    """Up to which transaction this server has come; one sees its own rows before it has ended."""

    template = (
        "greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
        " pg_current_xact_id_if_assigned()::text::bigint + 1)"
    )
    output_field = BigIntegerField()


def alarm_mark() -> int:
    """Where to look from later: the oldest transaction that still runs; what is not seen yet is its or younger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def alarm_changes(since: int, most: int | None = None) -> tuple[list[Change], int]:
    """Alarms of every maker changed since a mark, in the order of their changes, and the next mark.

    While a long transaction runs, its mark stays, and what changed since is given again: whoever
    asks leaves out what he knows. Nothing is ever left out, in whatever order transactions end.
    """
    with wall.within(wall.ALL):
        mark = alarm_mark()
        # numbers that this server has not given out yet come from a restored copy: no news
        own = Q(changed_in__lt=_Reached())
        rows = Alarm.objects.filter(own, changed_in__gte=since).order_by("change")
        return [_change(values) for values in rows.values_list(*_FIELDS)[:most]], mark


def alarm_calling(actor: Person) -> list[Change]:
    """What must be heard now: grave alarms that nobody has claimed, the gravest first."""
    rows = Alarm.objects.filter(
        maker=actor.maker, state=states.NEW, level__gte=GRAVE, is_late=False
    ).order_by("-urgency", "-pk")
    return [_change(values) for values in rows.values_list(*_FIELDS)[:MOST_AT_ONCE]]


def _change(values: tuple[Any, ...]) -> Change:
    number, alarm_id, maker_id, level, state, owner_id, is_late, cleared_at = values
    return Change(
        number,
        alarm_id,
        maker_id,
        level,
        state,
        owner_id,
        is_late,
        is_cleared=cleared_at is not None,
    )
