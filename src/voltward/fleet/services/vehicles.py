"""Putting vehicles into the books, changing what the books say, and admission from the line."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from voltward.base.errors import BadInput, WrongState
from voltward.base.vehicle_id import vehicle_id as number_of
from voltward.base.vin import has_vin_form, wmi
from voltward.fleet import states
from voltward.fleet.models import Configuration, RegistryGeneration, Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.fleet.selectors.products import product_by_id
from voltward.fleet.services.products import configuration_of_texts, texts_of
from voltward.fleet.services.writing import changed
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person

BATCH = 5000
_log = logging.getLogger(__name__)


@action("vehicle.register", needs="vehicle.register")
def vehicle_register(
    actor: Person,
    *,
    vin: str,
    key: bytes,
    model_name: str = "",
    battery_type: str = "",
    plate: str = "",
    source: str = "office",
    maker: Maker | None = None,
) -> Vehicle:
    """Put a vehicle into the books, or complete one that was only seen on the line.

    ``key``: the installation key behind ``vehicle_id``; ``maker``: only the installation names
    another than the actor's own.

    Raises:
        BadInput: no VIN, a VIN that is taken (also by another maker), or a field too long.
        WrongState: the vehicle is registered already.
    """
    vin = _checked(vin)
    owner = actor.maker or maker
    if owner is None:
        raise BadInput("maker: none given")
    vehicle = Vehicle.objects.select_for_update().filter(vin=vin, maker=owner).first()
    before = {"state": vehicle.state} if vehicle else {}
    if vehicle is None:
        vehicle = Vehicle(maker=owner, vin=vin, vehicle_id=number_of(vin, key), source=source)
        vehicle.state = states.UNREGISTERED
    vehicle.state = states.after(vehicle.state, "register")
    vehicle.model_name, vehicle.battery_type = model_name.strip(), battery_type.strip()
    vehicle.plate = plate.strip().upper()
    vehicle.registered_at, vehicle.registration_missing = timezone.now(), None
    _check_texts(vehicle)
    vehicle.configuration = configuration_of_texts(owner, vehicle.model_name, vehicle.battery_type)
    _save(vehicle)
    registry_changed()
    after = {"state": vehicle.state, "model_name": vehicle.model_name, "source": vehicle.source}
    record(actor, "vehicle.register", vehicle, before=before, after=after)
    return vehicle


@action("vehicle.change", needs="vehicle.write")
def vehicle_change(
    actor: Person,
    *,
    vin: str,
    configuration_id: int | None,
    plate: str,
    produced_on: date | None,
    first_used_on: date | None,
) -> Vehicle:
    """Correct the static record of a vehicle in the books.

    Raises:
        NotFound: no such vehicle or configuration of the actor's maker.
        WrongState: the vehicle is not in the books yet.
        BadInput: a value that does not fit, or first use before production.
    """
    vehicle = vehicle_locked(actor, vin)
    if vehicle.state == states.UNREGISTERED:
        raise WrongState(f"vehicle {vehicle.vin} is not in the books")
    if produced_on and first_used_on and first_used_on < produced_on:
        raise BadInput(f"first_used_on {first_used_on}: before production on {produced_on}")
    values: dict[str, object] = {"configuration": None, "plate": plate.upper(),
                                 "produced_on": produced_on, "first_used_on": first_used_on}  # fmt: skip
    if configuration_id is not None:
        configuration = product_by_id(actor, Configuration, configuration_id)
        values |= {"configuration": configuration, **texts_of(configuration)}
    vehicle.registration_missing = None
    return changed(actor, "vehicle.change", vehicle, values)


def vehicle_admit_unregistered(
    actor: Person, *, vins: Iterable[str], key: bytes, fallback: Maker, source: str = "gateway"
) -> int:
    """Keep vehicles that were seen on the line as 未建档; returns how many were new.

    Repeating it changes nothing and leaves no second audit row. A vehicle goes to the maker
    that names its WMI, else to ``fallback``. Text that is no VIN is passed over.
    """
    wanted = sorted({vin.strip().upper() for vin in vins if has_vin_form(vin.strip().upper())})
    known = _present(wanted)
    fresh = [vin for vin in wanted if vin not in known]
    return (
        _vehicle_admit(actor, vins=fresh, key=key, fallback=fallback, source=source) if fresh else 0
    )


@action("vehicle.admit", needs="vehicle.admit")
def _vehicle_admit(
    actor: Person, *, vins: list[str], key: bytes, fallback: Maker, source: str
) -> int:
    makers = {code: maker for maker in Maker.objects.all() for code in maker.wmis}
    rows = [
        Vehicle(
            maker=makers.get(wmi(vin), fallback),
            vin=vin,
            vehicle_id=number_of(vin, key),
            state=states.UNREGISTERED,
            source=source,
        )
        for vin in vins
    ]
    known = _present(vins)
    # the same VIN admitted by two processes at once is no error
    Vehicle.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    present = _present(vins)
    added, clashing = len(present - known), sorted(set(vins) - present)
    if clashing:
        # another VIN has the same number (docs/decisions/001): somebody must look
        _log.error(
            "%d vehicles are not admitted: their numbers are taken: %s", len(clashing), clashing
        )
    after = {"vehicles": added, "vins": vins[:100], "clashing": clashing[:100]}
    record(actor, "vehicle.admit", registry_changed(), before={}, after=after)
    return added


def _present(vins: list[str]) -> set[str]:
    return set(Vehicle.objects.filter(vin__in=vins).values_list("vin", flat=True))


def registry_changed() -> RegistryGeneration:
    """Count a change; the row's lock puts changes in the order of their commits."""
    RegistryGeneration.objects.filter(pk=1).update(generation=F("generation") + 1)
    return RegistryGeneration.objects.get(pk=1)


def _checked(vin: str) -> str:
    text = vin.strip().upper()
    if not has_vin_form(text):
        raise BadInput(f"vin: {text!r}; 17 characters without I, O and Q are expected")
    return text


def _check_texts(vehicle: Vehicle) -> None:
    """Before rows are made from the texts of a vehicle, the texts must fit."""
    try:
        vehicle.clean_fields(exclude=["maker", "configuration"])
    except ValidationError as error:
        raise BadInput(f"{', '.join(error.message_dict)}: does not fit") from error


def _save(vehicle: Vehicle) -> None:
    try:
        vehicle.full_clean(exclude=["maker"])
        with transaction.atomic():
            vehicle.save()
    except ValidationError as error:
        parts = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise BadInput("; ".join(parts)) from error
    except IntegrityError as error:
        raise BadInput(f"vin: {vehicle.vin} is taken") from error
