"""Every read of limits: sets by scope, their revisions, what holds where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.fleet.models import BatteryType, Vehicle, VehicleModel
from voltward.fleet.selectors.products import boundary_visible, product_visible
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_checks import Entry
from voltward.monitoring.models import LimitGeneration, LimitRevision, LimitSet, LimitTrial
from voltward.monitoring.models.limits import BATTERY_TYPE, CHEMISTRY, MAKER, SCOPES, VEHICLE_MODEL
from voltward.records.models import Person

BREADTH = {scope: place for place, (scope, _) in enumerate(SCOPES)}


@dataclass(frozen=True)
class Standing:
    """A revision with how it stands now, and until when it holds."""

    revision: LimitRevision
    stage: str
    ends_at: datetime | None = None


def limit_sets(actor: Person) -> QuerySet[LimitSet]:
    rows = LimitSet.objects.filter(maker=actor.maker)
    return rows.select_related("battery_type", "vehicle_model").order_by("pk")


def limit_set_by_id(actor: Person, set_id: int) -> LimitSet:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    found = limit_sets(actor).filter(pk=set_id).first()
    if found is None:
        raise NotFound(f"limit set {set_id}")
    return found


def limit_revisions(actor: Person) -> QuerySet[LimitRevision]:
    """All revisions of the actor's maker, newest first within a set."""
    rows = LimitRevision.objects.filter(maker=actor.maker)
    return rows.select_related(
        "limit_set__battery_type", "limit_set__vehicle_model", "approval", "drafted_by",
        "proposed_by", "approved_by", "takes_back",
    ).order_by("limit_set", "-number")  # fmt: skip


def limit_revision_by_id(actor: Person, revision_id: int) -> LimitRevision:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    found = limit_revisions(actor).filter(pk=revision_id).first()
    if found is None:
        raise NotFound(f"limit revision {revision_id}")
    return found


def newest_approved(limit_set: LimitSet) -> LimitRevision | None:
    """The approved revision with the highest number; it holds now or will."""
    rows = LimitRevision.objects.filter(limit_set=limit_set, state=states.APPROVED)
    return rows.order_by("-number").first()


def standings(revisions: Sequence[LimitRevision], now: datetime | None = None) -> list[Standing]:
    """How each of a set's revisions stands; ``revisions``: all of one set."""
    now = now or timezone.now()
    return [_standing(one, revisions, now) for one in revisions]


def _standing(one: LimitRevision, among: Sequence[LimitRevision], now: datetime) -> Standing:
    if one.state == states.PROPOSED and one.approval is not None:
        over = one.approval.state in ("refused", "withdrawn")
        return Standing(one, states.REFUSED if over else states.PROPOSED)
    if one.state != states.APPROVED or one.effective_from is None:
        return Standing(one, one.state)
    later = [
        (other.effective_from, other.takes_back_id)
        for other in among
        if other.state == states.APPROVED and other.number > one.number and other.effective_from
    ]
    ends_at, taken = min(later, default=(None, None), key=lambda pair: pair[0])
    stage = states.stage(one.effective_from, ends_at, taken_back=taken == one.pk, now=now)
    return Standing(one, stage, ends_at)


def limits_in_force(actor: Person, at: datetime | None = None) -> dict[int, LimitRevision]:
    """By number of the set: the revision that holds at an instant (now)."""
    rows = limit_revisions(actor).filter(
        state=states.APPROVED, effective_from__lte=at or timezone.now()
    )
    held: dict[int, LimitRevision] = {}
    for one in rows.order_by("number"):
        held[one.limit_set_id] = one
    return held


def wider_values(actor: Person, limit_set: LimitSet) -> Mapping[str, tuple[Entry, LimitRevision]]:
    """What the wider scopes say at present for the vehicles of a set, by key, and who says so.

    A model's vehicles may have several battery types; between it and the maker nothing is certain.
    """
    found: dict[str, tuple[Entry, LimitRevision]] = {}
    for one in _held_by_breadth(actor):
        if _is_wider(one.limit_set, limit_set):
            found.update({key: (entry, one) for key, entry in one.values.items()})
    return found


