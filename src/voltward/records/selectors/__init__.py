"""Every read of records/, one file per subject. Each one asks who is reading."""

from voltward.records.selectors.audit import audit_visible
from voltward.records.selectors.people import (
    GUESSES_PER_ADDRESS,
    GUESSES_PER_LOGIN,
    INSTALLATION_LOGIN,
    installation,
    maker_by_name,
    maker_first,
    maker_of_wmi,
    person_by_login,
    person_of_session,
    token_digest,
    token_valid,
    too_many_guesses,
)

__all__ = [
    "GUESSES_PER_ADDRESS",
    "GUESSES_PER_LOGIN",
    "INSTALLATION_LOGIN",
    "audit_visible",
    "installation",
    "maker_by_name",
    "maker_first",
    "maker_of_wmi",
    "person_by_login",
    "person_of_session",
    "token_digest",
    "token_valid",
    "too_many_guesses",
]
