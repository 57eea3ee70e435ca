"""What a model says against a row, as one refusal that names the fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from voltward.base.errors import BadInput

Row = TypeVar("Row", bound=models.Model)


def checked(row: Row, *, without: Iterable[str] = (), constraints: bool = True) -> Row:
    """``without``: fields that are not looked at; ``constraints``: ask the database for those too.

    Raises:
        BadInput: which fields do not fit, and why.
    """
    try:
        row.full_clean(exclude=list(without), validate_constraints=constraints)
    except ValidationError as error:
        parts = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise BadInput("; ".join(parts)) from error
    return row
