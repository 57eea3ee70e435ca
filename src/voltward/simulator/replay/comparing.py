"""Compares what a platform holds with the file it was sent, value by value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.columns.columns import Columns
from voltward.frames.grammar import Edition
from voltward.simulator.quantising import PRESENT
from voltward.simulator.recording import Recording
from voltward.simulator.replay.expected import Expected, expected_rows
from voltward.telemetry.client import Client

_KEPT_DIFFERENCES = 20


@dataclass
class Comparison:
    """``rows``: distinct rows of the file. ``differences``: the first of them, as text."""

    rows: int = 0
    stored_rows: int = 0
    repeated_rows: int = 0  # the same row again in the file: stored once
    values: int = 0
    different: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return self.different == 0 and self.rows == self.stored_rows

    def differ(self, text: str) -> None:
        self.different += 1
        if len(self.differences) < _KEPT_DIFFERENCES:
            self.differences.append(text)


@dataclass(frozen=True)
class Found:
    """n rows of a platform in any order, columns named as in ``columns/``.

    ``scalars``: column -> (values (n,), NaN where missing, reasons (n,)).
    """

    collected_at: NDArray[np.int64]
    scalars: Mapping[str, tuple[NDArray[np.float64], NDArray[np.uint8]]]
    cell_voltages_mv: Sequence[NDArray[np.uint16]]
    probe_temps_c: Sequence[NDArray[np.int16]]


def found_in_columns(columns: Columns, names: Sequence[str]) -> Found:
    """Decoded frames, one row each, as rows to compare; ``names``: the scalars that matter."""
    scalars = {}
    for name in names:
        reasons = columns.reason(name)
        values = np.where(reasons == PRESENT, columns[name].astype(np.float64), np.nan)
        scalars[name] = (values, reasons)
    rows = range(len(columns))
    return Found(
        collected_at=columns.header.collected_at,
        scalars=scalars,
        cell_voltages_mv=[columns.of_row("cell_voltages_mv", row) for row in rows],
        probe_temps_c=[columns.of_row("probe_temps_c", row) for row in rows],
    )


def compare(expected: Expected, found: Found) -> Comparison:
    """Every distinct row of the file must be there once, equal in every value, and no other."""
    result = Comparison(stored_rows=len(found.collected_at))
    wanted = distinct(expected)
    result.rows, result.repeated_rows = len(wanted), len(expected.line) - len(wanted)
    by_time = _by_time(found.collected_at)
    equal = _equal_pairs(expected, wanted, found, by_time)
    for row in wanted.tolist():
        time_s = int(expected.collected_at[row])
        candidates = by_time.get(time_s, [])
        if row in equal:
            candidates.clear()
            continue
        differences = {at: _row_differences(expected, row, found, at) for at in candidates}
        if not differences:
            result.differ(f"line {expected.line[row]}: found no row at {time_s}, expected one")
            continue
        best = min(candidates, key=lambda at: len(differences[at]))
        candidates.remove(best)
        for text in differences[best]:
            result.differ(f"line {expected.line[row]}: {text}")
    lists = expected.cell_voltages_mv.shape[1] + expected.probe_temps_c.shape[1]
    result.values = len(wanted) * (len(expected.scalars) + lists)
    for time_s, left in by_time.items():
        for _ in left:
            result.differ(f"found a row at {time_s} that is not in the file")
    return result


def _equal_pairs(
    expected: Expected, wanted: NDArray[np.int64], found: Found, by_time: dict[int, list[int]]
) -> set[int]:
    """Rows of the file that equal the only row found at their time; all compared at once."""
    times = expected.collected_at[wanted]
    _, which, many = np.unique(times, return_inverse=True, return_counts=True)
    alone = wanted[many[which] == 1]
    alone = np.array(
        [
            row
            for row in alone.tolist()
            if len(by_time.get(int(expected.collected_at[row]), ())) == 1
        ],
        np.int64,
    )
    at = np.array([by_time[int(expected.collected_at[row])][0] for row in alone.tolist()], np.int64)
    equal = np.ones(len(alone), bool)
    for name, values in expected.scalars.items():
        number, reason = found.scalars[name]
        equal &= values.take(alone).matches(number[at], reason[at])
    for wanted_lists, found_lists in (
        (expected.cell_voltages_mv, found.cell_voltages_mv),
        (expected.probe_temps_c, found.probe_temps_c),
    ):
        width = wanted_lists.shape[1]
        fits = np.array([len(found_lists[one]) == width for one in at.tolist()], bool)
        equal &= fits
        same = [found_lists[one] for one in at[fits].tolist()]
        if same:
            equal[fits] &= (np.stack(same) == wanted_lists[alone[fits]]).all(axis=1)
    return set(alone[equal].tolist())


def compare_with_store(
    client: Client, recording: Recording, edition: Edition, vehicle_id: int
) -> Comparison:
    """Compare ``recording``, sent with ``--times keep``, with the store's rows of the vehicle."""
    expected = expected_rows(recording, edition)
    return compare(expected, _rows_of_store(client, vehicle_id, tuple(expected.scalars)))


