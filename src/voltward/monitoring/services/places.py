"""Exact places of one vehicle: where it is, where it was; each look leaves its audit row first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voltward.base.errors import BadInput, NotPermitted
from voltward.base.geo import unshifted
from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.monitoring.selectors.tracks import track_of
from voltward.records.actions import label, write_row
from voltward.records.models import Person
from voltward.records.protection.places import Place, why_needed
from voltward.records.services import reading_recorded
from voltward.records.services.positions import READ, position_shown
from voltward.telemetry.queries.positions import GCJ02, SOUTH, WEST, Track

LONGEST_EXACT = timedelta(hours=24)


def vehicle_place(actor: Person, *, vehicle: Vehicle, reason: str = "") -> Place | None:
    """Where the vehicle was last, in WGS-84, as the actor may see it; None: nobody knows.

    Raises:
        NotPermitted: a reason was given without ``position.read``.
        StoreAway: the store does not answer.
    """
    state = selectors.latest_of(vehicle)
    longitude, latitude = (
        state.values[name] if state else None for name in ("longitude_deg", "latitude_deg")
    )
    if state is None or longitude is None or latitude is None:
        return None
    status = state.values["position_status"] or 0
    longitude = -longitude if status & WEST else longitude
    latitude = -latitude if status & SOUTH else latitude
    if state.values["datum"] == GCJ02:
        x, y = unshifted(longitude, latitude)
        longitude, latitude = float(x), float(y)
    return position_shown(
        actor, vehicle=vehicle, latitude_deg=round(latitude, 6), longitude_deg=round(longitude, 6),
        at=state.collected_at, reason=reason,
    )  # fmt: skip


def exact_track(
    actor: Person, *, vehicle: Vehicle, start: datetime, stop: datetime, reason: str
) -> Track:
    """The track as sent, for holders of ``position.read`` who say why they need it.

    Without a reason only while a registered predicate says that it is needed (an open alarm).

    Raises:
        NotPermitted: no ``position.read``.
        BadInput: no reason, or a span of more than 24 hours.
        StoreAway: the store does not answer.
    """
    where = label(vehicle)
    if READ not in actor.grants:
        write_row(actor, READ, subject=where, result="refused")
        raise NotPermitted(f"{READ}: {where}")
    if stop - start > LONGEST_EXACT:
        raise BadInput(f"a span of {stop - start}: exact tracks are shown for 24 hours at most")
    why = reason.strip()[:200] or why_needed(actor, where)
    if not why:
        raise BadInput("an exact track needs a reason")
    reading_recorded(
        actor, what=READ, subject=where, reason=why, start=_utc(start), stop=_utc(stop)
    )
    return track_of(vehicle, start, stop)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
