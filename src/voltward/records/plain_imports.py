"""Imports of records whose rows stand for themselves: a key, some plain fields, nothing that follows.

A room names the model, its key and its fields; titles, lengths and limits are the model's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError

from voltward.pages.imports.kinds import (
    NEW,
    REFUSED,
    CellKind,
    Change,
    ImportColumn,
    ImportKind,
    Outcome,
    ParsedRow,
    Target,
    compared,
    register,
)
from voltward.pages.room import Text
from voltward.records.actions import label
from voltward.records.mentions import labels_named

_KINDS: tuple[tuple[type[models.Field[Any, Any]], CellKind], ...] = (
    (models.DateField, "date"),
    (models.FloatField, "number"),
    (models.IntegerField, "number"),
)


@dataclass(frozen=True)
class PlainImport:
    """``key``: unique within the maker (or everywhere); ``fields``: what a file may fill besides.

    ``within``: fields that make the key unique together with it. ``aliases``: other headers by which
    files name a field.
    """

    model: type[models.Model]
    key: str
    fields: tuple[str, ...]
    within: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def kind(self, code: str, title: Text, needs: str) -> ImportKind:
        """The kind of import, made known."""
        columns = tuple(self._column(name) for name in (*self._keys, *self.fields))
        return register(
            ImportKind(code, title, needs, columns, self._keys, self.judge, self.apply, self.undo)
        )

    @property
    def _keys(self) -> tuple[str, ...]:
        return (*self.within, self.key)

    def _column(self, name: str) -> ImportColumn:
        found = self._field(name)
        kind: CellKind = "choice" if found.choices else "text"
        for known, cells in _KINDS:
            kind = cells if isinstance(found, known) and not found.choices else kind
        choices = tuple((str(code), title) for code, title in found.choices or ())
        return ImportColumn(
            name, found.verbose_name, kind, required=not (found.blank or found.has_default()),
            aliases=self.aliases.get(name, ()), choices=choices, longest=found.max_length or 200,
        )  # fmt: skip

    def _field(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    # ---- what an import asks

    def judge(self, actor: Any, rows: Sequence[ParsedRow], target: Target) -> list[Outcome]:
        """New keys, those of the maker's own records, and those that are taken."""
        del actor
        keys = [row.values[self.key] for row in rows]
        found = self.model._default_manager.filter(**{f"{self.key}__in": keys})
        if not self._field(self.key).unique:
            found = found.filter(maker=target.maker_id)
        if target.writing:
            found = found.select_for_update()
        known = {tuple(getattr(one, name) for name in self._keys): one for one in found}
        return [
            self._outcome(row, known.get(tuple(row.values[name] for name in self._keys)), target)
            for row in rows
        ]

    def _outcome(self, row: ParsedRow, record: Any, target: Target) -> Outcome:
        if record is not None and record.maker_id != target.maker_id:
            return Outcome(row, REFUSED, column=self.key, code="taken")
        given: dict[str, Any] = {}
        for name, value in row.values.items():
            try:
                given[name] = _plain(self._field(name).clean(value, None))
            except ValidationError:
                return Outcome(row, REFUSED, column=name, code="unfit")
        if record is None:
            return Outcome(row, NEW, after=given)
        present = {name: _plain(getattr(record, name)) for name in given}
        return compared(row, record.pk, present, given)

    def apply(self, actor: Any, outcomes: Sequence[Outcome], target: Target) -> Mapping[int, int]:
        """Records in bulk, inside the import's own action, which leaves the audit row."""
        del actor
        fresh = [one for one in outcomes if one.result == NEW]
        made = self.model._default_manager.bulk_create(
            self.model(maker_id=target.maker_id, **self._values(one.after)) for one in fresh
        )
        for one in outcomes:
            if one.record_id is not None:
                self._put(one.record_id, one.after)
        return {one.row.number: row.pk for one, row in zip(fresh, made, strict=True)}

    def undo(self, actor: Any, changes: Sequence[Change], target: Target) -> Mapping[Any, str]:
        """Take new records out and put changed ones back, but for those that differ by now."""
        del actor
        rows = self.model._default_manager.select_for_update().filter(maker=target.maker_id)
        present = {row.pk: row for row in rows.filter(pk__in=[one.record_id for one in changes])}
        return {
            change.pk: why
            for change in changes
            if (why := self._undone(present.get(change.record_id), change))
        }

    # ---- one record

    def _undone(self, record: Any, change: Change) -> str:
        """Empty: it is as it was; else why it stays."""
        if record is None:
            return "gone"
        if not self._untouched(record, change):
            return "changed_since"
        if change.result != NEW:
            self._put(record.pk, change.before)
            return ""
        if labels_named([label(record)]):
            return "in_use"
        try:
            record.delete()
        except ProtectedError:
            return "in_use"
        return ""

    def _untouched(self, record: Any, change: Change) -> bool:
        names = (*self._keys, *self.fields) if change.result == NEW else tuple(change.after)
        usual = {name: _plain(self._field(name).get_default()) for name in names}
        left = usual | dict(change.after)
        return all(_plain(getattr(record, name)) == left[name] for name in names)

    def _put(self, record_id: int, values: Mapping[str, Any]) -> None:
        self.model._default_manager.filter(pk=record_id).update(**self._values(values))

    def _values(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._field(name).to_python(value) for name, value in plain.items()}


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value
