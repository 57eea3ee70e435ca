"""What is wrong with values that somebody wants as limits: pure, before anything is written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from voltward.base.errors import BadInput
from voltward.monitoring.limit_keys import known_limits
from voltward.monitoring.models.limits import CONFIDENCES

FIELDS: Final = ("value", "unit", "reason", "source", "confidence")
COUNTED: Final = ("级", "次")  # units of whole numbers
LONGEST: Final = {"reason": 300, "source": 240}
Entry = dict[str, Any]


@dataclass(frozen=True)
class Complaint:
    """``code``: a key of ``limit_words.COMPLAINTS``. ``line``: of a file, 0 where there is none."""

    key: str
    code: str
    found: str = ""
    expected: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{where}{self.key}: {self.code} {self.found!r}{expected}"


class BadLimits(BadInput):
    """Values that are no limits; ``complaints`` says each."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("; ".join(str(one) for one in complaints[:20]))
        self.complaints = complaints


def checked(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    """The values in one form: numbers as floats, texts on one line, keys in order.

    Raises:
        BadLimits: every complaint about every value.
    """
    found = [one for key, entry in values.items() for one in complaints_about(key, entry)]
    if found:
        raise BadLimits(found)
    return {
        key: {
            "value": None if values[key]["value"] is None else float(values[key]["value"]),
            "unit": known_limits()[key].limit.unit,
            "reason": _one_line(values[key].get("reason", "")),
            "source": _one_line(values[key]["source"]),
            "confidence": values[key]["confidence"],
        }
        for key in sorted(values)
    }


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())


def complaints_about(key: str, entry: Mapping[str, Any]) -> Iterator[Complaint]:
    """What is wrong with one value."""
    known = known_limits().get(key)
    if known is None:
        yield Complaint(key, "unknown_key")
        return
    limit, value = known.limit, entry.get("value")
    if entry.get("unit", limit.unit) != limit.unit:
        yield Complaint(key, "wrong_unit", str(entry["unit"]), limit.unit)
    span = f"{limit.lowest:g} – {limit.highest:g}"
    if value is None:
        if not known.may_be_unused:
            yield Complaint(key, "no_number", "", span)
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        yield Complaint(key, "no_number", str(value)[:40], span)
    elif not math.isfinite(value) or not limit.lowest <= value <= limit.highest:
        yield Complaint(key, "out_of_range", f"{value:g}", span)
    elif limit.unit in COUNTED and value != int(value):
        yield Complaint(key, "no_whole_number", f"{value:g}", span)
    if entry.get("confidence") not in dict(CONFIDENCES):
        yield Complaint(key, "no_confidence", str(entry.get("confidence", ""))[:20], "A, B, C, M")
    if not str(entry.get("source", "")).strip():
        yield Complaint(key, "no_source")
    for name, longest in LONGEST.items():
        if len(str(entry.get(name, "")).strip()) > longest:
            yield Complaint(key, "too_long", name, str(longest))
