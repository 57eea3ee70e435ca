"""Every read of the watch queues by people. Each one asks who is reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from voltward.base.errors import NotFound
from voltward.fleet.models import BatteryType, Vehicle
from voltward.monitoring import states, watch_states
from voltward.monitoring.models import Alarm, WatchCase, WatchCaseVehicle
from voltward.monitoring.models.watch import QUEUES
from voltward.monitoring.selectors.telemetry import latest_by_ids
from voltward.monitoring.selectors.watch_judged import SELF_DISCHARGE
from voltward.monitoring.selectors.watch_limits import limits_in_force
from voltward.records import days
from voltward.records.models import Person

SOON = timedelta(days=7)  # rechecks that a workbench already shows


def case_visible(actor: Person, queue: str = "") -> QuerySet[WatchCase]:
    """The cases of the actor's maker, of one queue or of all."""
    rows = WatchCase.objects.filter(maker=actor.maker)
    rows = rows.filter(queue=queue) if queue else rows
    return rows.select_related("vehicle", "owner")


def case_by_id(actor: Person, case_id: int) -> WatchCase:
    """
    Raises:
        NotFound: no such case, or another maker's; the two look the same.
    """
    rows = case_visible(actor).select_related("closed_by", "previous")
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotFound(f"watch case {case_id}")
    return case


def case_locked(actor: Person, case_id: int) -> WatchCase:
    """One case, locked until the transaction ends; raises as ``case_by_id``."""
    rows = case_visible(actor).select_for_update(of=("self",))
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotFound(f"watch case {case_id}")
    return case


def case_others(actor: Person, case: WatchCase) -> Sequence[WatchCase]:
    """Other cases of the same vehicle, newest first; of a group none."""
    if case.vehicle is None:
        return []
    mine = Q(vehicle=case.vehicle) | Q(members__vehicle=case.vehicle, members__left_at=None)
    rows = case_visible(actor).filter(mine).exclude(pk=case.pk).order_by("-opened_at", "-pk")
    return list(rows[:20])


def queue_counts(actor: Person) -> dict[str, int]:
    """Cases that wait for a verdict, by queue; every queue is there."""
    rows = WatchCase.objects.filter(maker=actor.maker, state__in=watch_states.GOING)
    found = dict(rows.order_by().values_list("queue").annotate(Count("pk")))
    return {queue: found.get(queue, 0) for queue, _title in QUEUES}


def case_to_do(actor: Person, *, owner: Person | None = None) -> QuerySet[WatchCase]:
    """What somebody must do now, the longest waiting first: cases that nobody has, those in hand, and
    rechecks of the coming days. ``owner``: those of one person only."""
    rows = case_visible(actor).filter(
        Q(state__in=(watch_states.OPEN, watch_states.IN_HAND))
        | Q(state=watch_states.RECHECKING, recheck_on__lte=days.today() + SOON)
    )
    return (rows.filter(owner=owner) if owner else rows).order_by("opened_at", "pk")


def members_of(actor: Person, case: WatchCase) -> list[WatchCaseVehicle]:
    """The vehicles of a group, the middle first; those that left come last."""
    rows = WatchCaseVehicle.objects.filter(maker=actor.maker, case=case).select_related("vehicle")
    return sorted(
        rows, key=lambda one: (one.left_at is not None, one.east_m**2 + one.north_m**2, one.pk)
    )


def open_alarms(actor: Person, vehicle_pks: Sequence[int]) -> dict[int, int]:
    """Alarms that are open, by primary key of the vehicle; who has none is left out."""
    rows = Alarm.objects.filter(
        maker=actor.maker, vehicle__in=list(vehicle_pks), state__in=states.OPEN
    )
    return dict(rows.order_by().values_list("vehicle").annotate(Count("pk")))


def last_place(vehicle: Vehicle) -> tuple[float, float] | None:
    """Latitude and longitude as last sent, degrees; None: it sent none.

    Raises:
        StoreAway: the store does not answer.
    """
    state = latest_by_ids([vehicle.vehicle_id]).get(vehicle.vehicle_id)
    values = state.values if state else {}
    latitude, longitude = values.get("latitude_deg"), values.get("longitude_deg")
    return None if latitude is None or longitude is None else (latitude, longitude)


def without_self_discharge(actor: Person) -> list[tuple[BatteryType, int]]:
    """Battery types of vehicles in the books that nobody gave a self-discharge for, and how many
    vehicles are therefore not judged; the most first."""
    limits = limits_in_force(actor.maker_id, days.today())
    known = [
        key
        for key, row in limits.of_battery.get(SELF_DISCHARGE, {}).items()
        if row.value is not None
    ]
    types = BatteryType.objects.filter(maker=actor.maker).exclude(pk__in=known)
    by_name = dict(
        Vehicle.objects.filter(maker=actor.maker, battery_type__in=types.values("name"))
        .order_by().values_list("battery_type").annotate(Count("pk"))
    )  # fmt: skip
    return sorted(
        ((one, by_name.get(one.name, 0)) for one in types),
        key=lambda pair: (-pair[1], pair[0].name),
    )
