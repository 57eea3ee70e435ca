"""What decoding a batch gives: arrays by column name, with a reason for each missing value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.columns.fields import ALL_LISTS, COLUMNS, blank_of, family_name
from voltward.columns.reasons import Reason, Verdict

Array = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Header:
    """Columns that every row has, ``(n,)``; ``vin`` is uint8 ``(n, 17)``, NUL padded."""

    frame_index: NDArray[np.int32]
    edition: NDArray[np.uint16]
    command: NDArray[np.uint8]
    vin: NDArray[np.uint8]
    collected_at: NDArray[np.int64]
    time_state: NDArray[np.uint8]
    verdict: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class OddLists:
    """Rows whose fault list is missing because its count was a code: parallel arrays."""

    row: NDArray[np.uint32]
    column: NDArray[np.str_]
    reason: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Columns:
    """``n`` rows. Columns of which no frame had a value are made when asked for.

    ``verdict``: uint8, one ``Verdict`` for each frame of the batch, with or without a row.
    """

    size: int
    header: Header
    verdict: NDArray[np.uint8]
    values: Mapping[str, Array]
    reasons: Mapping[str, NDArray[np.uint8]]
    presence: Mapping[str, Mask]
    list_offsets: Mapping[str, NDArray[np.int32]]
    odd_lists: OddLists

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, name: str) -> Array:
        """A scalar column ``(n,)``, or all elements of a list column one row after the other.

        Floats are NaN where there is no value. Integers are as sent, with all bits set where
        the frame had none (no flag set for ``alarm_flags``); ``reason`` tells.
        """
        if name in self.values:
            return self.values[name]
        if name in ALL_LISTS:
            return np.empty(0, COLUMNS[name].dtype if name in COLUMNS else "u1")
        return np.full(self.size, blank_of(name), COLUMNS[name].dtype)

    def offsets(self, name: str) -> NDArray[np.int32]:
        """int32 ``(n + 1,)``: the elements of row ``i`` are ``offsets[i]:offsets[i + 1]``."""
        return self.list_offsets[family_name(name)]

    def of_row(self, name: str, row: int) -> Array:
        """The elements of one row of a list column."""
        offsets = self.offsets(name)
        return self[name][offsets[row] : offsets[row + 1]]

    def present(self, name: str) -> Mask:
        """bool, one for each value: was the field in the frame at all (even as a code)?"""
        if name in self.presence:
            return self.presence[name]
        return np.full(self[name].shape, name in self.values)

    def reason(self, name: str) -> NDArray[np.uint8]:
        """A ``Reason`` for each value. Lists of numbers as sent carry their codes themselves."""
        reasons = self.reasons.get(name)
        found = np.zeros(self[name].shape, np.uint8) if reasons is None else reasons.copy()
        found[~self.present(name)] = Reason.ABSENT
        return found

    def verdict_counts(self) -> dict[Verdict, int]:
        """How many frames came to each verdict."""
        counts = np.bincount(self.verdict, minlength=len(Verdict))
        return {verdict: int(counts[verdict]) for verdict in Verdict if counts[verdict]}

    def vins(self) -> Array:
        """The unique ids as numpy bytes ``(n,)``, without the padding."""
        return self.header.vin.reshape(-1).view("S17") if self.size else np.empty(0, "S17")

    def to_arrow(self) -> pa.Table:
        """The rows as a table of ``fields.ARROW_SCHEMA``; values are not copied."""
        from voltward.columns.arrow import table_of

        return table_of(self)


def spans(
    starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The numbers of all spans one behind the other, and where each begins, ``(k + 1,)``."""
    offsets = np.zeros(starts.size + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    numbers = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts)
    return numbers, offsets.astype(np.int32)
