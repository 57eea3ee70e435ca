"""Reviews of batches: who is told that a model has many vehicles with faults or hazards.

GB/T 45688-2025 table D.1 row 4 and table D.2 row 3: the manufacturer's responsible people are told, with
the advice to check the quality of the batch.
"""

from __future__ import annotations

from typing import Final

from voltward.monitoring.models import WatchCase
from voltward.monitoring.models.watch import SHARE_KINDS
from voltward.monitoring.watch_notices import MODEL_REVIEW
from voltward.records.models import Maker, Person
from voltward.records.selectors.recipients import grant_holders
from voltward.records.services.notices import notice_send

REVIEW: Final = "watch.review"


def review_asked(actor: Person, maker: Maker, case: WatchCase) -> None:
    """Tell everybody who may review that a model's case opened; for use inside an action."""
    numbers = case.now
    notice_send(
        actor, kind=MODEL_REVIEW.code, to=grant_holders(maker.pk, REVIEW), subject=case, maker=maker,
        path=f"/watch/{case.pk}/",
        values={
            "model": case.model_name, "kind": dict(SHARE_KINDS)[case.kind],
            "vehicles": numbers["affected"], "in_use": numbers["in_use"],
            "share_pct": f"{numbers['share_pct']:g}",
        },
    )  # fmt: skip
