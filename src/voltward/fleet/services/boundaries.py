"""Versions of a battery type's safe-use boundary: proposed by one person, agreed to by a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound
from voltward.fleet.models import BatteryType, SafeBoundary
from voltward.fleet.selectors.products import product_locked
from voltward.fleet.services.writing import plain, saved
from voltward.records import approvals
from voltward.records.actions import action, record
from voltward.records.models import Approval, Person

LIMITS: Final = (
    "highest_cell_voltage_v", "lowest_cell_voltage_v", "highest_temperature_c",
    "lowest_temperature_c", "lowest_charge_temperature_c", "highest_charge_current_a",
    "highest_discharge_current_a",
)  # fmt: skip
_ORDERED: Final = (
    ("lowest_cell_voltage_v", "highest_cell_voltage_v"),
    ("lowest_temperature_c", "highest_temperature_c"),
    ("lowest_temperature_c", "lowest_charge_temperature_c"),
)


@action("boundary.propose", needs="rule.propose")
def boundary_propose(
    actor: Person,
    *,
    battery_type_id: int,
    valid_from: date,
    limits: Mapping[str, Any],
    source: str,
    confidence: str,
) -> SafeBoundary:
    """Propose the next version; it counts once a second person with ``rule.approve`` agreed.

    Raises:
        NotFound: no such battery type of the actor's maker.
        BadInput: no limit at all, limits that cross, no source, or an unknown name.
    """
    battery_type = product_locked(actor, BatteryType, battery_type_id)
    given = {name: value for name, value in limits.items() if value is not None}
    if not given or set(given) - set(LIMITS) or not source.strip():
        raise BadInput("limits: at least one of the known ones, with its source, is expected")
    for low, high in _ORDERED:
        if low in given and high in given and given[low] > given[high]:
            raise BadInput(f"{low} {given[low]} lies above {high} {given[high]}")
    last = battery_type.boundaries.aggregate(last=Max("version"))["last"] or 0
    row = saved(
        SafeBoundary(
            battery_type=battery_type, version=last + 1, valid_from=valid_from, source=source.strip(),
            confidence=confidence, proposed_by=actor, **given,
        )
    )  # fmt: skip
    payload = {"boundary": row.pk, **{name: plain(value) for name, value in given.items()}}
    approvals.opened(actor, BOUNDARY, title=str(row), payload=payload, reason=source)
    record(actor, "boundary.propose", row, before={}, after=payload)
    return row


@action("boundary.approve", needs="rule.approve")
def _approved(actor: Person, *, boundary_id: int) -> SafeBoundary:
    rows = SafeBoundary.objects.select_for_update(of=("self",))
    row = rows.filter(pk=boundary_id, battery_type__maker=actor.maker, state="proposed").first()
    if row is None:
        raise NotFound(f"boundary {boundary_id}")
    row.state, row.approved_by = "approved", actor
    saved(row)
    record(
        actor, "boundary.approve", row, before={"state": "proposed"}, after={"state": "approved"}
    )
    return row


def _apply(decider: Person, approval: Approval) -> object:
    return _approved(decider, boundary_id=int(approval.payload["boundary"]))


BOUNDARY = approvals.register(
    approvals.Kind("battery.boundary", _("电池安全使用边界"), needs="rule.approve", apply=_apply)
)
