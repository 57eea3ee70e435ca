"""States and rows as people and programs should meet them: what was sent as a code is no number.

The store keeps choices, counts and lists as they were sent, with FE and FF in them, and says under
``missing`` which are no values. Here they become None, and the codes inside lists of voltages and
temperatures get their reason under ``missing`` too, named ``cell_voltages_mv[2]`` for the third.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from voltward.columns.fields import COLUMNS, LIST_ABNORMAL_C
from voltward.frames.values import Reason
from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV

# Columns whose elements carry their codes themselves: from this value on (abnormal, then invalid).
CODED_LISTS = {
    name: CELL_ABNORMAL_MV if column.dtype == "u2" else LIST_ABNORMAL_C
    for name, column in COLUMNS.items()
    if column.is_list and column.family == name and column.dtype in ("u2", "i2")
}
_ELEMENT = re.compile(r"(\w+)\[(\d+)\]")


def cleaned(
    values: Mapping[str, Any], missing: Mapping[str, int]
) -> tuple[dict[str, Any], dict[str, int]]:
    """``values`` with None for each that is missing, and ``missing`` with the elements of lists."""
    plain, reasons = dict(values), dict(missing)
    for name in missing:
        if name in plain:
            plain[name] = None
        elif (element := _ELEMENT.fullmatch(name)) and element[1] in plain:
            _blank(plain, element[1], int(element[2]))
    for name, code in CODED_LISTS.items():
        items = plain.get(name)
        if items and max((item for item in items if item is not None), default=0) >= code:
            for place, item in enumerate(items):
                if item is not None and item >= code:
                    reasons[f"{name}[{place}]"] = (
                        Reason.ABNORMAL.value if item == code else Reason.INVALID.value
                    )
            plain[name] = [None if item is None or item >= code else item for item in items]
    return plain, reasons


def _blank(plain: dict[str, Any], name: str, place: int) -> None:
    items = list(plain[name] or [])
    if place < len(items):
        items[place] = None
        plain[name] = items