def _rows_of_store(client: Client, vehicle_id: int, names: tuple[str, ...]) -> Found:
    columns = ", ".join(f"`{name}`" for name in names)
    table = client.query_arrow(
        f"SELECT toUnixTimestamp(collected_at) AS at, {columns}, cell_voltages_mv, probe_temps_c, "
        "mapKeys(missing) AS missing_names, mapValues(missing) AS missing_reasons "
        "FROM rows WHERE vehicle_id = {vehicle_id:UInt64} ORDER BY collected_at, unit_hash",
        parameters={"vehicle_id": vehicle_id},
    )
    reasons = _reasons(table, names)
    scalars = {}
    for name in names:
        values = np.array(table[name].to_pylist(), dtype=np.float64)
        # codes that are no value are stored as sent: their reason is what counts
        scalars[name] = (np.where(reasons[name] == PRESENT, values, np.nan), reasons[name])
    return Found(
        collected_at=np.array(table["at"].to_pylist(), np.int64),
        scalars=scalars,
        cell_voltages_mv=[np.array(one, np.uint16) for one in _lists(table, "cell_voltages_mv")],
        probe_temps_c=[np.array(one, np.int16) for one in _lists(table, "probe_temps_c")],
    )


def _reasons(table: Any, names: tuple[str, ...]) -> dict[str, NDArray[np.uint8]]:
    """Reasons per column; a value that is missing without one is absent from its frame."""
    found = {}
    for name in names:
        there = np.array([value is not None for value in table[name].to_pylist()])
        found[name] = np.where(there, 0, 4).astype(np.uint8)
    pairs = zip(_lists(table, "missing_names"), _lists(table, "missing_reasons"), strict=True)
    for row, (missing, codes) in enumerate(pairs):
        for name, code in zip(missing, codes, strict=True):
            if name in found:
                found[name][row] = code
    return found


def _lists(table: Any, name: str) -> list[Any]:
    values: list[Any] = table[name].to_pylist()
    return values


def distinct(expected: Expected) -> NDArray[np.int64]:
    """Rows of the file without those that say again exactly what an earlier one said, (k,)."""
    columns = [expected.collected_at, *_columns(expected)]
    table = np.column_stack([np.asarray(column, np.int64) for column in columns])
    _, first = np.unique(table, axis=0, return_index=True)
    return np.sort(first)


def _columns(expected: Expected) -> Iterator[NDArray[Any]]:
    for values in expected.scalars.values():
        yield values.counts
        yield values.reasons
    yield expected.cell_voltages_mv
    yield expected.probe_temps_c


def _by_time(times: NDArray[np.int64]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for row, time_s in enumerate(times.tolist()):
        rows.setdefault(time_s, []).append(row)
    return rows


def _row_differences(expected: Expected, row: int, found: Found, at: int) -> list[str]:
    """What differs between a row of the file and a row that was found."""
    texts = []
    for name, values in expected.scalars.items():
        value, reason = found.scalars[name][0][at], int(found.scalars[name][1][at])
        wanted = values.take(np.array([row]))
        if not wanted.matches(np.array([value]), np.array([reason], np.uint8))[0]:
            number = wanted.counts[0] / wanted.per_unit
            texts.append(
                f"{name}: found {value} (reason {reason}), "
                f"expected {number} (reason {wanted.reasons[0]})"
            )
    for name in ("cell_voltages_mv", "probe_temps_c"):
        wanted_list, found_list = getattr(expected, name)[row], getattr(found, name)[at]
        if not np.array_equal(wanted_list, found_list):
            texts.append(f"{name}: found {found_list}, expected {wanted_list}")
    return texts
