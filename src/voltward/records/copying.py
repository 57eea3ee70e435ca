"""Many new rows at once, as one JSON text that PostgreSQL takes apart: several times faster than VALUES."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from psycopg import sql

# Values of these columns are what JSON or `_plain` make of them; all others are prepared by their field.
_AS_THEY_ARE: Final = frozenset({
    models.BooleanField, models.CharField, models.DateTimeField, models.ForeignKey, models.JSONField,
    models.PositiveIntegerField, models.PositiveSmallIntegerField, models.TextField,
})  # fmt: skip


def copy_in(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; their primary keys are set on return.

    Columns that the database fills by itself (``db_default``) are left to it. Runs inside the
    caller's transaction; constraints and triggers hold as for INSERT.

    Raises:
        TypeError: a column of lists, or a value of a kind that no column here holds.
        ValueError: a number that is none (NaN, infinite).
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[DEFAULT_DB_ALIAS]
    primary_key = model._meta.pk
    table = model._meta.db_table
    fields = [primary_key, *_filled(model)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, primary_key.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        names = [str(field.column) for field in fields]
        columns = [_column(rows, field, connection) for field in fields]
        told = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        text = json.dumps(told, ensure_ascii=False, allow_nan=False, default=_plain)
        cursor.execute(_statement(table, names), [text])


def _filled(model: type[models.Model]) -> list[Any]:
    """Columns whose values come from here, without the primary key.

    Raises:
        TypeError: one of them holds lists, which JSON would write in another way.
    """
    fields = [
        field
        for field in model._meta.concrete_fields
        if field is not model._meta.pk
        and field.db_default is models.NOT_PROVIDED
        and not field.generated
    ]
    for field in fields:
        if str(field.db_type(connections[DEFAULT_DB_ALIAS])).endswith("]"):
            raise TypeError(f"{field.name}: lists cannot be inserted many rows at a time")
    return fields


def _column(rows: Sequence[models.Model], field: Any, connection: Any) -> list[Any]:
    name = field.attname
    if type(field) in _AS_THEY_ARE:
        return [getattr(row, name) for row in rows]
    prepare: Callable[[Any, Any], Any] = field.get_db_prep_save
    return [prepare(getattr(row, name), connection) for row in rows]


def _plain(value: Any) -> str:
    """What JSON has no word for, as PostgreSQL reads it."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, (date, Decimal, UUID, Promise)):  # a datetime is a date too
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be inserted many rows at a time")


def _statement(table: str, columns: Sequence[str]) -> sql.Composed:
    """INSERT of one JSON text. Not COPY, which PostgreSQL refuses behind the wall."""
    names = sql.SQL(", ").join([sql.Identifier(name) for name in columns])
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s)"
    ).format(table=sql.Identifier(table), names=names)


def among(column: str, kind: str, values: Sequence[Any]) -> RawSQL:
    """A condition like ``column__in`` that sends thousands of values as one array.

    ``column`` with its table, ``kind`` its PostgreSQL type: both from code, never from a person.
    """
    return RawSQL(f"{column} = ANY(%s::{kind}[])", [list(values)], output_field=BooleanField())  # noqa: S611 - see above


def among_pairs(
    columns: tuple[str, str], kinds: tuple[str, str], values: Iterable[tuple[Any, Any]]
) -> RawSQL:
    """As ``among``, for two columns together. No index serves it: a condition on one column goes first."""
    pairs = list(values)
    told = [[one for one, _ in pairs], [other for _, other in pairs]]
    text = "({}, {}) IN (SELECT * FROM unnest(%s::{}[], %s::{}[]))".format(*columns, *kinds)
    return RawSQL(text, told, output_field=BooleanField())  # noqa: S611 - see above
