"""Which vehicles are judged alike, and by which limits: what the snapshot for the engine is made of.

For every maker at once; only the process that writes the snapshot asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from voltward.findings.limits import Group, Revision
from voltward.fleet.models import BatteryType, Configuration, OwnerPeriod, Vehicle, VehicleModel
from voltward.monitoring import limit_states as states
from voltward.monitoring.limit_reckoning import Dated, holding, numbers, timeline
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.models.limits import BATTERY_TYPE, CHEMISTRY, MAKER, VEHICLE_MODEL
from voltward.monitoring.selectors.limits import limit_generation

# whose histories grow by a row with every change that may move a vehicle to another group
_WATCHED: Final = (
    "VehicleEvent", "ConfigurationEvent", "BatteryTypeEvent", "VehicleModelEvent",
    "OwnerPeriodEvent",
)  # fmt: skip
LFP: Final = "01"  # GB/T 32960.3 annex A.2
_OF_BATTERY: Final = (
    "max_working_voltage_v", "rated_voltage_v", "cells", "probes", "capacity_ah",
    "rated_energy_kwh",
)  # fmt: skip
_OF_MODEL: Final = ("top_speed_kmh", "current_sign")


class Kind(NamedTuple):
    """What decides about limits and facts. ``private``: whether a private person's, None unknown."""

    maker: int
    model: int | None
    battery: int | None
    private: bool | None


@dataclass
class Groups:
    """Numbers groups as their first vehicle is met; 0 is for vehicles that no maker has.

    ``revisions``: by maker, scope and subject, as ``_key`` names them.
    """

    revisions: Mapping[tuple[int, str, str], list[Dated]]
    batteries: Mapping[int, BatteryType]
    models: Mapping[int, VehicleModel]
    groups: list[Group] = field(default_factory=lambda: [Group("default")])
    _known: dict[Kind, int] = field(default_factory=dict)

    def of(self, kind: Kind) -> int:
        """The number of the group of such vehicles."""
        if kind not in self._known:
            self._known[kind] = len(self.groups)
            self.groups.append(self._made(kind))
        return self._known[kind]

    def _made(self, kind: Kind) -> Group:
        battery = self.batteries.get(kind.battery or 0)
        model = self.models.get(kind.model or 0)
        chemistry = battery.chemistry if battery else ""
        name = f"m{kind.maker}.v{kind.model or 0}.b{kind.battery or 0}.{_word(kind.private)}"
        return Group(
            name, chemistry, _facts(battery, model, kind.private), self._held(kind, chemistry)
        )

    def _held(self, kind: Kind, chemistry: str) -> tuple[Revision, ...]:
        chain = (
            (MAKER, ""),
            (CHEMISTRY, chemistry),
            (BATTERY_TYPE, str(kind.battery or "")),
            (VEHICLE_MODEL, str(kind.model or "")),
        )
        return timeline([self.revisions.get((kind.maker, *scope), []) for scope in chain])


def limit_groups() -> Groups:
    """The groups with the approved limits; their vehicles are still to come."""
    revisions: dict[tuple[int, str, str], list[Dated]] = {}
    rows = LimitRevision.objects.filter(state=states.APPROVED).select_related("limit_set")
    for one in rows.order_by("number"):
        if one.effective_from is not None:
            begins = int(one.effective_from.timestamp())
            dated = Dated(one.name, one.number, begins, numbers(one.values))
            revisions.setdefault(_key(one), []).append(dated)
    return Groups(revisions, BatteryType.objects.in_bulk(), VehicleModel.objects.in_bulk())


def limit_members(
    groups: Groups, vehicles: QuerySet[Vehicle] | None = None
) -> Iterator[tuple[int, int]]:
    """Vehicle number and group of ``vehicles`` (every one); streams, and fills ``groups``."""
    found = Configuration.objects.values_list("pk", "model_id", "battery_type_id")
    built = {pk: (model, battery) for pk, model, battery in found}
    present = OwnerPeriod.objects.filter(vehicle=OuterRef("pk"), until=None)
    rows = Vehicle.objects.order_by() if vehicles is None else vehicles
    rows = rows.annotate(usage=Subquery(present.values("usage_class")[:1]))
    values = rows.values_list("vehicle_id", "maker_id", "configuration_id", "usage")
    for vehicle, maker, configuration, usage in values.iterator(chunk_size=20_000):
        model, battery = built.get(configuration, (None, None))
        private = None if usage is None else usage == "private"
        yield vehicle, groups.of(Kind(maker, model, battery, private))


def groups_tried(revision: LimitRevision, values: Mapping[str, Any]) -> tuple[Groups, Groups]:
    """The limits in force now, as if always, and the same with ``values`` in the revision's set."""
    present = limit_groups()
    now = int(timezone.now().timestamp())
    held = {
        key: [replace(one, begins=0)]
        for key, revisions in present.revisions.items()
        if (one := holding(revisions, now)) is not None
    }
    tried = {**held, _key(revision): [Dated(revision.name, revision.number, 0, numbers(values))]}
    return Groups(held, present.batteries, present.models), Groups(
        tried, present.batteries, present.models
    )


def limits_seen() -> tuple[int, ...]:
    """Changes with what the snapshot is made of; what commits behind a later change does not show."""
    newest = (
        apps.get_model("fleet", name)._default_manager.aggregate(newest=Max("pgh_id"))["newest"]
        for name in _WATCHED
    )
    return limit_generation(), *(one or 0 for one in newest)


def _key(one: LimitRevision) -> tuple[int, str, str]:
    limit_set = one.limit_set
    subject = limit_set.chemistry or limit_set.battery_type_id or limit_set.vehicle_model_id or ""
    return one.maker_id, limit_set.scope, str(subject)


def _facts(
    battery: BatteryType | None, model: VehicleModel | None, private: bool | None
) -> dict[str, float]:
    """What is known, by ``facts.<name>``. Ω/V count on the highest working voltage, else the rated
    one (GB 18384 practice; GB/T 45688 C.9 does not say).
    """
    found: dict[str, float | None] = {
        f"facts.{name}": getattr(battery, name, None) for name in _OF_BATTERY
    }
    found |= {f"facts.{name}": getattr(model, name, None) for name in _OF_MODEL}
    voltage = "facts.max_working_voltage_v"
    found[voltage] = found[voltage] or found["facts.rated_voltage_v"]
    found["facts.private"] = private
    if battery is not None and battery.chemistry:
        found["facts.is_lfp"] = battery.chemistry == LFP
    return {name: float(value) for name, value in found.items() if value is not None}


def _word(private: bool | None) -> str:
    return {None: "unknown", True: "private", False: "other"}[private]
