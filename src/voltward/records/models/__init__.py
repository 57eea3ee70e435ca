"""The tables of records/, one file per subject."""

from voltward.records.models.approvals import Approval
from voltward.records.models.attachments import Attachment, AttachmentLimit, StoredContent
from voltward.records.models.audit import AuditRow
from voltward.records.models.audit_seals import AuditSeal, AuditVerification, AuditWaiting
from voltward.records.models.clocks import (
    AssignedTask,
    Clock,
    ClockExtension,
    ClockNews,
    ClockPoint,
)
from voltward.records.models.contacts import PersonContact
from voltward.records.models.deadlines import CalendarYear, DeadlineRule, WorkDay
from voltward.records.models.exports import ExportRequest, ExportRule
from voltward.records.models.imports import ImportChange, ImportMapping, ImportProgress, ImportRun
from voltward.records.models.links import Link
from voltward.records.models.list_views import FilterSubscription, ListChoice, SavedFilter
from voltward.records.models.notice_ways import Channel, EscalationChain, EscalationStep
from voltward.records.models.notices import (
    Acknowledgement,
    Attempt,
    Delivery,
    Notice,
    NoticeSetting,
    NoticeTemplate,
    QuietHours,
)
from voltward.records.models.organisation import Post, PostHolder, Unit
from voltward.records.models.people import (
    LANGUAGES,
    ApiToken,
    Assignment,
    LoginAttempt,
    Maker,
    Person,
)
from voltward.records.models.protection import DataKey, KeyRotation, ProtectedWindow
from voltward.records.models.retention import HeldRecord, LegalHold, RetentionClass, RetentionRule
from voltward.records.models.sign_in import PersonSession

__all__ = [
    "LANGUAGES",
    "Acknowledgement",
    "ApiToken",
    "Approval",
    "AssignedTask",
    "Assignment",
    "Attachment",
    "AttachmentLimit",
    "Attempt",
    "AuditRow",
    "AuditSeal",
    "AuditVerification",
    "AuditWaiting",
    "CalendarYear",
    "Channel",
    "Clock",
    "ClockExtension",
    "ClockNews",
    "ClockPoint",
    "DataKey",
    "DeadlineRule",
    "Delivery",
    "EscalationChain",
    "EscalationStep",
    "ExportRequest",
    "ExportRule",
    "FilterSubscription",
    "HeldRecord",
    "ImportChange",
    "ImportMapping",
    "ImportProgress",
    "ImportRun",
    "KeyRotation",
    "LegalHold",
    "Link",
    "ListChoice",
    "LoginAttempt",
    "Maker",
    "Notice",
    "NoticeSetting",
    "NoticeTemplate",
    "Person",
    "PersonContact",
    "PersonSession",
    "Post",
    "PostHolder",
    "ProtectedWindow",
    "QuietHours",
    "RetentionClass",
    "RetentionRule",
    "SavedFilter",
    "StoredContent",
    "Unit",
    "WorkDay",
]
