"""Showing where a vehicle was: coarse to everybody, exact with a reason or in an emergency."""

from __future__ import annotations

from datetime import datetime

from voltward.base.errors import NotPermitted
from voltward.records.actions import Subject, label, write_row
from voltward.records.models import Person
from voltward.records.protection.places import Place, coarse, exact, why_needed
from voltward.records.services.audit import reading_recorded

READ = "position.read"


def position_shown(
    actor: Person,
    *,
    vehicle: Subject,
    latitude_deg: float,
    longitude_deg: float,
    at: datetime,
    reason: str = "",
) -> Place | None:
    """A vehicle's place as the actor may see it; None: it has none.

    Exact for holders of ``position.read`` who give a reason, or without one while a registered
    predicate says that it is needed; either way the audit row comes first. Else coarse.

    Raises:
        NotPermitted: a reason was given without ``position.read``.
    """
    where = label(vehicle)
    if READ not in actor.grants:
        if reason.strip():
            write_row(actor, READ, subject=where, result="refused")
            raise NotPermitted(f"{READ}: {where}")
        return coarse(latitude_deg, longitude_deg, at)
    why = reason.strip()[:200] or why_needed(actor, where)
    if not why:
        return coarse(latitude_deg, longitude_deg, at)
    place = exact(latitude_deg, longitude_deg, at)
    if place is not None:
        reading_recorded(actor, what=READ, subject=where, reason=why)
    return place
