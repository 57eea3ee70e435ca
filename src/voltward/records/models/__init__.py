"""The tables of records/, one file per subject."""

from voltward.records.models.approvals import Approval
from voltward.records.models.audit import AuditRow
from voltward.records.models.exports import ExportRequest, ExportRule
from voltward.records.models.links import Link
from voltward.records.models.list_views import FilterSubscription, ListChoice, SavedFilter
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
    "Assignment",
    "AuditRow",
    "ExportRequest",
    "ExportRule",
    "FilterSubscription",
    "Link",
    "ListChoice",
    "LoginAttempt",
    "Maker",
    "Person",
    "Post",
    "PostHolder",
    "SavedFilter",
    "Unit",
]
