"""How a row of fleet/ is checked, saved and told to the audit trail: what all services share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from voltward.base.errors import BadInput
from voltward.records.actions import record
from voltward.records.checking import checked
from voltward.records.models import Person

Row = TypeVar("Row", bound=models.Model)


def saved(row: Row) -> Row:
    """
    Raises:
        BadInput: a field that does not fit, or a value that is taken (also by another maker).
    """
    try:
        checked(row, constraints=False)
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadInput(f"{type(row).__name__}: taken or out of bounds") from error
    return row


def changed(actor: Person, action: str, row: Row, values: Mapping[str, Any]) -> Row:
    """Set ``values`` on ``row``, save it and leave the audit row with what differs."""
    before = {name: plain(getattr(row, name)) for name in values} if row.pk else {}
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    saved(row)
    after = {name: plain(getattr(row, name)) for name in values}
    if before:
        differing = [name for name in after if after[name] != before[name]]
        before = {name: before[name] for name in differing}
        after = {name: after[name] for name in differing}
    record(actor, action, row, before=before, after=after)
    return row


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, (date, datetime)) else value
