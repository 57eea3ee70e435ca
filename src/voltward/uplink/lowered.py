"""Thermal events that a platform was told of as level 3, because its edition ends there.

Before such a frame is sent, a record of its own on ``proof-<link>`` says so: the office opens a manual
report of it (人工报告). A frame that is sent again, after a kill or an error answer, is there again.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput

KIND_LOWERED: Final = 20  # record kind; 17 is a proof, 19 feedback
VERSION: Final = 1
_HEAD = struct.Struct("<BI")

# ``vehicle``: as in the store; ``collected_s``: unix seconds, when it came where the vehicle told no
# time; ``sent_ms``: unix ms.
LOWERED: Final = np.dtype([("vehicle", "<u8"), ("sent_ms", "<u8"), ("collected_s", "<u4")])


@dataclass(frozen=True, slots=True, eq=False)
class Lowered:
    """``entries``: ``(n,)`` of ``LOWERED``, one for each frame."""

    link: str
    entries: NDArray[Any]


def lowered_of(items: NDArray[Any], now_ns: int) -> NDArray[Any]:
    """Those among rows of ``ITEM`` that tell of a thermal event as level 3, sent now."""
    rows = items[items["lowered"] > 0]
    out = np.zeros(len(rows), LOWERED)
    out["vehicle"], out["sent_ms"] = rows["vehicle"], now_ns // 1_000_000
    known = np.where(rows["collected_s"] > 0, rows["collected_s"], rows["received_s"])
    out["collected_s"] = np.clip(known, 0, 0xFFFF_FFFF)
    return out


def lowered_to_bytes(lowered: Lowered) -> bytes:
    """The payload of one record of kind ``KIND_LOWERED``."""
    head = json.dumps({"link": lowered.link}).encode()
    return _HEAD.pack(VERSION, len(head)) + head + lowered.entries.tobytes()


def lowered_from_bytes(payload: bytes) -> Lowered:
    """
    Raises:
        BadInput: not such a record of this version.
    """
    if len(payload) < _HEAD.size:
        raise BadInput(f"lowered: {len(payload)} bytes, expected at least {_HEAD.size}")
    version, size = _HEAD.unpack_from(payload)
    if version != VERSION:
        raise BadInput(f"lowered: version {version}, expected {VERSION}")
    try:
        head = json.loads(payload[_HEAD.size : _HEAD.size + size])
        return Lowered(head["link"], np.frombuffer(payload[_HEAD.size + size :], LOWERED))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"lowered: {type(error).__name__}: {error}") from error
