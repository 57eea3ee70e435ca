"""The face that every detector has: what it reads, its limits, its memory, and how it judges rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NO_DATA: Final = -1  # a row's level when it cannot be judged: neither opens nor clears
NORMAL: Final = 0
# What level a rule's remarks have while they are about data only: NORMAL opens nothing, so marks of
# quality are judged as QUALITY_MARK and written with level 0.
QUALITY_MARK: Final = 9


@dataclass(frozen=True, slots=True)
class Limit:
    """One number a rule compares with. ``default`` holds where no revision says otherwise.

    ``by_chemistry``: other defaults by code of GB/T 32960.3 annex A.2 (``"01"``: LFP).
    ``confidence``: A text seen, B secondary source, C unconfirmed, M engineering default.
    """

    name: str
    default: float
    unit: str
    source: str
    confidence: str = "M"
    lowest: float = 0.0
    highest: float = 1e9
    by_chemistry: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """``n`` rows of many vehicles, those of one vehicle together and in the order they are judged.

    ``slot`` i8: which record of the memory is the vehicle's. ``time_s`` i8: collection time, unix s.
    ``received_s`` f8: when the gateway had it. ``values``: arrays ``(n,)`` by name (``rows.NAMES``);
    floats are NaN and integers all bits set where the frame had no value.
    """

    slot: NDArray[np.int64]
    time_s: NDArray[np.int64]
    received_s: NDArray[np.float64]
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return self.slot.size

    def __getitem__(self, name: str) -> Array:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of each row: limit ``k`` of the detector for row ``i`` is ``table[of_row[i], k]``.

    ``table`` f8 ``(revisions, len(detector.limits))``; ``of_row`` i4 ``(n,)``.
    """

    table: NDArray[np.float64]
    of_row: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Judged:
    """What one rule says about ``n`` rows.

    ``level`` i1: NO_DATA, NORMAL, 1 to 4, or QUALITY_MARK. ``value`` f4: the number judged, larger is
    worse when ``rises``; ``limit`` i1: which of the detector's limits it was compared with, -1 none.
    ``beside``: further numbers to carry in the finding, by name. ``profile``: of limits that are only
    watched (shadow mode); such a rule is numbered apart from the one in force.
    """

    rule: str
    level: NDArray[np.int8]
    value: NDArray[np.float32]
    limit: NDArray[np.int8]
    rises: bool = True
    beside: Mapping[str, Array] = field(default_factory=dict)
    profile: str = ""


Judge = Callable[[Rows, Array, Limits], Sequence[Judged]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person reads about a rule. ``value_unit``: of ``Judged.value``.

    ``kind``: ``own``, ``fault`` (GB/T 45688 table 1), ``flag`` (other 32960 bits), ``hazard`` (table 2),
    ``quality``. ``clear_after_s``: so long must rows be normal before the episode ends, by collection
    time; a gap does not count. ``is_event``: it happens at one row and has no end.
    """

    code: str
    title_zh: str
    title_en: str
    kind: str
    source: str
    value_name: str = "value"
    value_unit: str = ""
    clear_after_s: float = 60.0
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class Detector:
    """``judge(rows, memory, limits)``: pure but for ``memory``, a structured array ``(vehicles,)`` of
    ``memory`` with one record a vehicle, which it changes in place; feed it to the next call.

    However a vehicle's rows are cut into calls, what it says of each row is the same. ``fresh``: a
    record of a vehicle never seen. ``facts``: keys of the vehicle group it wants as limits too
    (``facts.max_working_voltage_v``), behind its own limits, NaN where unknown.
    """

    name: str
    rules: tuple[Rule, ...]
    reads: tuple[str, ...]
    judge: Judge
    limits: tuple[Limit, ...] = ()
    memory: np.dtype[Any] | None = None
    fresh: Any = None
    facts: tuple[str, ...] = ()

    def limit_key(self, index: int) -> str:
        """``insulation.low_ohm_per_v``: the name of a limit across all detectors."""
        return f"{self.name}.{self.limits[index].name}"
