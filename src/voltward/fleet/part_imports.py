"""Part genealogy from a file: which part, of which batch and supplier, was built into which vehicle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from voltward.fleet import bulk
from voltward.fleet.imports import VIN_HEADERS
from voltward.fleet.models import PartRecord, Vehicle
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
from voltward.pages.imports.words import add_words
from voltward.records.copying import among
from voltward.records.models import Person

add_words({"no_vehicle": _("找到“%(found)s”；本企业没有这辆车，应先为车辆建档。")})

LONGEST_NUMBER: Final = 64  # of serials and batches
COLUMNS = (
    ImportColumn(
        "vin", "VIN", "vin", required=True, example="LVVDB11B0RE000001", aliases=VIN_HEADERS,
        hint=_("已建档车辆的 VIN。"),
    ),
    ImportColumn(
        "kind", _("部件"), "choice", required=True, example="驱动电机",
        choices=tuple(PartRecord.KINDS),
        aliases=("部件类型", "零部件", "零件类型", "部件名称", "part", "part kind", "component"),
    ),
    ImportColumn(
        "serial", _("序列号"), required=True, example="TZ220XS0001", longest=LONGEST_NUMBER,
        aliases=("部件序列号", "零件序列号", "编号", "部件编号", "条码", "serial", "serial number"),
        hint=_("同一车辆同一部件的编号；与 VIN、部件一起识别一条记录，不能修改。"),
    ),
    ImportColumn(
        "batch", _("批次"), example="B20260301", longest=LONGEST_NUMBER,
        aliases=("批次号", "批号", "生产批次", "batch", "lot", "lot number"),
    ),
    ImportColumn(
        "supplier", _("供应商"), example="某某电机", longest=80,
        aliases=("供应商名称", "生产企业", "制造商", "supplier", "vendor"),
    ),
    ImportColumn(
        "plant", _("产地"), example="宁波", longest=80,
        aliases=("工厂", "生产工厂", "生产地", "plant", "factory"),
    ),
    ImportColumn(
        "made_on", _("生产日期"), "date", example="2026-03-01",
        aliases=("制造日期", "出厂日期", "production date", "made on"),
    ),
)  # fmt: skip
NATURAL_KEY: Final = ("vin", "kind", "serial")
FILLED: Final = tuple(column.key for column in COLUMNS if column.key not in NATURAL_KEY)
_CAPITALS: Final = ("serial", "batch")  # as they are kept and asked for
Key = tuple[int, str, str]


def judge(actor: Person, rows: Sequence[ParsedRow], target: Target) -> list[Outcome]:
    """New parts, those that are known, and those of vehicles that are not the maker's."""
    del actor
    vins = sorted({row.values["vin"] for row in rows})
    vehicles = Vehicle.objects.filter(among("fleet_vehicle.vin", "text", vins))
    known = dict(vehicles.filter(maker=target.maker_id).values_list("vin", "pk"))
    serials = sorted({_kept("serial", row.values["serial"]) for row in rows})
    parts = PartRecord.objects.filter(
        among("fleet_partrecord.vehicle_id", "bigint", sorted(known.values())),
        among("fleet_partrecord.serial", "text", serials),
    )
    if target.writing:
        parts = parts.select_for_update()
    present = {(part.vehicle_id, part.kind, part.serial): part for part in parts}
    taken: dict[Key, int] = {}
    return [_outcome(row, known.get(row.values["vin"]), present, taken) for row in rows]


def _outcome(
    row: ParsedRow,
    vehicle_id: int | None,
    present: Mapping[Key, PartRecord],
    taken: dict[Key, int],
) -> Outcome:
    if vehicle_id is None:
        return Outcome(row, REFUSED, column="vin", code="no_vehicle")
    values = {key: _kept(key, value) for key, value in row.values.items() if key != "vin"}
    for name in _CAPITALS:  # a capital may be longer than its letter
        if len(values.get(name, "")) > LONGEST_NUMBER:
            return Outcome(row, REFUSED, column=name, code="too_long", expected=str(LONGEST_NUMBER))
    key = (vehicle_id, values["kind"], values["serial"])
    # two serials that differ in case only are one: the file's own check compares them as written
    if taken.setdefault(key, row.number) != row.number:
        return Outcome(row, REFUSED, column="serial", code="duplicate", expected=str(taken[key]))
    given = {name: _plain(values[name]) for name in FILLED if name in values}
    part = present.get(key)
    if part is None:
        return Outcome(row, NEW, after={"vehicle": vehicle_id, **given, "source": "import"})
    present_values = {name: _plain(getattr(part, name)) for name in given}
    return compared(row, part.pk, present_values, given)


def _kept(key: str, value: Any) -> Any:
    return value.upper() if key in _CAPITALS else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Out of JSON: days are days again."""
    return {
        name: date.fromisoformat(value) if name == "made_on" and value else value
        for name, value in values.items()
    }


def apply(actor: Person, outcomes: Sequence[Outcome], target: Target) -> Mapping[int, int]:
    """Parts in bulk, inside the import's own action."""
    del actor, target
    fresh = {one.row.number: _part(one) for one in outcomes if one.result == NEW}
    bulk.parts_add(list(fresh.values()))
    changes = {one.record_id: _fields(one.after) for one in outcomes if one.record_id is not None}
    bulk.parts_change(_rows(list(changes)), changes)
    return {number: part.pk for number, part in fresh.items()}


def _part(one: Outcome) -> PartRecord:
    after = _fields(one.after)
    return PartRecord(
        vehicle_id=after.pop("vehicle"),
        kind=one.row.values["kind"],
        serial=_kept("serial", one.row.values["serial"]),
        **after,
    )


def _rows(pks: Sequence[int]) -> dict[int, PartRecord]:
    rows = PartRecord.objects.filter(among("fleet_partrecord.id", "bigint", pks))
    return {part.pk: part for part in rows}


def undo(actor: Person, changes: Sequence[Change], target: Target) -> Mapping[Any, str]:
    """Take new parts out and put changed ones back, but for those that differ from the import."""
    del actor
    touched = [change.record_id for change in changes]
    rows = PartRecord.objects.select_for_update(of=("self",)).filter(
        among("fleet_partrecord.id", "bigint", touched), vehicle__maker=target.maker_id
    )
    present = {part.pk: part for part in rows}
    kept: dict[Any, str] = {}
    gone: list[PartRecord] = []
    back: dict[int, dict[str, Any]] = {}
    for change in changes:
        part = present.get(change.record_id)
        if part is None:
            kept[change.pk] = "gone"
        elif not _untouched(part, change):
            kept[change.pk] = "changed_since"
        elif change.result == NEW:
            gone.append(part)
        else:
            back[part.pk] = _fields(change.before)
    bulk.parts_change(present, back)
    bulk.parts_remove(gone)
    return kept


def _untouched(part: PartRecord, change: Change) -> bool:
    """Whether the fields of the import are as it left them; a new part has nothing else."""
    if change.result != NEW:
        return all(_plain(getattr(part, name)) == value for name, value in change.after.items())
    left = {**dict.fromkeys(FILLED, ""), "made_on": None, **change.after}
    left["vehicle_id"] = left.pop("vehicle")
    return all(_plain(getattr(part, name)) == value for name, value in left.items())


PARTS = register(
    ImportKind(
        code="part",
        title=_("部件"),
        needs="part.import",
        columns=COLUMNS,
        natural_key=NATURAL_KEY,
        judge=judge,
        apply=apply,
        undo=undo,
    )
)
