"""Rows of one vehicle as they are, for tables and for other programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import DERIVED, asked_of_rows, plain, read_by, span
from voltward.telemetry.queries.frames import instant
from voltward.telemetry.queries.latest import STATE_FIELDS


@dataclass(frozen=True)
class Row:
    """One row; ``values``, ``missing`` as in ``LatestState``; ``unit_hash`` orders equal times."""

    collected_at: datetime
    received_at: datetime
    unit_hash: int
    edition: int
    command: int
    values: Mapping[str, Any]
    missing: Mapping[str, int]


_ALWAYS = ("collected_at", "received_at", "unit_hash", "edition", "command", "missing")


def rows_of(
    client: Client,
    vehicle_id: int,
    start: datetime,
    stop: datetime,
    fields: Iterable[str],
    *,
    limit: int,
    after_hash: int | None = None,
) -> list[Row]:
    """The first ``limit`` rows from ``start`` up to ``stop``, by time.

    ``after_hash``: of the rows at exactly ``start``, only those behind this one (to read on).

    Raises:
        BadInput: an unknown field or an empty span.
    """
    chosen = tuple(dict.fromkeys(fields))
    for name in chosen:
        if name not in STATE_FIELDS and name not in DERIVED:
            raise BadInput(f"field {name[:80]!r}: no such field of a row")
    wanted = [f"`{name}`" for name in _ALWAYS]
    wanted += [f"{DERIVED[n][0]} AS `{n}`" if n in DERIVED else f"`{n}`" for n in chosen]
    parameters = {**span(vehicle_id, start, stop), "limit": limit, "after": after_hash or 0}
    behind = "collected_at > {start:DateTime('UTC')} OR unit_hash > {after:UInt64}"
    table, _ = asked_of_rows(
        client,
        (*_ALWAYS, *read_by(chosen)),
        parameters,
        lambda source: (
            f"{source.select} {', '.join(wanted)} FROM {source.rows}"
            f" AND ({behind if after_hash is not None else 1})"
            " ORDER BY collected_at, unit_hash LIMIT {limit:UInt32}"
        ),
    )
    columns = {name: plain(table[name]) for name in table.column_names}
    return [_row(columns, chosen, i) for i in range(table.num_rows)]


def _row(columns: Mapping[str, list[Any]], chosen: tuple[str, ...], i: int) -> Row:
    return Row(
        instant(columns["collected_at"][i]),
        instant(columns["received_at"][i]),
        columns["unit_hash"][i],
        columns["edition"][i],
        columns["command"][i],
        {name: columns[name][i] for name in chosen},
        dict(columns["missing"][i]),
    )
