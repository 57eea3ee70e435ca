"""The life of a vehicle after the line: in use, offline for a known reason, scrapped with proof."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotPermitted, WrongState
from voltward.fleet import states
from voltward.fleet.events import VehicleScrapped
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.fleet.services.writing import changed
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.events import tell
from voltward.records.models import Approval, Person

SCRAP_KIND = "vehicle.scrap"


@action("vehicle.use", needs="vehicle.write")
def vehicle_use(actor: Person, *, vin: str, first_used_on: date) -> Vehicle:
    """Put a registered vehicle into use without a sale: the maker's own, a test or a loan car.

    Raises (this and its siblings below):
        NotFound: no such vehicle of the actor's maker.
        WrongState: the step does not follow from the vehicle's state.
        BadInput: a date out of order, or a reason or proof that is missing.
    """
    vehicle = vehicle_locked(actor, vin)
    if vehicle.produced_on and first_used_on < vehicle.produced_on:
        raise BadInput(f"first_used_on {first_used_on}: before production on {vehicle.produced_on}")
    values: dict[str, Any] = {"first_used_on": first_used_on, "state_note": ""}
    return _stepped(actor, "vehicle.use", vehicle, "use", values)


@action("vehicle.confirm_offline", needs="vehicle.write")
def vehicle_confirm_offline(actor: Person, *, vin: str, reason: str) -> Vehicle:
    """Note why a vehicle is silent, so that it is no longer chased as long offline."""
    if not reason.strip():
        raise BadInput("reason: none given")
    vehicle = vehicle_locked(actor, vin)
    values = {"state_note": reason}
    return _stepped(actor, "vehicle.confirm_offline", vehicle, "confirm_offline", values)


@action("vehicle.resume", needs="vehicle.write")
def vehicle_resume(actor: Person, *, vin: str) -> Vehicle:
    """Back in use after a confirmed silence."""
    vehicle = vehicle_locked(actor, vin)
    return _stepped(actor, "vehicle.resume", vehicle, "resume", {"state_note": ""})


@action("vehicle.scrap_propose", needs="vehicle.write")
def vehicle_scrap_propose(actor: Person, *, vin: str, scrapped_on: date, proof: str) -> Approval:
    """Ask a second person to agree that a vehicle is scrapped.

    ``proof``: number of the scrapping certificate, or label of the attachment that shows it.
    """
    vehicle = vehicle_locked(actor, vin)
    states.after(vehicle.state, "scrap")
    if not proof.strip() or len(proof.strip()) > 300:
        raise BadInput("proof: 1 to 300 characters are expected")
    if vehicle.produced_on and scrapped_on < vehicle.produced_on:
        raise BadInput(f"scrapped_on {scrapped_on}: before production on {vehicle.produced_on}")
    waiting = Approval.objects.filter(
        kind=SCRAP_KIND, state="waiting", payload__vehicle=vehicle.pk, maker=actor.maker
    )
    if waiting.exists():
        raise WrongState(f"scrapping of {vehicle.vin} waits for a second person already")
    payload = {"vehicle": vehicle.pk, "vin": vehicle.vin, "scrapped_on": scrapped_on.isoformat(),
               "proof": proof.strip()}  # fmt: skip
    wish = approvals.opened(
        actor, SCRAP, title=f"{vehicle.vin} · {proof.strip()}", payload=payload, reason=proof
    )
    record(actor, "vehicle.scrap_propose", vehicle, before={}, after=payload)
    return wish


@action(SCRAP_KIND, needs="vehicle.write")
def _scrapped(actor: Person, *, approval: Approval) -> Vehicle:
    """
    Raises:
        NotPermitted: the wish was not accepted, or by the one who asked for it.
    """
    if approval.state != "accepted" or approval.decided_by_id in (None, approval.asked_by_id):
        raise NotPermitted(f"{SCRAP_KIND}: needs a second person")
    vehicle = vehicle_locked(actor, approval.payload["vin"])
    values = {
        "scrapped_on": date.fromisoformat(approval.payload["scrapped_on"]),
        "scrap_proof": approval.payload["proof"],
    }
    vehicle.registration_missing = None
    vehicle = _stepped(actor, SCRAP_KIND, vehicle, "scrap", values)
    tell(actor, VehicleScrapped(vehicle))
    return vehicle


def _apply(decider: Person, approval: Approval) -> object:
    return _scrapped(decider, approval=approval)


SCRAP = approvals.register(
    approvals.Kind(SCRAP_KIND, _("车辆报废"), needs="vehicle.write", apply=_apply)
)


def _stepped(
    actor: Person, name: str, vehicle: Vehicle, step: str, values: dict[str, Any]
) -> Vehicle:
    return changed(actor, name, vehicle, {"state": states.after(vehicle.state, step), **values})
