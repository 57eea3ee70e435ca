"""Sale, and the vehicle's way from owner to owner. Who they are is kept by ``identities``."""

from __future__ import annotations

from datetime import date, timedelta

from voltward.base.errors import BadInput, WrongState
from voltward.fleet import states
from voltward.fleet.events import VehicleSold
from voltward.fleet.models import OwnerPeriod, Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.fleet.services.agreements import agreement_settled
from voltward.fleet.services.writing import changed, saved
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Person


@action("vehicle.sell", needs="vehicle.write")
def vehicle_sell(
    actor: Person,
    *,
    vin: str,
    sold_on: date,
    kind: str,
    usage_class: str,
    region_code: str = "",
    first_used_on: date | None = None,
) -> Vehicle:
    """Note the first sale; from now on the vehicle must be watched, agreement or not.

    ``first_used_on`` is the vehicle's for life: no sale after its use and no later owner changes it.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        WrongState: sold already, or in a state in which it cannot be sold.
        BadInput: a date out of order or a value that does not fit.
    """
    vehicle = vehicle_locked(actor, vin)
    if vehicle.sold_on is not None:
        raise WrongState(f"vehicle {vehicle.vin} was sold on {vehicle.sold_on}")
    if vehicle.produced_on and sold_on < vehicle.produced_on:
        raise BadInput(f"sold_on {sold_on}: before production on {vehicle.produced_on}")
    values = {"state": states.after(vehicle.state, "sell"), "state_note": "", "sold_on": sold_on}
    values |= _first_use(vehicle, first_used_on)
    changed(actor, "vehicle.sell", vehicle, values)
    _opened(vehicle, kind, usage_class, region_code, sold_on)
    tell(actor, VehicleSold(vehicle))
    return vehicle


def _first_use(vehicle: Vehicle, given: date | None) -> dict[str, date]:
    if given is None or given == vehicle.first_used_on:
        return {}
    if vehicle.first_used_on is not None:
        raise BadInput(f"first_used_on {given}: {vehicle.first_used_on} is on file")
    if vehicle.produced_on and given < vehicle.produced_on:
        raise BadInput(f"first_used_on {given}: before production on {vehicle.produced_on}")
    return {"first_used_on": given}


@action("owner.change", needs="vehicle.write")
def owner_change(
    actor: Person, *, vin: str, since: date, kind: str, usage_class: str, region_code: str = ""
) -> OwnerPeriod:
    """A new owner or a new use; the period before ends the day before.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        WrongState: the vehicle was never sold, or it is scrapped.
        BadInput: the period begins no later than the one before, or a value does not fit.
    """
    vehicle = vehicle_locked(actor, vin)
    if vehicle.sold_on is None or vehicle.state == states.SCRAPPED:
        raise WrongState(f"vehicle {vehicle.vin} has no owner to follow")
    period = _opened(vehicle, kind, usage_class, region_code, since)
    after = {"vehicle": vehicle.vin, "kind": kind, "usage_class": usage_class,
             "region_code": region_code, "since": since.isoformat()}  # fmt: skip
    record(actor, "owner.change", vehicle, before={}, after=after)
    return period


def _opened(
    vehicle: Vehicle, kind: str, usage_class: str, region_code: str, since: date
) -> OwnerPeriod:
    last = vehicle.owner_periods.order_by("-since").first()
    if last is not None:
        if since <= last.since:
            raise BadInput(f"since {since}: the period before begins on {last.since}")
        if last.until is None:
            last.until = since - timedelta(days=1)
            saved(last)
    period = saved(
        OwnerPeriod(
            vehicle=vehicle,
            kind=kind,
            usage_class=usage_class,
            region_code=region_code,
            since=since,
        )
    )
    agreement_settled(vehicle)
    return period
