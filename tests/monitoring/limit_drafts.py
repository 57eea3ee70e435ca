"""Limits as the tests write them: values with their grounds, drafts, and what a second person agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from voltward.monitoring.limit_keys import known_limits
from voltward.monitoring.models import LimitRevision
from voltward.monitoring.services import limits
from voltward.records.approvals import approval_accept
from voltward.records.models import Person

STEP = "thermal.runaway.step_c"
SPREAD = "cells.spread_2_mv"


def entry(key: str, value: float | None, **more: Any) -> dict[str, Any]:
    unit = known_limits()[key].limit.unit
    given = {"value": value, "unit": unit, "reason": "台架试验", "source": "试验报告 T-1"}
    return {**given, "confidence": "B", **more}


def entries(values: Mapping[str, float | None]) -> dict[str, dict[str, Any]]:
    return {key: entry(key, value) for key, value in values.items()}


def drafted(
    actor: Person, values: Mapping[str, float | None], *, scope: str = "maker", subject: str = ""
) -> LimitRevision:
    row = limits.limit_draft(actor, scope=scope, subject=subject)
    return limits.limit_write(actor, revision_id=row.pk, values=entries(values))


def approved(
    actor: Person,
    second: Person,
    values: Mapping[str, float | None],
    *,
    scope: str = "maker",
    subject: str = "",
    wished_from: datetime | None = None,
) -> LimitRevision:
    row = drafted(actor, values, scope=scope, subject=subject)
    asked = limits.limit_propose(actor, revision_id=row.pk, note="试验", wished_from=wished_from)
    approval_accept(second, approval_id=asked.pk)
    row.refresh_from_db()
    return row


def begun(row: LimitRevision, ago: timedelta = timedelta(minutes=5)) -> LimitRevision:
    """As if it had been approved some time ago: the tests cannot wait for its instant."""
    at = row.effective_from
    assert at is not None
    LimitRevision.objects.filter(pk=row.pk).update(effective_from=at - ago - limits.LEAD)
    row.refresh_from_db()
    return row
