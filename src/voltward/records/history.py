"""The history of records: every change of a tracked table (records.tracking), and who made it.

Each event carries the row as it became; ``@action`` tells the database who acts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.records.models.people import Person
from voltward.records.origin import origin


def tell_database(actor: Person, action: str) -> None:
    """Name whoever acts to the triggers, until the end of the transaction."""
    told = {"actor": actor.pk, "action": action, "request": origin().number}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', %s, true)", [json.dumps(told)]
        )


@dataclass(frozen=True)
class Part:
    """One value inside a JSON field, as it was and as it is, in words."""

    name: str
    before: str
    after: str
    unit: str = ""


# (model, field) of a JSON column: what changed inside it
Parts = Callable[[Any, Any], Sequence[Part]]
_IN_PARTS: Final[dict[tuple[str, str], Parts]] = {}


def told_in_parts(model: str, field: str, parts: Parts) -> None:
    """Let histories tell a JSON field of a model (its class name) value by value, not as JSON."""
    _IN_PARTS[model, field] = parts


@dataclass(frozen=True)
class Change:
    """One event of a record. ``fields``: verbose name, before and after of what changed.

    ``parts``: verbose name of each JSON field that is told value by value, with those that changed.
    """

    at: datetime
    kind: str
    actor: str
    action: str
    request: str
    fields: tuple[tuple[str, str, str], ...]
    parts: tuple[tuple[str, tuple[Part, ...]], ...] = ()


def history_of(row: models.Model, limit: int = 50) -> list[Change]:
    """What happened to a tracked record, newest first."""
    events = apps.get_model(row._meta.app_label, f"{type(row).__name__}Event")
    kept = list(events._default_manager.filter(pgh_obj=row.pk).order_by("-pgh_id")[: limit + 1])
    contexts = [event.pgh_context or {} for event in kept]
    people = Person.objects.in_bulk({one["actor"] for one in contexts if "actor" in one})
    name = type(row).__name__
    fields = [field for field in row._meta.concrete_fields if hasattr(events, field.attname)]
    plain = [field for field in fields if (name, field.name) not in _IN_PARTS]
    changes = []
    for event, context, before in zip(kept, contexts, [*kept, None][1:], strict=True):
        who = people.get(context.get("actor", 0))
        changes.append(
            Change(
                at=event.pgh_created_at,
                kind=event.pgh_label,
                actor=who.display_name if who else "",
                action=str(context.get("action", "")),
                request=str(context.get("request", "")),
                fields=_differences(plain, before, event) if before is not None else (),
                parts=_parted(name, fields, before, event) if before is not None else (),
            )
        )
    return changes[:limit]


def _differences(
    fields: Sequence[models.Field[Any, Any]], before: Any, after: Any
) -> tuple[tuple[str, str, str], ...]:
    pairs = (
        (field, getattr(before, field.attname), getattr(after, field.attname)) for field in fields
    )
    return tuple(
        (str(field.verbose_name), _shown(field, old), _shown(field, new))
        for field, old, new in pairs
        if old != new
    )


def _parted(
    model: str, fields: Sequence[models.Field[Any, Any]], before: Any, after: Any
) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    found = []
    for field in fields:
        parts = _IN_PARTS.get((model, field.name))
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if parts is not None and old != new:
            found.append((str(field.verbose_name), tuple(parts(old, new))))
    return tuple(found)


def _shown(field: models.Field[Any, Any], value: Any) -> str:
    """As people read it: the words of a choice, the name of another record, the page's own time."""
    if value in (None, ""):
        return "—"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if field.related_model is not None and field.remote_field is not None:
        other = field.remote_field.model._base_manager.filter(pk=value).first()
        return str(value if other is None else other)
    return str(value)
