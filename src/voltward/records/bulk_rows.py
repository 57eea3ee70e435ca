"""Many rows of one table in one statement: for streams, where a thousand alarms open at once.

``bulk_create`` binds every value of every row on its own, which costs a multiple of what PostgreSQL
then does. Here all rows travel as one document and PostgreSQL takes them apart by the table's own
types. Triggers and row-level security apply as ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, TypeAlias

from django.db import connection
from django.db.models import BinaryField, Field, JSONField, Model
from django.db.models.expressions import DatabaseDefault
from psycopg.sql import SQL, Composable, Composed, Identifier

AT_ONCE: Final = 2000
# a value of exactly one of these is told as it is
_PLAIN: Final = frozenset({int, str, bool, float, type(None)})
Column: TypeAlias = "Field[Any, Any]"


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert unsaved rows of one model and give each its primary key; values are not validated.

    Raises:
        TypeError: a column that no document can carry, or a default of the database in some rows only.
    """
    for first in range(0, len(rows), AT_ONCE):
        _insert(rows[first : first + AT_ONCE])


def update_rows(rows: Sequence[Model], columns: Collection[str]) -> None:
    """Write the named fields of saved rows of one model.

    Raises:
        TypeError: a column that no document can carry.
    """
    for first in range(0, len(rows), AT_ONCE):
        _update(rows[first : first + AT_ONCE], columns)


def _insert(rows: Sequence[Model]) -> None:
    table, columns = _table(rows)
    key = _key(rows)
    for row, number in zip(rows, _numbers(table, str(key.column), len(rows)), strict=True):
        row.pk = number
    told = [one for one in columns.values() if not _left_to_database(rows, one)]
    names = _listed([_name(one) for one in told])
    statement = SQL(
        "INSERT INTO {table} ({names})"
        " SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    ).format(table=Identifier(table), names=names)
    _run(statement.as_string(), _document(rows, told, adding=True))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _update(rows: Sequence[Model], names: Collection[str]) -> None:
    table, columns = _table(rows)
    key, changed = _key(rows), [columns[name] for name in names]
    setting = _listed([SQL("{0} = told.{0}").format(_name(one)) for one in changed])
    statement = SQL(
        "UPDATE {table} SET {setting} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS told"
        " WHERE {table}.{key} = told.{key}"
    ).format(table=Identifier(table), setting=setting, key=_name(key))
    _run(statement.as_string(), _document(rows, [key, *changed], adding=False))


def _table(rows: Sequence[Model]) -> tuple[str, dict[str, Column]]:
    """Its name, and its columns by the names of the fields."""
    meta = type(rows[0])._meta
    return meta.db_table, {one.name: one for one in meta.concrete_fields}


def _key(rows: Sequence[Model]) -> Column:
    key: Column = type(rows[0])._meta.pk
    return key


def _name(column: Column) -> Identifier:
    return Identifier(str(column.column))


def _listed(parts: list[Composable]) -> Composed:
    return SQL(", ").join(parts)


def _numbers(table: str, column: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', column, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _left_to_database(rows: Iterable[Model], column: Column) -> bool:
    if not column.has_db_default():
        return False
    left = {isinstance(getattr(row, column.attname), DatabaseDefault) for row in rows}
    if len(left) > 1:
        raise TypeError(f"{column}: a default of the database in some of the rows only")
    return left == {True}


def _document(rows: Iterable[Model], columns: Sequence[Column], *, adding: bool) -> str:
    tellers = [(one.column, _teller(one, adding)) for one in columns]
    told = [{name: tell(row) for name, tell in tellers} for row in rows]
    return json.dumps(told, default=str, ensure_ascii=False)


def _teller(column: Column, adding: bool) -> Callable[[Model], Any]:
    """What gives a row's value as the document tells it; most values need no look at their field."""
    if isinstance(column, BinaryField):
        raise TypeError(f"{column}: octets cannot travel in a document")
    name = column.attname
    fills_itself = type(column).pre_save is not Field.pre_save

    def tell(row: Model) -> Any:
        value = column.pre_save(row, adding) if fills_itself else getattr(row, name)
        if type(value) in _PLAIN or isinstance(column, JSONField):
            return value
        return column.get_prep_value(value)

    return tell


def _run(statement: str, document: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [document])
