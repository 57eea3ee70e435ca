"""Every write to service outlets and charging sites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeVar

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.selectors.products import product_by_id, product_locked
from voltward.fleet.services.writing import changed, saved
from voltward.records.actions import action, record
from voltward.records.models import Person, Unit

_PLACED: Final = ("code", "name", "area", "longitude_deg", "latitude_deg", "datum", "phone")
EDITABLE: Final[dict[type[Any], tuple[str, ...]]] = {
    ServiceOutlet: (*_PLACED, "kind", "hours", "unit"),
    ChargingSite: (*_PLACED, "operator", "source"),
}
Place = TypeVar("Place", ServiceOutlet, ChargingSite)


@action("outlet.write", needs="outlet.write")
def outlet_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> ServiceOutlet:
    """Add an outlet, or change the one with ``row_id``; ``values`` by the names in EDITABLE.

    Raises (this and ``site_write``):
        NotFound: no such row of the actor's maker, or a unit of another maker.
        BadInput: a value that does not fit, a name that may not be set, a code that is taken, or a
            unit that is no outlet or another outlet's.
    """
    unit = values.get("unit")
    if unit is not None and product_by_id(actor, Unit, unit.pk).kind != "outlet":
        raise BadInput(f"unit: {unit.code} is no outlet")
    return _written(actor, "outlet.write", ServiceOutlet, row_id, values)


@action("outlet.close", needs="outlet.write")
def outlet_close(actor: Person, *, row_id: int, closed_on: date, reason: str) -> ServiceOutlet:
    """From ``closed_on`` on nobody is sent there; the outlet stays in the books.

    Raises (this and ``site_close``):
        NotFound: no such row of the actor's maker.
        WrongState: closed already.
        BadInput: no reason.
    """
    return _closed(actor, "outlet.close", ServiceOutlet, row_id, closed_on, reason)


@action("outlet.reopen", needs="outlet.write")
def outlet_reopen(actor: Person, *, row_id: int, reason: str) -> ServiceOutlet:
    """Take a closing back.

    Raises (this and ``site_reopen``):
        NotFound: no such row of the actor's maker.
        WrongState: it was never closed.
        BadInput: no reason.
    """
    return _reopened(actor, "outlet.reopen", ServiceOutlet, row_id, reason)


@action("site.write", needs="site.write")
def site_write(
    actor: Person, *, values: Mapping[str, Any], row_id: int | None = None
) -> ChargingSite:
    """As ``outlet_write``, of a charging site."""
    return _written(actor, "site.write", ChargingSite, row_id, values)


@action("site.close", needs="site.write")
def site_close(actor: Person, *, row_id: int, closed_on: date, reason: str) -> ChargingSite:
    """As ``outlet_close``, of a charging site."""
    return _closed(actor, "site.close", ChargingSite, row_id, closed_on, reason)


@action("site.reopen", needs="site.write")
def site_reopen(actor: Person, *, row_id: int, reason: str) -> ChargingSite:
    """As ``outlet_reopen``, of a charging site."""
    return _reopened(actor, "site.reopen", ChargingSite, row_id, reason)


def _written(
    actor: Person, name: str, kind: type[Place], row_id: int | None, values: Mapping[str, Any]
) -> Place:
    unknown = sorted(set(values) - set(EDITABLE[kind]))
    if unknown or actor.maker is None:
        raise BadInput(f"{', '.join(unknown) or 'maker'}: not to be set here")
    row = kind(maker=actor.maker) if row_id is None else product_locked(actor, kind, row_id)
    return changed(actor, name, row, values)


def _closed(
    actor: Person, name: str, kind: type[Place], row_id: int, closed_on: date, reason: str
) -> Place:
    row = product_locked(actor, kind, row_id)
    if row.closed_on is not None:
        raise WrongState(f"{kind.__name__} {row.code} is closed on {row.closed_on}")
    if not reason.strip():
        raise BadInput("reason: empty; say why it closes")
    row.closed_on = closed_on
    saved(row)
    after = {"closed_on": closed_on.isoformat(), "reason": reason.strip()}
    record(actor, name, row, before={"closed_on": None}, after=after)
    return row


def _reopened(actor: Person, name: str, kind: type[Place], row_id: int, reason: str) -> Place:
    row = product_locked(actor, kind, row_id)
    if row.closed_on is None:
        raise WrongState(f"{kind.__name__} {row.code} is open")
    if not reason.strip():
        raise BadInput("reason: empty; say why it opens again")
    before, row.closed_on = {"closed_on": row.closed_on.isoformat()}, None
    saved(row)
    after = {"closed_on": None, "reason": reason.strip()}
    record(actor, name, row, before=before, after=after)
    return row
