"""Vehicles from a file: the first kind of import. A new column of the spine is one entry here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.vehicle_id import vehicle_id as number_of
from voltward.fleet import bulk, states
from voltward.fleet.keys import vehicle_key
from voltward.fleet.models import Vehicle
from voltward.pages.imports.kinds import (
    NEW,
    REFUSED,
    Change,
    ImportColumn,
    ImportKind,
    Outcome,
    ParsedRow,
    Target,
    compared,
    register,
)
from voltward.records.copying import among
from voltward.records.models import Person

VIN_HEADERS = ("车架号", "车辆识别代号", "车辆识别代码", "车辆VIN", "VIN码", "chassis number")
COLUMNS = (
    ImportColumn(
        "vin", "VIN", "vin", required=True, example="LVVDB11B0RE000001", aliases=VIN_HEADERS,
        hint=_("每辆车的编号；不能修改。"),
    ),
    ImportColumn(
        "plate", _("车牌"), example="京A12345", longest=16,
        aliases=("车牌号", "车牌号码", "号牌", "号牌号码", "license plate", "plate number"),
    ),
    ImportColumn(
        "model_name", _("车型"), example="示例轿跑", longest=80,
        aliases=("车型名称", "车辆型号", "型号", "model name", "vehicle model"),
    ),
    ImportColumn(
        "battery_type", _("电池类型"), example="NCM 96S", longest=80,
        aliases=("动力电池类型", "电池种类", "battery", "battery pack"),
    ),
)  # fmt: skip
# what a file may change; the others follow from it
FILLED = tuple(column.key for column in COLUMNS if column.key != "vin")
KEPT = (*FILLED, "state", "registered_at", "source")


def judge(actor: Person, rows: Sequence[ParsedRow], target: Target) -> list[Outcome]:
    """New VINs, those of the maker's own vehicles, and those that are taken (by whomever)."""
    del actor
    key = vehicle_key()
    wanted = {row.values["vin"]: number_of(row.values["vin"], key) for row in rows}
    found = Vehicle.objects.filter(among("fleet_vehicle.vin", "text", list(wanted)))
    if target.writing:
        found = found.select_for_update()
    known = {vehicle.vin: vehicle for vehicle in found}
    numbers = [number for vin, number in wanted.items() if vin not in known]
    # another VIN has the same number (docs/decisions/001)
    same = Vehicle.objects.filter(among("fleet_vehicle.vehicle_id", "bigint", numbers))
    clashing = set(same.values_list("vehicle_id", flat=True))
    now = timezone.now()
    outcomes = []
    for row in rows:
        vin = row.values["vin"]
        outcomes.append(_outcome(row, known.get(vin), wanted[vin] in clashing, target, now))
    return outcomes


def _outcome(
    row: ParsedRow, vehicle: Vehicle | None, clashes: bool, target: Target, now: datetime
) -> Outcome:
    if clashes or (vehicle is not None and vehicle.maker_id != target.maker_id):
        return Outcome(row, REFUSED, column="vin", code="taken")
    given = {key: _kept(key, value) for key, value in row.values.items() if key != "vin"}
    if vehicle is None:
        after = {**given, "state": states.REGISTERED, "registered_at": now.isoformat()}
        return Outcome(row, NEW, after={**after, "source": "import"})
    if vehicle.state == states.UNREGISTERED:
        state = states.after(vehicle.state, "register")
        given |= {"state": state, "registered_at": now.isoformat()}
    present = {key: _plain(getattr(vehicle, key)) for key in given}
    return compared(row, vehicle.pk, present, given)


def _kept(key: str, value: Any) -> Any:
    return value.upper() if key == "plate" else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _field(key: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if key == "registered_at" and value else value


def apply(actor: Person, outcomes: Sequence[Outcome], target: Target) -> Mapping[int, int]:
    """Vehicles in bulk, inside the import's own action."""
    del actor
    key = vehicle_key()
    fresh = [
        Vehicle(
            maker_id=target.maker_id,
            vin=one.row.values["vin"],
            vehicle_id=number_of(one.row.values["vin"], key),
            **{name: _field(name, value) for name, value in one.after.items()},
        )
        for one in outcomes
        if one.result == NEW
    ]
    bulk.vehicles_add(fresh)
    bulk.vehicles_change(
        [
            (one.record_id, {name: _field(name, value) for name, value in one.after.items()})
            for one in outcomes
            if one.record_id is not None
        ]
    )
    rows = {one.row.values["vin"]: one.row.number for one in outcomes}
    return {rows[vehicle.vin]: vehicle.pk for vehicle in fresh}


def undo(actor: Person, changes: Sequence[Change], target: Target) -> Mapping[Any, str]:
    """Take new vehicles out and put changed ones back, but for those that differ from the import."""
    del actor
    touched = [change.record_id for change in changes]
    rows = Vehicle.objects.select_for_update().filter(maker=target.maker_id)
    present = {row.pk: row for row in rows.filter(among("fleet_vehicle.id", "bigint", touched))}
    kept: dict[Any, str] = {}
    gone: dict[int, Any] = {}
    back: list[tuple[int, dict[str, Any]]] = []
    for change in changes:
        vehicle = present.get(change.record_id)
        if vehicle is None:
            kept[change.pk] = "gone"
        elif not _untouched(vehicle, change):
            kept[change.pk] = "changed_since"
        elif change.result == NEW:
            gone[vehicle.pk] = change.pk
        else:
            before = {name: _field(name, value) for name, value in change.before.items()}
            back.append((vehicle.pk, before))
    bulk.vehicles_change(back)
    in_use = bulk.vehicles_remove(list(gone))
    return kept | {gone[pk]: "in_use" for pk in in_use}


def _untouched(vehicle: Vehicle, change: Change) -> bool:
    """Whether the fields of the import are as it left them; a new vehicle has nothing else."""
    names = KEPT if change.result == NEW else tuple(change.after)
    left = dict.fromkeys(names, "") | dict(change.after)
    return all(_plain(getattr(vehicle, name)) == left[name] for name in names)


def finish(actor: Person, target: Target) -> None:
    """The gateway looks again once, however many vehicles there were."""
    del actor, target
    bulk.registry_changed()


VEHICLES = register(
    ImportKind(
        code="vehicle",
        title=_("车辆"),
        needs="vehicle.register",
        columns=COLUMNS,
        natural_key=("vin",),
        judge=judge,
        apply=apply,
        undo=undo,
        finish=finish,
    )
)
