"""What must be found behind the platform for every row of a recording.

Written from the file's values and the protocol tables' ranges, not from encoded frames, so that
it can judge encoder, gateway, decoder and store alike. Columns are named as in ``columns/``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Choice, Edition, InfoType, Number, Numbers
from voltward.simulator.quantising import ABNORMAL, INVALID, OUT_OF_RANGE, PRESENT, counts
from voltward.simulator.recording import Recording, Rows

ABSENT = 4
INVALID_MV = 65_535
ABNORMAL_C, INVALID_C = 32_766, 32_767
_PROBE_ABNORMAL, _PROBE_INVALID, _PROBE_OFFSET = 254, 255, 40
# Which information type each value of a recording travels in; alarms are called by two words.
_TRAVELS_IN = {
    "charging": ("vehicle", "charging"),
    "speed_kmh": ("vehicle", "speed_kmh"),
    "odometer_km": ("vehicle", "odometer_km"),
    "total_voltage_v": ("vehicle", "total_voltage_v"),
    "total_current_a": ("vehicle", "total_current_a"),
    "soc_pct": ("vehicle", "soc_pct"),
    "insulation_kohm": ("vehicle", "insulation_kohm"),
    "highest_voltage_v": ("extremes", "highest_voltage_v"),
    "lowest_voltage_v": ("extremes", "lowest_voltage_v"),
    "highest_temp_c": ("extremes", "highest_temp_c"),
    "lowest_temp_c": ("extremes", "lowest_temp_c"),
    "alarm_level": ("alarms", "level"),
}


@dataclass(frozen=True)
class Values:
    """``counts`` (n,): the value in the protocol's steps, 0 where there is none.

    ``per_unit``: steps per unit, so ``counts / per_unit`` is the value. ``reasons`` (n,): 0 there
    is one, 1 abnormal, 2 invalid, 3 out of range, 4 the frame has no such field.
    """

    counts: NDArray[np.int64]
    per_unit: int
    reasons: NDArray[np.uint8]

    def take(self, which: NDArray[np.int64]) -> "Values":
        """The rows of ``which``, in its order."""
        return Values(self.counts[which], self.per_unit, self.reasons[which])

    def matches(self, found: NDArray[np.float64], reasons: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(n,) whether ``found`` (NaN: missing) with ``reasons`` is what was expected."""
        there = self.reasons == PRESENT
        same = np.rint(np.nan_to_num(found) * self.per_unit) == self.counts
        # beside the counts nothing may have crept in but the width of the number in the store
        near = np.abs(found * self.per_unit - self.counts) <= 0.01 + 1.2e-7 * np.abs(self.counts)
        right: NDArray[np.bool_] = np.where(
            there, same & near & (reasons == PRESENT), np.isnan(found) & (reasons == self.reasons)
        )
        return right


@dataclass(frozen=True)
class Expected:
    """n rows in the order of the file; ``line`` names them.

    ``scalars``: column -> values. ``cell_voltages_mv`` (n, cells) and ``probe_temps_c``
    (n, probes) with the codes of ``columns/``.
    """

    line: NDArray[np.int64]
    collected_at: NDArray[np.int64]
    scalars: dict[str, Values]
    cell_voltages_mv: NDArray[np.uint16]
    probe_temps_c: NDArray[np.int16]


def expected_rows(recording: Recording, edition: Edition, rows: Rows | None = None) -> Expected:
    """What a replay with ``--times keep`` and without inventions must leave behind.

    ``rows``: some of the recording's; all when None. The times are those of the file.
    """
    rows = recording.rows() if rows is None else rows
    return Expected(
        line=rows.line,
        collected_at=rows.collected_at,
        scalars={
            column: _scalar(column, place, rows, edition) for column, place in _TRAVELS_IN.items()
        },
        cell_voltages_mv=_cells(rows, edition),
        probe_temps_c=_probes(rows, recording.probe_offset, edition),
    )


def _info(edition: Edition, name: str) -> InfoType | None:
    return next((info for info in INFO_TYPES[edition].values() if info.name == name), None)


def _scalar(column: str, place: tuple[str, str], rows: Rows, edition: Edition) -> Values:
    type_name, field_name = place
    info = _info(edition, type_name)
    values = rows.scalars.get(column)
    sent = info is not None and (values is not None or _is_sent_without(type_name, rows))
    if info is None or not sent:
        return Values(np.zeros(len(rows), np.int64), 1, np.full(len(rows), ABSENT, np.uint8))
    field = next(field for field in info.fields if field.name == field_name)
    assert isinstance(field, Number | Choice)
    return carried(field, np.full(len(rows), np.nan) if values is None else values)


def _is_sent_without(type_name: str, rows: Rows) -> bool:
    """Is the type in the frame although the file lacks this value of it?"""
    others = (name for name, (kind, _) in _TRAVELS_IN.items() if kind == type_name)
    return type_name == "vehicle" or any(name in rows.scalars for name in others)


def carried(field: Number | Choice, values: NDArray[np.float64]) -> Values:
    """What of ``values`` (n,) arrives through ``field``: quantised, or missing with its reason."""
    per_unit, offset = (1, 0) if isinstance(field, Choice) else (field.per_unit, field.offset)
    counted = counts(values, per_unit)
    raw = counted - offset * per_unit
    fits = (raw >= 0) & (raw <= field.width.largest)
    raw = np.where(fits, raw, field.width.largest)
    if isinstance(field, Choice):
        in_range = np.isin(raw, list(field.choices))
    else:
        lowest = 0.0 if field.lowest is None else (field.lowest - offset) * per_unit
        highest = np.inf if field.highest is None else (field.highest - offset) * per_unit
        in_range = (raw >= lowest - 0.5) & (raw <= highest + 0.5)
    reasons = np.where(in_range, PRESENT, OUT_OF_RANGE).astype(np.uint8)
    if field.codes:
        reasons[raw == field.width.largest] = INVALID
        reasons[raw == field.width.largest - 1] = ABNORMAL
    there = reasons == PRESENT
    return Values(np.where(there, counted, 0).astype(np.int64), per_unit, reasons)


def _list_item(edition: Edition, type_name: str) -> Number:
    info = _info(edition, type_name)
    assert info is not None
    for group in info.fields:
        for field in getattr(group, "fields", ()):
            if isinstance(field, Numbers):
                return field.item
    raise LookupError(f"{type_name}: no list")


def _cells(rows: Rows, edition: Edition) -> NDArray[np.uint16]:
    """(n, cells) millivolts as sent: 65535 is invalid."""
    assert _list_item(edition, "cell_voltages").per_unit == 1000
    millivolts = counts(rows.cells_v, 1000)
    fits = (millivolts >= 0) & (millivolts <= INVALID_MV)
    return np.where(fits, millivolts, INVALID_MV).astype(np.uint16)


def _probes(rows: Rows, offset: int, edition: Edition) -> NDArray[np.int16]:
    """(n, probes) degrees, or the code of a byte that is none."""
    assert _list_item(edition, "probe_temps").offset == -_PROBE_OFFSET
    raw = counts(rows.probes - offset, 1) + _PROBE_OFFSET
    raw = np.where((raw >= 0) & (raw <= _PROBE_INVALID), raw, _PROBE_INVALID)
    degrees = (raw - _PROBE_OFFSET).astype(np.int16)
    degrees[raw == _PROBE_INVALID] = INVALID_C
    degrees[raw == _PROBE_ABNORMAL] = ABNORMAL_C
    return degrees
