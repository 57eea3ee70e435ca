"""Marks a model whose every change is kept, bulk changes too: triggers of the database keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db import models

from voltward.records.models.history import HistoryEvent

Tracked = TypeVar("Tracked", bound=type[models.Model])


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[Tracked], Tracked]:
    """Keep every version of a model's rows in ``<Model>Event``, which nobody may change.

    ``exclude``: fields that are reckoned from others and are no history of their own.
    """

    def mark(model: Tracked) -> Tracked:
        track = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(exclude) or None,
            obj_field=pghistory.ObjForeignKey(related_name="+", related_query_name="+"),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]
            append_only=True,
            base_model=HistoryEvent,
            model_name=f"{model.__name__}Event",
        )
        return track(model)  # type: ignore[no-any-return]

    return mark
