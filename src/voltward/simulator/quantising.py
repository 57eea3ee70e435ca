"""Physical values to the raw counts of the protocol, and a count of what that cost."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voltward.base.units import quantised
from voltward.frames.grammar import Choice, Number

PRESENT, ABNORMAL, INVALID, OUT_OF_RANGE = 0, 1, 2, 3


@dataclass
class Tally:
    """How the values of one field left: each value is counted in ``values``, the others say why.

    ``finer``: the protocol's step is coarser than the value; it was rounded, half away from zero.
    ``missing``: there was none, so the invalid code was sent. ``unfit``: too large or too small
    for the field's width, so the invalid code was sent. ``codes``: the value itself is the
    field's abnormal or invalid code. ``out_of_range``: sent as it is, outside the table's range.
    """

    values: int = 0
    finer: int = 0
    missing: int = 0
    unfit: int = 0
    codes: int = 0
    out_of_range: int = 0

    def add(self, other: "Tally") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Tallies:
    """One tally per field name."""

    by_field: dict[str, Tally] = field(default_factory=dict)

    def add(self, name: str, tally: Tally) -> None:
        self.by_field.setdefault(name, Tally()).add(tally)

    def total(self, what: str) -> int:
        return sum(getattr(tally, what) for tally in self.by_field.values())


def counts(values: NDArray[np.float64], per_unit: int) -> NDArray[np.float64]:
    """``values`` in counts of ``1/per_unit``, as ``base.units.quantised`` says, for arrays.

    Half away from zero by the value's decimal text; NaN stays NaN.
    """
    scaled = values * per_unit
    size = np.abs(scaled)
    nearest = np.copysign(np.floor(size + 0.5), scaled)
    # Only next to a half can the binary fraction mislead; there the decimal text decides.
    with np.errstate(invalid="ignore"):
        doubtful = np.abs(size - np.floor(size) - 0.5) <= 1e-9 * np.maximum(size, 1.0)
    if doubtful.any():
        found, where = np.unique(values[doubtful], return_inverse=True)
        decided = np.array([quantised(value, per_unit) for value in found.tolist()], np.float64)
        nearest[doubtful] = decided[where]
    return nearest


def raw_values(
    number: Number | Choice, values: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], Tally]:
    """What is sent for ``values`` (any shape) in the field ``number``.

    NaN and what does not fit become all ones: the invalid code, or (where the field has none)
    a number out of range.
    """
    per_unit, offset = (1, 0) if isinstance(number, Choice) else (number.per_unit, number.offset)
    counted = counts(values, per_unit)
    raw = counted - offset * per_unit
    missing = np.isnan(values)
    largest = number.width.largest
    unfit = ~missing & ~((raw >= 0) & (raw <= largest))
    sent = np.where(missing | unfit, largest, raw).astype(np.uint32)
    reasons = reasons_of(number, sent)
    own = ~missing & ~unfit
    with np.errstate(invalid="ignore"):
        finer = own & (
            np.abs(values * per_unit - counted) > 1e-9 * np.maximum(np.abs(counted), 1.0)
        )
    return sent, Tally(
        values=values.size,
        finer=int(finer.sum()),
        missing=int(missing.sum()),
        unfit=int(unfit.sum()),
        codes=int((own & ((reasons == ABNORMAL) | (reasons == INVALID))).sum()),
        out_of_range=int((own & (reasons == OUT_OF_RANGE)).sum()),
    )


def reasons_of(number: Number | Choice, raw: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Why a receiver has no value for ``raw``: 0 it has, 1 abnormal, 2 invalid, 3 out of range."""
    if isinstance(number, Choice):
        outside = ~np.isin(raw, list(number.choices))
    else:
        outside = (raw < number.lowest_raw) | (raw > number.highest_raw)
    reasons = np.where(outside, OUT_OF_RANGE, PRESENT).astype(np.uint8)
    if number.codes:
        reasons[raw == number.width.abnormal] = ABNORMAL
        reasons[raw == number.width.invalid] = INVALID
    return reasons
