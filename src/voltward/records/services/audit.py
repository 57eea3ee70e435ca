"""Audit rows that stand for no write: reads of what is protected, and refusals."""

from __future__ import annotations

from typing import Any

from voltward.records.actions import Subject, label, write_row
from voltward.records.models import Person


def reading_recorded(
    actor: Person,
    *,
    what: str,
    subject: Subject | str,
    reason: str = "",
    maker_id: int | None = None,
    **more: Any,
) -> None:
    """Leave an audit row for a read of personal data, an exact position, or many rows at once.

    ``what``: the name of the read, e.g. ``position.read``; call it before the data leaves.
    ``maker_id``: whose record it is, where the platform itself reads. ``more``: what else, as JSON.
    """
    text = subject if isinstance(subject, str) else label(subject)
    after = {**more, "reason": reason} if reason else more
    write_row(actor, what, subject=text, result="read", after=after, maker_id=maker_id)


def refusal_recorded(actor: object, *, what: str, subject: str, needs: str) -> None:
    """Leave an audit row for a page or endpoint that somebody was not let into."""
    person = actor if isinstance(actor, Person) else None
    write_row(person, what, subject=subject[:120], result="refused", after={"needs": needs})
