"""The tables of records/, one file per subject."""

from voltward.records.models.approvals import Approval
from voltward.records.models.attachments import Attachment, AttachmentLimit, StoredContent
from voltward.records.models.audit import AuditRow
from voltward.records.models.contacts import PersonContact
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
from voltward.records.models.protection import DataKey, KeyRotation, ProtectedWindow
from voltward.records.models.retention import (
    HeldRecord,
    LegalHold,
    RetentionClass,
    RetentionRule,
)

__all__ = [
    "LANGUAGES",
    "ApiToken",
    "Approval",
    "Assignment",
    "Attachment",
    "AttachmentLimit",
    "AuditRow",
    "DataKey",
    "HeldRecord",
    "KeyRotation",
    "LegalHold",
    "Link",
    "LoginAttempt",
    "Maker",
    "Person",
    "PersonContact",
    "Post",
    "PostHolder",
    "ProtectedWindow",
    "RetentionClass",
    "RetentionRule",
    "StoredContent",
    "Unit",
]
