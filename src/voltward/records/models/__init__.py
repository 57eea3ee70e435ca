"""The tables of records/, one file per subject."""

from voltward.records.models.approvals import Approval
from voltward.records.models.audit import AuditRow
from voltward.records.models.clocks import (
    AssignedTask,
    Clock,
    ClockExtension,
    ClockNews,
    ClockPoint,
)
from voltward.records.models.deadlines import CalendarYear, DeadlineRule, WorkDay
from voltward.records.models.imports import ImportChange, ImportMapping, ImportProgress, ImportRun
from voltward.records.models.links import Link
from voltward.records.models.organisation import Post, PostHolder, Unit
from voltward.records.models.people import (
    LANGUAGES,
    ApiToken,
    Assignment,
    LoginAttempt,
    Maker,
    Person,
)

__all__ = [
    "LANGUAGES",
    "ApiToken",
    "Approval",
    "AssignedTask",
    "Assignment",
    "AuditRow",
    "CalendarYear",
    "Clock",
    "ClockExtension",
    "ClockNews",
    "ClockPoint",
    "DeadlineRule",
    "ImportChange",
    "ImportMapping",
    "ImportProgress",
    "ImportRun",
    "Link",
    "LoginAttempt",
    "Maker",
    "Person",
    "Post",
    "PostHolder",
    "Unit",
    "WorkDay",
]
