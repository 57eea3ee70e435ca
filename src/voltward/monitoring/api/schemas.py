"""The API's answers as OpenAPI, made from the columns, so that no field is described twice."""

from __future__ import annotations

from typing import Any

from voltward.columns.fields import COLUMNS, Column
from voltward.frames import words
from voltward.monitoring.api.shapes import FIELDS


def _type(column: Column) -> dict[str, Any]:
    if column.choices and not column.dtype.startswith("f") and column.name != "alarm_flags":
        single: dict[str, Any] = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    else:
        single = {"type": "number" if column.dtype.startswith("f") else "integer"}
    if column.is_list:
        return {"type": "array", "items": {**single, "nullable": True}, "nullable": True}
    return {**single, "nullable": True}


def _property(name: str) -> dict[str, Any]:
    column = COLUMNS[name]
    phrase = words.field(name)
    unit = f" ({column.unit})" if column.unit else ""
    return {**_type(column), "description": f"{phrase.zh} · {phrase.en}{unit}"}


_FRAME = {
    "collected_at": {
        "type": "string",
        "format": "date-time",
        "description": "采集时间 · collection time",
    },
    "received_at": {
        "type": "string",
        "format": "date-time",
        "description": "接收时间 · time of receipt",
    },
    "edition": {"type": "integer", "enum": [2016, 2025]},
    "command": {"type": "integer", "description": "2 real time, 3 reissue"},
}
_VALUES = {name: _property(name) for name in FIELDS}
_MISSING = {
    "missing": {
        "type": "object",
        "additionalProperties": {"type": "string", "enum": ["abnormal", "invalid", "out_of_range"]},
        "description": "why a field that was sent has no value; an element of a list is named"
        " with its place, `cell_voltages_mv[2]` for the third",
    }
}
_VIN = {"vin": {"type": "string"}}
_REQUIRED = ["collected_at", "received_at", "edition", "command", "missing"]

LATEST = {
    "type": "object",
    "properties": {**_VIN, **_FRAME, **_VALUES, **_MISSING},
    "required": ["vin", *_REQUIRED],
}
HISTORY = {
    "type": "object",
    "properties": {
        **_VIN,
        "next": {
            "type": "string",
            "nullable": True,
            "description": "address of the rows behind these",
        },
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {**_FRAME, **_VALUES, **_MISSING},
                "required": _REQUIRED,
            },
        },
    },
    "required": ["vin", "next", "results"],
}
REFUSAL = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "stable; e.g. not_found, no_data, store_away"},
        "detail": {"description": "what is wrong, in words or by parameter"},
        "number": {"type": "string", "description": "the number of the request, to quote"},
    },
    "required": ["code", "detail", "number"],
}
