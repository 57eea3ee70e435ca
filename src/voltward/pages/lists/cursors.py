"""Places in a list as text for addresses: signed, and good for one list, order and maker only."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model

from voltward.base.errors import BadInput
from voltward.pages.lists.keyset import Order, Place, field_at

_SALT = "voltward.lists.cursor"


def written(place: Place, order: Order, *, of: str, scope: str) -> str:
    return signing.dumps(
        [of, scope, *order.fields(), _json(place.value), _json(place.tie)], salt=_SALT
    )


def read(text: str, order: Order, model: type[Model], *, of: str, scope: str) -> Place:
    """
    Raises:
        BadInput: no cursor of ours, or one of another list, order or maker.
    """
    try:
        *about, value, tie = signing.loads(text, salt=_SALT)
        if about != [of, scope, *order.fields()]:
            raise ValueError("of another list")
        field, _ = field_at(model, order.path)
        tie_field, _ = field_at(model, order.tie)
        return Place(None if value is None else field.to_python(value), tie_field.to_python(tie))
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        raise BadInput("cursor: not one of this list in this order; start without it") from None


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value
