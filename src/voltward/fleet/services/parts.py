"""Writes to what a vehicle is made of: parts, packs and software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.fleet.models import BatteryPack, PackFitting, PartRecord, SoftwareVersion, Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.fleet.services.writing import saved
from voltward.records.actions import action, record
from voltward.records.models import Person

BATCH = 5000
_INSERT = """
    INSERT INTO fleet_partrecord (vehicle_id, kind, serial, batch, supplier, plant, made_on, source)
    SELECT part.*, %s FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::date[]) AS part ON CONFLICT DO NOTHING
"""
_KINDS = frozenset(code for code, _ in PartRecord.KINDS)


@dataclass(frozen=True)
class Part:
    """One line of a genealogy as it comes in."""

    vin: str
    kind: str
    serial: str
    batch: str = ""
    supplier: str = ""
    plant: str = ""
    made_on: date | None = None


@action("parts.add", needs="vehicle.write")
def parts_add(actor: Person, *, parts: Sequence[Part], source: str = "import") -> int:
    """Add parts to vehicles, all or none; returns how many were new. Repeating adds nothing.

    Raises:
        BadInput: a line that does not fit; the text names its number and what is wrong.
        NotFound: a VIN that is no vehicle of the actor's maker; the text names the first.
    """
    if source not in dict(PartRecord.SOURCES):
        raise BadInput(f"source: {source!r}")
    for number, part in enumerate(parts, 1):
        _check(number, part)
    vehicles = _vehicles(actor, {part.vin.strip().upper() for part in parts})
    added = sum(
        _insert(vehicles, parts[start : start + BATCH], source)
        for start in range(0, len(parts), BATCH)
    )
    Vehicle.objects.filter(pk__in=vehicles.values()).update(registration_missing=None)
    subject = Vehicle(pk=next(iter(vehicles.values()), None)) if len(vehicles) == 1 else actor
    after = {"parts": added, "vehicles": len(vehicles), "source": source}
    record(actor, "parts.add", subject, before={}, after=after)
    return added


def _check(number: int, part: Part) -> None:
    serial = part.serial.strip()
    if part.kind not in _KINDS:
        raise BadInput(
            f"line {number}: kind {part.kind!r} is not one of {', '.join(sorted(_KINDS))}"
        )
    if not 0 < len(serial) <= 64 or len(part.batch) > 64:
        raise BadInput(
            f"line {number}: serial and batch have up to 64 characters, a serial at least 1"
        )
    if max(len(part.supplier), len(part.plant)) > 80:
        raise BadInput(f"line {number}: supplier and plant have up to 80 characters")
    if any("\0" in text for text in (serial, part.batch, part.supplier, part.plant)):
        raise BadInput(f"line {number}: a zero octet")


def _vehicles(actor: Person, vins: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = sorted(vins)
    for start in range(0, len(wanted), BATCH):
        rows = Vehicle.objects.filter(maker=actor.maker, vin__in=wanted[start : start + BATCH])
        found |= dict(rows.values_list("vin", "pk"))
    if missing := sorted(vins - set(found)):
        raise NotFound(f"vehicle {missing[0]}, and {len(missing) - 1} more")
    return found


def _insert(vehicles: dict[str, int], parts: Sequence[Part], source: str) -> int:
    """One statement of arrays: several times as fast as rows of parameters, and it counts."""
    columns = (
        [vehicles[part.vin.strip().upper()] for part in parts],
        [part.kind for part in parts],
        [part.serial.strip().upper() for part in parts],
        [part.batch.strip().upper() for part in parts],
        [part.supplier.strip() for part in parts],
        [part.plant.strip() for part in parts],
        [part.made_on for part in parts],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [source, *columns])
        return int(cursor.rowcount)


@action("pack.fit", needs="vehicle.write")
def pack_fit(actor: Person, *, vin: str, code: str, fitted_on: date) -> PackFitting:
    """Put a pack into a vehicle; a code that is not known yet is added.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        WrongState: the pack is in a vehicle.
        BadInput: no battery code, one that is taken by another maker, or a date out of order.
    """
    vehicle = vehicle_locked(actor, vin)
    code = code.strip().upper()
    pack = BatteryPack.objects.select_for_update().filter(maker=actor.maker, code=code).first()
    if pack is None:
        kind = vehicle.configuration.battery_type if vehicle.configuration else None
        pack = saved(BatteryPack(maker=vehicle.maker, code=code, battery_type=kind))
    last = pack.fittings.order_by("-fitted_on").first()
    if last is not None and last.removed_on is None:
        raise WrongState(f"pack {code} is in a vehicle since {last.fitted_on}")
    if last is not None and last.removed_on is not None and fitted_on < last.removed_on:
        raise BadInput(f"fitted_on {fitted_on}: the pack was taken out on {last.removed_on}")
    fitting = saved(PackFitting(pack=pack, vehicle=vehicle, fitted_on=fitted_on))
    _to_reckon(vehicle)
    after = {"pack": code, "fitted_on": fitted_on.isoformat()}
    record(actor, "pack.fit", vehicle, before={}, after=after)
    return fitting


@action("pack.remove", needs="vehicle.write")
def pack_remove(actor: Person, *, fitting_id: int, removed_on: date) -> PackFitting:
    """Take a pack out of its vehicle.

    Raises:
        NotFound: no such fitting of the actor's maker.
        WrongState: it was taken out already.
        BadInput: before it was put in.
    """
    rows = PackFitting.objects.select_for_update(of=("self",)).select_related("pack", "vehicle")
    fitting = rows.filter(pk=fitting_id, vehicle__maker=actor.maker).first()
    if fitting is None:
        raise NotFound(f"fitting {fitting_id}")
    if fitting.removed_on is not None:
        raise WrongState(f"pack {fitting.pack.code} was taken out on {fitting.removed_on}")
    if removed_on < fitting.fitted_on:
        raise BadInput(f"removed_on {removed_on}: put in on {fitting.fitted_on}")
    fitting.removed_on = removed_on
    saved(fitting)
    _to_reckon(fitting.vehicle)
    after = {"pack": fitting.pack.code, "removed_on": removed_on.isoformat()}
    record(actor, "pack.remove", fitting.vehicle, before={}, after=after)
    return fitting


@action("software.install", needs="vehicle.write")
def software_install(
    actor: Person, *, vin: str, unit: str, version: str, installed_at: datetime
) -> SoftwareVersion:
    """Note which version was put on a control unit of a vehicle.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        BadInput: a value that does not fit, or two versions on one unit at one time.
    """
    vehicle = vehicle_locked(actor, vin)
    row = saved(
        SoftwareVersion(vehicle=vehicle, unit=unit.strip().upper(), version=version.strip(),
                        installed_at=installed_at)
    )  # fmt: skip
    after = {"unit": row.unit, "version": row.version, "installed_at": installed_at.isoformat()}
    record(actor, "software.install", vehicle, before={}, after=after)
    return row


def _to_reckon(vehicle: Vehicle) -> None:
    Vehicle.objects.filter(pk=vehicle.pk).update(registration_missing=None)
