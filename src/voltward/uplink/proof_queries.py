"""How many frames a link owed, and what became of them: by day, by vehicle, by flag."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
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

OPEN: Final = 0  # in place of an outcome


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

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


NAMES: Final = tuple(one.name for one in fields(Figures))
CODES: Final = {name: code for code, name in {OPEN: "open", **OUTCOMES}.items()}
_BAD: Final = "open_n + refused_n + unanswered_n + expired_n + unreadable_n + not_expressible_n"


def figures_by_day(client: Client, owed: Owed, first: date, last: date) -> dict[date, Figures]:
    """Of each day of collection (Beijing) from ``first`` to ``last`` on which there was anything.

    Raises:
        BadInput: the days are the wrong way round.
    """
    table = asked(
        client,
        f"SELECT toUInt16(day) AS d, {_counts()} FROM ({_contents(owed, first, last)})"
        f" GROUP BY day ORDER BY day {SETTINGS}",
        {},
    )
    days = [NO_TIME + timedelta(days=int(d)) for d in table["d"].to_numpy()]
    return dict(zip(days, _figures(table), strict=True))


def figures_of_day(client: Client, owed: Owed, day: date) -> Figures:
    """All vehicles together. Frame by frame only vehicles are compared whose rows and proofs differ:
    of most vehicles all frames have their outcome, and a sum over their keys says so."""
    table = asked(
        client,
        f"SELECT {_counts()} FROM {PROOFS} FINAL WHERE {proofs_owed(owed, day, day)} {SETTINGS}",
        {},
    )
    proved = _figures(table)[0]
    differing = _differing(client, owed, day)
    if not differing:
        return proved
    compared = figures_by_day(client, owed.only(differing), day, day).get(day, Figures())
    return replace(proved, open=compared.open)


def _differing(client: Client, owed: Owed, day: date) -> list[int]:
    """Vehicles whose rows and proofs of a day are not of the same contents.

    Two sets of equal size and equal sum (exclusive or of 64 bits per key) are taken for equal.
    """
    key_sum = "groupBitXor(cityHash64(collected_at, unit_hash)) AS mark"
    sources = [(table, "toInt64(count())", rows_owed(owed, day, day)) for table in (ROWS, PIECES)]
    sources.append((PROOFS, "-toInt64(count())", proofs_owed(owed, day, day)))
    branches = [
        f"SELECT vehicle_id, {count} AS n, {key_sum} FROM {table} FINAL WHERE {where} GROUP BY vehicle_id"
        for table, count, where in sources
    ]
    found = asked(
        client,
        f"SELECT vehicle_id FROM ({' UNION ALL '.join(branches)}) GROUP BY vehicle_id"
        f" HAVING sum(n) != 0 OR groupBitXor(mark) != 0 {SETTINGS}",
        {},
    )
    return list(map(int, found["vehicle_id"].to_numpy()))


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
    table = asked(
        client,
        f"SELECT vehicle_id, {_counts()}, toUInt64(count() OVER ()) AS total"
        f" FROM ({_contents(owed, day, day)}) GROUP BY vehicle_id"
        f" HAVING {f'{having}_n > 0' if having else '1'}"
        f" ORDER BY {_BAD} DESC, vehicle_id LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}} {SETTINGS}",
        {"limit": limit, "offset": offset},
    )
    vehicles = table["vehicle_id"].to_numpy().tolist()
    found = [VehicleFigures(*pair) for pair in zip(vehicles, _figures(table), strict=True)]
    return found, int(table["total"][0].as_py()) if found else 0


def flags_of_day(client: Client, owed: Owed, day: date) -> dict[int, int]:
    """Refused contents by the flag of the last answer."""
    table = asked(
        client,
        f"SELECT flag, toUInt64(count()) AS n FROM {PROOFS} FINAL WHERE {proofs_owed(owed, day, day)}"
        f" AND outcome = {CODES['refused']} GROUP BY flag ORDER BY n DESC, flag {SETTINGS}",
        {},
    )
    return dict(zip(table["flag"].to_numpy().tolist(), table["n"].to_numpy().tolist(), strict=True))


def _counts() -> str:
    return ", ".join(f"toUInt64(countIf(outcome = {CODES[name]})) AS {name}_n" for name in NAMES)


def _figures(table: pa.Table) -> list[Figures]:
    columns: list[NDArray[Any]] = [np.asarray(table[f"{name}_n"].to_numpy()) for name in NAMES]
    return [Figures(*map(int, row)) for row in zip(*columns, strict=True)]


def _contents(owed: Owed, first: date, last: date) -> str:
    """SELECT of each content once: ``day``, ``vehicle_id``, ``outcome``.

    Raises:
        BadInput: the days are the wrong way round.
    """
    key = "vehicle_id, collected_at, unit_hash"
    branches = [
        f"SELECT {key}, toUInt8({OPEN}) AS outcome FROM {table} FINAL WHERE {rows_owed(owed, first, last)}"
        for table in (ROWS, PIECES)
    ]
    branches.append(
        f"SELECT {key}, outcome FROM {PROOFS} FINAL WHERE {proofs_owed(owed, first, last)}"
    )
    return (
        f"SELECT vehicle_id, toDate(collected_at, 'Asia/Shanghai') AS day, max(outcome) AS outcome"
        f" FROM ({' UNION ALL '.join(branches)}) GROUP BY {key}"
    )
