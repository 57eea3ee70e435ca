"""Marks a model whose every change is kept, bulk changes too: triggers of the database keep it.

And what migrations need for it: ``AtOnce``, ``AddTriggers`` and ``begun``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import pghistory
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger

from voltward.records.models.history import HistoryEvent

BEGUN: Final = "begun"  # the label of what was there before its table was tracked
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


def begun(app: str, names: Sequence[str]) -> migrations.RunPython:
    """A migration's step that puts down the rows that are there, or their first change tells nothing."""

    def put_down(apps: Any, editor: Any) -> None:
        for name in names:
            row, event = apps.get_model(app, name), apps.get_model(app, f"{name}event")
            columns = ", ".join(
                editor.quote_name(field.column)
                for field in event._meta.local_concrete_fields
                if not (field.generated or field.column.startswith("pgh_"))
            )
            key = editor.quote_name(row._meta.pk.column)
            editor.execute(
                f"INSERT INTO {event._meta.db_table} ({columns}, pgh_created_at, pgh_label, pgh_obj_id)"
                f" SELECT {columns}, now(), '{BEGUN}', {key} FROM {row._meta.db_table}"
            )

    return migrations.RunPython(put_down, migrations.RunPython.noop)


class AtOnce(Operation):
    """What one migration makes, as one step: each table by itself renders the models of the whole
    project anew, which was most of the time that an empty database took.

    ``operations``: tables, their triggers, SQL; none that changes what another of them makes.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered once, when the tables are made
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, editor, before, after)

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, editor, before, after)

    def describe(self) -> str:
        return f"Make {len(self.operations)} things at once"


class AddTriggers(Operation):
    """What many ``AddTrigger`` of one migration do, at once.

    Each of those renders the models of the whole project anew: half of all the time that an empty
    database took. ``triggers``: names of models with their triggers, in the migration's own app.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, triggers: Sequence[tuple[str, Trigger]]) -> None:
        self.triggers = triggers

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"triggers": self.triggers}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for name, trigger in self.triggers:
            options = state.models[app_label, name.lower()].options
            options["triggers"] = [*options.get("triggers", []), trigger]

    def database_forwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        del app_label, before, after
        for _name, trigger in self.triggers:
            editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label: str, editor: Any, before: Any, after: Any) -> None:
        del app_label, before, after
        for _name, trigger in reversed(self.triggers):
            editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        return f"Create {len(self.triggers)} triggers"
