"""What a link owes: whose frames, since when, and how that is asked of the store.

Owed is each content once, as rows are kept: vehicle, collection time, hash of the data unit. What the
rows of a link's vehicles and the proofs of the link name together was received; what only rows name
is open. So received is always the sum of all outcomes and what is open, also while rows or proofs
are still on their way into the store.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from voltward.base.errors import BadInput
from voltward.telemetry.schema.columns import POSITION_LOW_BITS
from voltward.uplink.proof_rows import BEIJING_S, DATA, DAY_S

NO_TIME: Final = date(1970, 1, 1)  # the day of frames whose vehicle told no moment that exists
DATA_COMMANDS: Final = ", ".join(map(str, DATA))
STATEMENT_BYTES: Final = 32 << 20  # numbers of vehicles stand in the statement
SETTINGS: Final = f"SETTINGS max_query_size = {STATEMENT_BYTES}"


@dataclass(frozen=True, slots=True)
class Owed:
    """What a link owes. ``vehicles``: numbers of those on it; ``within``: whose proofs may be seen,
    None all. ``since_ms``: frames received before that are not owed, unix ms."""

    link: str
    vehicles: Collection[int]
    within: Collection[int] | None = None
    since_ms: int = 0

    def only(self, vehicle_ids: Collection[int]) -> Owed:
        """The same link, of these vehicles alone."""
        allowed = set(vehicle_ids) if self.within is None else {*vehicle_ids} & {*self.within}
        return Owed(self.link, allowed & {*self.vehicles}, allowed, self.since_ms)


def rows_of(owed: Owed, first: date, last: date) -> str:
    """Which rows a link owes, by their own columns; ``rank`` holds the receipt, turned over."""
    start, stop = seconds_of(first, last)
    latest_rank = ~(owed.since_ms << POSITION_LOW_BITS) & ((1 << 64) - 1)
    return (
        f"collected_at >= toDateTime({max(0, start)}, 'UTC')"
        f" AND collected_at < toDateTime({stop}, 'UTC') AND rank <= {latest_rank}"
        f" AND {among(owed.vehicles)}"
    )


def proofs_of(owed: Owed, first: date, last: date) -> str:
    if not owed.link.isascii() or "'" in owed.link or "\\" in owed.link:
        raise BadInput(f"link {owed.link[:40]!r}: not the name of a link")
    start, stop = seconds_of(first, last)
    within = "" if owed.within is None else f" AND {among(owed.within)}"
    return (
        f"day >= toDate({(start + BEIJING_S) // DAY_S}) AND day < toDate({(stop + BEIJING_S) // DAY_S})"
        f" AND link = '{owed.link}' AND command IN ({DATA_COMMANDS}){within}"
    )


def among(vehicles: Collection[int]) -> str:
    return f"vehicle_id IN ({','.join(map(str, vehicles))})" if vehicles else "0"


def seconds_of(first: date, last: date) -> tuple[int, int]:
    """Unix seconds of the beginning of the first and the end of the last day, Beijing."""
    if first > last:
        raise BadInput(f"days from {first} to {last}")
    start, stop = (first - NO_TIME).days, (last - NO_TIME).days + 1
    return start * DAY_S - BEIJING_S, stop * DAY_S - BEIJING_S
