"""The dated rules by which links are watched, as spans of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from voltward.base.errors import NotFound, WrongState
from voltward.records.models import DeadlineRule
from voltward.records.reckoning import SPANS
from voltward.records.selectors.deadlines import deadline_in_force
from voltward.records.working_time import beijing_day

SAMPLES_KEPT: Final = "link_samples_kept"


def link_rule(maker_id: int, code: str, at: datetime) -> DeadlineRule | None:
    """The revision in force; None where it is switched off, or counts by nothing that is a span."""
    try:
        rule = deadline_in_force(maker_id, code=code, severity="", on=beijing_day(at))
    except (NotFound, WrongState):
        return None
    return rule if rule.unit in SPANS and rule.amount else None


def span_of(rule: DeadlineRule) -> timedelta:
    return (rule.amount or 0) * SPANS[rule.unit]
