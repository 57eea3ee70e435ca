"""How states and rows look in the API: flat, fields named as the columns, codes as the platform's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voltward.columns.fields import COLUMNS
from voltward.frames.values import Reason
from voltward.monitoring.texts import POSITION, coarse, exact, word_of
from voltward.telemetry.queries.latest import STATE_FIELDS

# What the store computes for itself is not part of the contract.
FIELDS = tuple(name for name in STATE_FIELDS if name in COLUMNS)


def values_of(
    values: Mapping[str, Any],
    missing: Mapping[str, int],
    fields: Iterable[str],
    *,
    whole_position: bool,
) -> dict[str, Any]:
    """``values`` by field, None for each that ``missing`` names; ``missing`` in words.

    An element of a list is named with its place: ``cell_voltages_mv[2]`` is the third.
    """
    chosen = tuple(fields)
    flat: dict[str, Any] = {
        field: None if field in missing else _plain(field, values[field], whole_position)
        for field in chosen
    }
    known = frozenset(chosen)
    flat["missing"] = {
        field: Reason(code).name.lower()
        for field, code in missing.items()
        if field.partition("[")[0] in known
    }
    return flat


def _plain(field: str, value: Any, whole_position: bool) -> Any:
    value = exact(field, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return word_of(field, value) or value
    if isinstance(value, list):
        return [_word_or(field, item) for item in value]
    return value if whole_position or field not in POSITION else coarse(field, value)


def _word_or(field: str, value: Any) -> Any:
    return (word_of(field, value) or value) if isinstance(value, int) else value
