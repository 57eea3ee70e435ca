"""How many frames a link owed, and what became of them: by day, by vehicle, by flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.telemetry.client import Client
from voltward.telemetry.queries.fields import asked
from voltward.telemetry.schema.tables import PIECES, PROOFS, ROWS
from voltward.uplink.owed import NO_TIME, SETTINGS, Owed, proofs_owed, rows_owed
from voltward.uplink.proof import OUTCOMES
from voltward.uplink.proof_rows import BEIJING_S, DAY_S

OPEN: Final = 0  # in place of an outcome
HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Figures:
    """Contents by what became of them; ``open``: no outcome yet."""

    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    not_expressible: int = 0
    left_out: int = 0
    expired: int = 0
    unreadable: int = 0
    open: int = 0

    @property
    def received(self) -> int:
        """What the link owes: all others together."""
        return sum(getattr(self, one.name) for one in fields(self))

    @property
    def sent(self) -> int:
        return self.accepted + self.refused + self.unanswered

    @property
    def accepted_share(self) -> float | None:
        """Of what was received; None: nothing was."""
        return self.accepted / self.received if self.received else None

    @property
    def left_to_be_desired(self) -> int:
        """All but what was accepted, or is not to be sent."""
        return self.received - self.accepted - self.left_out

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


NAMES: Final = tuple(one.name for one in fields(Figures))
CODES: Final = {name: code for code, name in {OPEN: "open", **OUTCOMES}.items()}


def figures_by_day(client: Client, owed: Owed, first: date, last: date) -> dict[date, Figures]:
    """Of each day of collection (Beijing) from ``first`` to ``last`` on which there was anything.

    Raises:
        BadInput: the days are the wrong way round.
    """
    found = _reckoned(client, owed, first, last, "day", DAY_S if first < last else HOUR_S)
    return {NO_TIME + timedelta(days=day): figures for day, figures in sorted(found.items())}


def figures_of_day(client: Client, owed: Owed, day: date) -> Figures:
    """All vehicles together."""
    return figures_by_day(client, owed, day, day).get(day, Figures())


@dataclass(frozen=True, slots=True)
class VehicleFigures:
    vehicle_id: int
    figures: Figures


def figures_by_vehicle(
    client: Client,
    owed: Owed,
    day: date,
    *,
    having: str = "",
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[VehicleFigures], int]:
    """The vehicles of a day, those with most left to be desired first; and how many they are.

    ``having``: only those with a frame of this outcome (a name of ``Figures``).

    Raises:
        BadInput: no such outcome.
    """
    if having and having not in NAMES:
        raise BadInput(f"outcome {having[:40]!r}, known are {', '.join(NAMES)}")
    found = [
        VehicleFigures(*pair)
        for pair in _reckoned(client, owed, day, day, "vehicle_id", HOUR_S).items()
        if not having or getattr(pair[1], having)
    ]
    found.sort(key=lambda one: (-one.figures.left_to_be_desired, one.vehicle_id))
    return found[offset : offset + limit], len(found)


def flags_of_day(client: Client, owed: Owed, day: date) -> dict[int, int]:
    """Refused contents by the flag of the last answer."""
    table = asked(
        client,
        f"SELECT flag, toUInt64(count()) AS n FROM {PROOFS} FINAL WHERE {proofs_owed(owed, day, day)}"
        f" AND outcome = {CODES['refused']} GROUP BY flag ORDER BY n DESC, flag {SETTINGS}",
        {},
    )
    return dict(zip(table["flag"].to_numpy().tolist(), table["n"].to_numpy().tolist(), strict=True))


def _reckoned(
    client: Client, owed: Owed, first: date, last: date, by: str, bucket_s: int
) -> dict[int, Figures]:
    """Figures by ``day`` (days since 1970) or ``vehicle_id``.

    Rows and proofs are summed up by vehicle and stretch of ``bucket_s``: where one of the two has
    nothing, or both are of the same contents, the sums say all. Frame by frame only the stretches are
    compared in which they differ; as a rule those are the newest one and the ends of an outage.
    """
    table = asked(client, _sums(owed, first, last, by, bucket_s), {})
    found: dict[int, Figures] = {}
    for key, figures in zip(table["key"].to_numpy().tolist(), _figures(table), strict=True):
        found[key] = found.get(key, Figures()) + figures
    mixed = table.filter(table["differs"])
    if mixed.num_rows:
        stretches = list(
            zip(
                mixed["vehicle"].to_numpy().tolist(),
                mixed["of_stretch"].to_numpy().tolist(),
                strict=True,
            )
        )
        query = _open_among(owed, first, last, by, bucket_s, stretches)
        for key, count in zip(
            *(c.to_numpy().tolist() for c in asked(client, query, {})), strict=True
        ):
            found[key] = found.get(key, Figures()) + Figures(open=count)
    return found


def _sums(owed: Owed, first: date, last: date, by: str, bucket_s: int) -> str:
    """SELECT of ``key`` and the sums of each outcome; of stretches in which rows and proofs differ a
    line each, without what is open in them. Two sets of equal size and equal sum (exclusive or of 64
    bits per key) are taken for equal."""
    names = [name for name in NAMES if name != "open"]
    none = ", ".join(f"toUInt64(0) AS {name}_n" for name in names)
    counted = ", ".join(f"toUInt64(countIf(outcome = {CODES[name]})) AS {name}_n" for name in names)
    group = f"vehicle_id, {_stretch(bucket_s)} AS stretch"
    mark = "groupBitXor(intHash64(bitXor(unit_hash, intHash64(toUInt32(collected_at))))) AS mark"
    branches = [
        f"SELECT {group}, toUInt64(count()) AS rows_n, toUInt64(0) AS proofs_n, {mark}, {none}"
        f" FROM {table} FINAL WHERE {rows_owed(owed, first, last)} GROUP BY vehicle_id, stretch"
        for table in (ROWS, PIECES)
    ]
    branches.append(
        f"SELECT {group}, toUInt64(0) AS rows_n, toUInt64(count()) AS proofs_n, {mark}, {counted}"
        f" FROM {PROOFS} FINAL WHERE {proofs_owed(owed, first, last)} GROUP BY vehicle_id, stretch"
    )
    added = ", ".join(f"sum({name}_n) AS {name}_s" for name in names)
    stretches = (
        f"SELECT vehicle_id, stretch, sum(rows_n) AS r, sum(proofs_n) AS p,"
        f" r > 0 AND p > 0 AND (r != p OR groupBitXor(mark) != 0) AS is_mixed, {added}"
        f" FROM ({' UNION ALL '.join(branches)}) GROUP BY vehicle_id, stretch"
    )
    summed = ", ".join(f"toUInt64(sum({name}_s)) AS {name}_n" for name in names)
    return (
        f"SELECT {_key(by, bucket_s)} AS key, toBool(is_mixed) AS differs,"
        f" toUInt64(if(is_mixed, vehicle_id, 0)) AS vehicle,"
        f" toUInt64(if(is_mixed, stretch, 0)) AS of_stretch,"
        f" {summed}, toUInt64(sumIf(r, p = 0)) AS open_n"
        f" FROM ({stretches}) GROUP BY key, differs, vehicle, of_stretch {SETTINGS}"
    )


def _open_among(
    owed: Owed, first: date, last: date, by: str, bucket_s: int,
    stretches: Sequence[tuple[int, int]],
) -> str:  # fmt: skip
    """SELECT of ``key`` and how many contents of these stretches no proof names."""
    only = owed.only({vehicle for vehicle, _stretch in stretches})
    chosen = ",".join(f"({vehicle},{stretch})" for vehicle, stretch in stretches)
    within = f"(vehicle_id, {_stretch(bucket_s)}) IN ({chosen})"
    contents = "vehicle_id, collected_at, unit_hash"
    branches = [
        f"SELECT {contents}, toUInt8(0) AS proved FROM {table} FINAL"
        f" WHERE {rows_owed(only, first, last)} AND {within}"
        for table in (ROWS, PIECES)
    ]
    branches.append(
        f"SELECT {contents}, toUInt8(1) AS proved FROM {PROOFS} FINAL"
        f" WHERE {proofs_owed(only, first, last)} AND {within}"
    )
    return (
        f"SELECT {_key(by, bucket_s)} AS key, toUInt64(count()) AS n FROM ("
        f"SELECT vehicle_id, {_stretch(bucket_s)} AS stretch"
        f" FROM ({' UNION ALL '.join(branches)}) GROUP BY {contents} HAVING max(proved) = 0)"
        f" GROUP BY key {SETTINGS}"
    )


def _stretch(bucket_s: int) -> str:
    """Number of the stretch of a collection time, counted from the first midnight of 1970 in Beijing."""
    return f"intDiv(toUInt64(toUInt32(collected_at)) + {BEIJING_S}, {bucket_s})"


def _key(by: str, bucket_s: int) -> str:
    if by == "vehicle_id":
        return "vehicle_id"
    return f"toUInt64(intDiv(stretch, {DAY_S // bucket_s}))"


def _figures(table: pa.Table) -> list[Figures]:
    columns: list[NDArray[Any]] = [np.asarray(table[f"{name}_n"].to_numpy()) for name in NAMES]
    return [Figures(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
