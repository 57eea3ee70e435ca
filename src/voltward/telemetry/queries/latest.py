"""The newest state of all vehicles or of some."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import DERIVED, asked, plain, read_by
from voltward.telemetry.queries.frames import instant
from voltward.telemetry.schema.columns import BY_NAME, select
from voltward.telemetry.schema.tables import LATEST, latest_pieces_select

_ALWAYS = (
    "vehicle_id",
    "collected_at",
    "received_at",
    "edition",
    "command",
    "time_state",
    "stream",
    "frame_position",
    "missing",
)
_AMONG = "vehicle_id IN {vehicles:Array(UInt64)}"
_HIDDEN = {*_ALWAYS, "rank", "frame_block", "unit_hash", "verdict", "custom", "rest"}
STATE_FIELDS = tuple(name for name in BY_NAME if name not in _HIDDEN)


@dataclass(frozen=True)
class LatestState:
    """What a vehicle sent last by its own clock (clocks ahead of reception never win).

    ``values``: numbers, codes and lists by field; None where missing, and ``missing`` says why
    (``columns.reasons.Reason``). Cells are uint16 mV with 65534 abnormal, 65535 invalid.
    ``pieces``: of how many frames it is made.
    """

    vehicle_id: int
    collected_at: datetime
    received_at: datetime
    edition: int
    command: int
    time_state: int
    stream: int
    frame_position: int
    pieces: int
    values: Mapping[str, Any]
    missing: Mapping[str, int]


def latest_states(
    client: Client,
    vehicle_ids: Iterable[int] | None = None,
    fields: Sequence[str] | None = None,
) -> list[LatestState]:
    """The newest state of each of ``vehicle_ids`` (None: all) that ever sent, by vehicle id.

    Raises:
        BadInput: a field that no state has.
    """
    chosen = STATE_FIELDS if fields is None else tuple(dict.fromkeys(fields))
    for name in chosen:
        if name not in STATE_FIELDS and name not in DERIVED:
            raise BadInput(f"field {name[:80]!r}: no such field of a state")
    where, parameters = "1", {}
    if vehicle_ids is not None:
        where, parameters = _AMONG, {"vehicles": [*vehicle_ids]}
    wanted = [f"`{name}`" for name in _ALWAYS]
    wanted += [f"{DERIVED[n][0]} AS `{n}`" if n in DERIVED else f"`{n}`" for n in chosen]
    names, columns = ", ".join(wanted), (*_ALWAYS, *read_by(chosen))
    whole = asked(
        client,
        f"{select(columns)} {names}, 1 AS pieces, piece != 0 AS split FROM {LATEST} FINAL WHERE {where}"
        " ORDER BY vehicle_id, version DESC LIMIT 1 BY vehicle_id",
        parameters,
    )
    states = {state.vehicle_id: state for state in _states(whole, chosen)}
    split = [*itertools.compress(states, whole["split"].to_pylist())]
    if split:  # joined by the store, for those vehicles only
        source = latest_pieces_select(columns, _AMONG)
        query = f"SELECT {names}, pieces FROM ({source})"
        joined = asked(client, query, {"vehicles": split})
        states.update((state.vehicle_id, state) for state in _states(joined, chosen))
    return [*states.values()]


def _states(table: pa.Table, chosen: Sequence[str]) -> Iterator[LatestState]:
    columns = {name: plain(table[name]) for name in (*_ALWAYS, "pieces")}
    columns["collected_at"] = [instant(value) for value in columns["collected_at"]]
    columns["received_at"] = [instant(value) for value in columns["received_at"]]
    columns["missing"] = [dict(value) for value in columns["missing"]]
    rows = zip(*(plain(table[name]) for name in chosen), strict=True) if chosen else None
    for row in range(table.num_rows):
        values = {} if rows is None else dict(zip(chosen, next(rows), strict=True))
        yield LatestState(values=values, **{name: column[row] for name, column in columns.items()})
