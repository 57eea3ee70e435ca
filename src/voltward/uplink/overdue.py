"""What becomes of frames whose answer will hardly come any more (GB/T 32960.3-2016 clause 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voltward.uplink.flight import Flight
from voltward.uplink.items import NO_ITEMS, Items, Source

RESENDS: Final = 3  # of one frame


@dataclass(frozen=True, slots=True)
class Overdue:
    """Taken out of the flight. ``ends``: one got no answer to any of its tries; nothing goes again."""

    given_up: Items = NO_ITEMS
    again: Items = NO_ITEMS
    ends: bool = False


def overdue(flight: Flight, before_s: float, is_silent: bool) -> Overdue:
    """Of those that were sent before ``before_s``; ``is_silent``: the platform has said nothing since."""
    places = flight.overdue(before_s, is_silent)
    if not len(places):
        return Overdue()
    rows, passed = flight.at(places), flight.were_passed(places)
    spent, is_report = rows["now_tries"] > RESENDS, rows["source"] == Source.REPORT
    # a report is no reason to take the link from the vehicles; the first frame is
    ends = np.flatnonzero(spent & ~is_report)[:1]
    upto = int(ends[0]) + 1 if len(ends) else len(places)
    over = (spent & (is_report | passed))[:upto]
    given_up = flight.take(places[:upto][over])
    if len(ends):
        return Overdue(given_up, ends=True)
    return Overdue(given_up, flight.take(places[~spent]))
