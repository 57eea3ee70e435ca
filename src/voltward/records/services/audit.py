"""Audit rows that stand for no write: reads of what is protected, and refusals."""

from __future__ import annotations

from voltward.records.actions import Subject, label, write_row
from voltward.records.models import Person


def reading_recorded(actor: Person, *, what: str, subject: Subject | str, reason: str = "") -> None:
    """Leave an audit row for a read of personal data or an exact position.

    ``what``: the name of the read, e.g. ``position.read``; call it before the data leaves.
    """
    text = subject if isinstance(subject, str) else label(subject)
    write_row(actor, what, subject=text, result="read", after={"reason": reason} if reason else {})


def refusal_recorded(actor: object, *, what: str, subject: str, needs: str) -> None:
    """Leave an audit row for a page or endpoint that somebody was not let into."""
    person = actor if isinstance(actor, Person) else None
    write_row(person, what, subject=subject[:120], result="refused", after={"needs": needs})
