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
# A key lies in one month's partition, so versions need only be compared within each. And what a
# key itself rules out (day, vehicle, hour) need not be compared at all: the store moves only
# conditions on the key before the comparison, never those that another version may answer otherwise.
SETTINGS: Final = (
    f"SETTINGS max_query_size = {STATEMENT_BYTES}, do_not_merge_across_partitions_select_final = 1,"
    " optimize_move_to_prewhere_if_final = 1"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a link owes.

    ``vehicles``: numbers of those on it, None all but ``never`` (the canary, which no platform hears
    of). ``within``: whose proofs may be seen, None all; ``vehicles`` are among them. ``since_ms``:
    frames received before that are not owed, unix ms.
    """

    link: str
    vehicles: Collection[int] | None = None
    within: Collection[int] | None = None
    never: int = 0
    since_ms: int = 0

    def only(self, vehicle_ids: Collection[int]) -> Owed:
        """The same link, of these vehicles alone."""
        wanted = set(vehicle_ids)
        return Owed(
            self.link,
            wanted if self.vehicles is None else wanted & {*self.vehicles},
            wanted if self.within is None else wanted & {*self.within},
            self.never,
            self.since_ms,
        )

    def has(self, vehicle_id: int) -> bool:
        """Whether the vehicle is on the link."""
        on_it = self.vehicles is None or vehicle_id in self.vehicles
        return on_it and vehicle_id != self.never


def rows_owed(owed: Owed, first: date, last: date) -> str:
    """Which rows a link owes, by their own columns; ``rank`` holds the receipt, turned over."""
    start, stop = seconds_of(first, last)
    latest_rank = ~(owed.since_ms << POSITION_LOW_BITS) & ((1 << 64) - 1)
    return (
        f"collected_at >= toDateTime({max(0, start)}, 'UTC')"
        f" AND collected_at < toDateTime({stop}, 'UTC') AND rank <= {latest_rank}"
        f" AND vehicle_id != {owed.never}"
        f" AND {among(owed.within if owed.vehicles is None else owed.vehicles)}"
    )


def proofs_owed(owed: Owed, first: date, last: date) -> str:
    if not owed.link.isascii() or "'" in owed.link or "\\" in owed.link:
        raise BadInput(f"link {owed.link[:40]!r}: not the name of a link")
    start, stop = seconds_of(first, last)
    return (
        f"day >= toDate({(start + BEIJING_S) // DAY_S}) AND day < toDate({(stop + BEIJING_S) // DAY_S})"
        f" AND link = '{owed.link}' AND command IN ({DATA_COMMANDS}) AND {among(owed.within)}"
    )


def among(vehicles: Collection[int] | None) -> str:
    """Our own numbers, not texts: they may stand in the statement, which has no length limit."""
    if vehicles is None:
        return "1"
    return f"vehicle_id IN ({','.join(map(str, vehicles))})" if vehicles else "0"


def seconds_of(first: date, last: date) -> tuple[int, int]:
    """Unix seconds of the beginning of the first and the end of the last day, Beijing."""
    if first > last:
        raise BadInput(f"days from {first} to {last}")
    start, stop = (first - NO_TIME).days, (last - NO_TIME).days + 1
    return start * DAY_S - BEIJING_S, stop * DAY_S - BEIJING_S
