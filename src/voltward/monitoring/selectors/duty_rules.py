"""The dated rules the desk's duty goes by, as spans of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from voltward.base.errors import NotFound, WrongState
from voltward.records.models import DeadlineRule
from voltward.records.reckoning import SPANS
from voltward.records.selectors.deadlines import deadline_in_force
from voltward.records.working_time import beijing_day

ANSWER: Final = "duty_presence_answer"
EVERY: Final = "duty_presence_every"
GAP: Final = "duty_gap"
LOOK_AHEAD: Final = "duty_look_ahead"
OVERLAP: Final = "duty_overlap"


def duty_rule(maker_id: int, code: str, at: datetime) -> DeadlineRule | None:
    """The revision in force; None where it is switched off, or counts by nothing that is a span."""
    try:
        rule = deadline_in_force(maker_id, code=code, severity="", on=beijing_day(at))
    except (NotFound, WrongState):
        return None
    return rule if rule.unit in SPANS and rule.amount else None


def duty_span(maker_id: int, code: str, at: datetime) -> timedelta:
    """How long the rule says; zero where it is switched off."""
    rule = duty_rule(maker_id, code, at)
    return rule.amount * SPANS[rule.unit] if rule and rule.amount else timedelta(0)
