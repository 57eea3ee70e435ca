"""Highest and lowest cell and probe of a state, also where the edition no longer sends them.

GB/T 32960.3-2016 has an information type of extremes (0x06); the 2025 edition leaves it to the
platform to find them in the lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from voltward.telemetry.queries import LatestState

MV_PER_V = 1000
_FROM_LISTS: Mapping[str, tuple[str, Callable[[Iterable[int]], int], int]] = {
    "highest_voltage_v": ("cell_voltages_mv", max, MV_PER_V),
    "lowest_voltage_v": ("cell_voltages_mv", min, MV_PER_V),
    "highest_temp_c": ("probe_temps_c", max, 1),
    "lowest_temp_c": ("probe_temps_c", min, 1),
}


def with_extremes(state: LatestState) -> LatestState:
    """The state with the extremes it lacks; one that was sent as a code stays missing."""
    found: dict[str, Any] = {}
    for field, (source, which, per_unit) in _FROM_LISTS.items():
        known = [item for item in state.values[source] or () if item is not None]
        if state.values[field] is None and field not in state.missing and known:
            found[field] = which(known) / per_unit
    return replace(state, values={**state.values, **found}) if found else state
