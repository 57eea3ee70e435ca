"""Every limit that a revision may set: what the detectors declare, by key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from voltward.findings.catalogue import DETECTORS
from voltward.findings.detector import Detector, Limit

# a column of a risk matrix (GB/T 45688 C.1, C.2, C.4, C.5): threshold, duration, times
_CELL = re.compile(r"^(?P<stem>.*?)(?P<part>[vtc])_(?P<column>[1-9])$")
LEVEL_OF_FLAG = "fault.level_"  # and the number of the bit, GB/T 32960.3 alarm flags


@dataclass(frozen=True)
class KnownLimit:
    """``cell``: matrix, part (v, t, c) and column, where it is a cell of a risk matrix."""

    key: str
    limit: Limit
    detector: Detector
    cell: tuple[str, str, int] | None = None

    @property
    def may_be_unused(self) -> bool:
        """Whether no value is a value: an unused column of a risk matrix."""
        return self.cell is not None or math.isnan(self.limit.default)

    def default(self, chemistry: str = "") -> float | None:
        """What holds where no revision says otherwise; None: unused."""
        value = self.limit.by_chemistry.get(chemistry, self.limit.default)
        return None if math.isnan(value) else value


@lru_cache(maxsize=1)
def known_limits() -> Mapping[str, KnownLimit]:
    """By key, in the order in which detectors declare them."""
    found = {
        detector.limit_key(k): KnownLimit(detector.limit_key(k), limit, detector)
        for detector in DETECTORS
        for k, limit in enumerate(detector.limits)
    }
    cells = {key: match for key in found if (match := _CELL.match(key))}
    whole = {
        (match["stem"], match["column"])
        for match in cells.values()
        if all(f"{match['stem']}{part}_{match['column']}" in cells for part in "vtc")
    }
    for key, match in cells.items():
        if (match["stem"], match["column"]) in whole:
            one = found[key]
            cell = (match["stem"].rstrip("._"), match["part"], int(match["column"]))
            found[key] = KnownLimit(key, one.limit, one.detector, cell)
    return MappingProxyType(found)
