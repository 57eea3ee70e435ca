"""A defect of a controller type that was confirmed: from then on the recall plan is due."""

from __future__ import annotations

from datetime import datetime

from voltward.base.errors import BadInput
from voltward.fleet.models import ControllerType
from voltward.fleet.selectors.products import product_locked
from voltward.records.actions import action, record
from voltward.records.models import Clock, Person
from voltward.records.services.clocks import clock_start

RECALL_PLAN = "recall_plan"  # 缺陷汽车产品召回管理条例: counted from the defect being confirmed


@action("controller_type.defect", needs="vehicle.write")
def controller_type_defect(
    actor: Person, *, row_id: int, confirmed_at: datetime, reason: str
) -> Clock:
    """Confirm a defect and start the clock; said twice of one instant, it is one clock.

    Raises:
        NotPermitted: the actor may not start clocks.
        NotFound: no such type of the actor's maker.
        BadInput: no reason, or an instant without zone or ahead of now.
        WrongState: the rule is switched off.
    """
    row = product_locked(actor, ControllerType, row_id)
    if not reason.strip():
        raise BadInput("reason: empty, expected what the defect is")
    clock = clock_start(
        actor, code=RECALL_PLAN, subject=row, subject_text=row.name, event=reason,
        started_at=confirmed_at, event_key=confirmed_at.isoformat(),
        url=f"/controller-types/{row.pk}/",
    )  # fmt: skip
    after = {"clock": clock.pk, "confirmed_at": confirmed_at.isoformat(), "reason": reason.strip()}
    record(actor, "controller_type.defect", row, before={}, after=after)
    return clock
