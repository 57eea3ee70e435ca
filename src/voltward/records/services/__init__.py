"""Every write to records/, one file per subject."""

from voltward.records.services.audit import reading_recorded, refusal_recorded
from voltward.records.services.people import (
    attempt_begun,
    attempt_ended,
    maker_create,
    own_language_choose,
    own_password_change,
    person_create,
    person_password_set,
)
from voltward.records.services.tokens import (
    TOKEN_DAYS,
    token_create,
    token_revoke,
    token_used,
)

__all__ = [
    "TOKEN_DAYS",
    "attempt_begun",
    "attempt_ended",
    "maker_create",
    "own_language_choose",
    "own_password_change",
    "person_create",
    "person_password_set",
    "reading_recorded",
    "refusal_recorded",
    "token_create",
    "token_revoke",
    "token_used",
]