def _held_by_breadth(actor: Person) -> list[LimitRevision]:
    held = limits_in_force(actor).values()
    return sorted(held, key=lambda one: BREADTH[one.limit_set.scope])


def _is_wider(other: LimitSet, limit_set: LimitSet) -> bool:
    if other.scope == MAKER:
        return limit_set.scope != MAKER
    return (
        other.scope == CHEMISTRY
        and limit_set.scope == BATTERY_TYPE
        and limit_set.battery_type is not None
        and limit_set.battery_type.chemistry == other.chemistry
    )


def limits_by_key(actor: Person) -> dict[str, list[tuple[LimitRevision, Entry]]]:
    """What is in force of each key, from the widest scope to the narrowest."""
    found: dict[str, list[tuple[LimitRevision, Entry]]] = {}
    for one in _held_by_breadth(actor):
        for key, entry in one.values.items():
            found.setdefault(key, []).append((one, entry))
    return found


def chemistry_of(limit_set: LimitSet) -> str:
    """The chemistry whose defaults stand beside a set's values; "" where it holds for several."""
    battery = limit_set.battery_type
    return limit_set.chemistry or (battery.chemistry if battery else "")


def boundary_of(actor: Person, limit_set: LimitSet) -> Any | None:
    """The approved safe-use boundary of the set's battery type that is valid today."""
    if limit_set.battery_type_id is None:
        return None
    rows = boundary_visible(actor).filter(
        battery_type=limit_set.battery_type_id,
        state="approved",
        valid_from__lte=timezone.localdate(),
    )
    return rows.first()


def vehicles_of(limit_set: LimitSet) -> QuerySet[Vehicle]:
    """The vehicles that a set holds for, by their present configuration."""
    rows = Vehicle.objects.filter(maker=limit_set.maker_id)
    if limit_set.scope == CHEMISTRY:
        return rows.filter(configuration__battery_type__chemistry=limit_set.chemistry)
    if limit_set.scope == BATTERY_TYPE:
        return rows.filter(configuration__battery_type=limit_set.battery_type_id)
    if limit_set.scope == VEHICLE_MODEL:
        return rows.filter(configuration__model=limit_set.vehicle_model_id)
    return rows


def scope_choices(actor: Person) -> list[tuple[str, str]]:
    """What a set may hold for: ``scope:key`` and its words, the widest first."""
    types = product_visible(actor, BatteryType).order_by("name")
    models = product_visible(actor, VehicleModel).order_by("name")
    titles = {scope: str(title) for scope, title in SCOPES}
    return [
        (f"{MAKER}:", titles[MAKER]),
        *((f"{CHEMISTRY}:{code}", f"{titles[CHEMISTRY]} · {name}")
          for code, name in BatteryType.CHEMISTRIES),
        *((f"{BATTERY_TYPE}:{one.pk}", f"{titles[BATTERY_TYPE]} · {one.name}") for one in types),
        *((f"{VEHICLE_MODEL}:{one.pk}", f"{titles[VEHICLE_MODEL]} · {one.name}") for one in models),
    ]  # fmt: skip


def trials_of(actor: Person, revision: LimitRevision) -> QuerySet[LimitTrial]:
    rows = LimitTrial.objects.filter(maker=actor.maker, revision=revision)
    return rows.select_related("asked_by").order_by("-pk")


def trial_by_id(actor: Person, trial_id: int) -> LimitTrial:
    """
    Raises:
        NotFound: none such, or another maker's.
    """
    rows = LimitTrial.objects.filter(maker=actor.maker, pk=trial_id)
    found = rows.select_related("revision__limit_set", "asked_by").first()
    if found is None:
        raise NotFound(f"limit trial {trial_id}")
    return found


def limit_generation() -> int:
    """How often approved limits changed."""
    return LimitGeneration.objects.values_list("generation", flat=True).get(pk=1)
