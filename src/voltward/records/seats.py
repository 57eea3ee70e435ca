"""Duty seats: who may take one, and whether the roster still has them on duty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from voltward.records.models import Person
from voltward.records.roles import MONITORING_OPERATOR

RECHECK_EVERY = timedelta(minutes=1)
OnDuty = Callable[[Person, datetime], bool]
_rosters: list[OnDuty] = []


def roster(on_duty: OnDuty) -> OnDuty:
    """The room that keeps the roster says who is on duty; every one that is asked must agree."""
    _rosters.append(on_duty)
    return on_duty


def may_sit(person: Person, at: datetime) -> bool:
    """Whether the person may hold a duty seat at ``at``."""
    watches = "telemetry.read" in person.grants and MONITORING_OPERATOR in person.roles
    return watches and all(on_duty(person, at) for on_duty in _rosters)
