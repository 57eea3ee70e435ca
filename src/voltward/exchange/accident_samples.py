"""Samples of an accident for public platforms: table B.5 of GB/T 45688, one second a message.

No body of GB/T 32960.3 has the whole of B.5. The pedals of 2016 vehicle data are known; what no frame
says is sent as invalid, and a second without a frame makes no message at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from voltward.base.units import BEIJING
from voltward.frames.errors import FrameError
from voltward.frames.frame import HEADER, Frame, decode_frame
from voltward.frames.gbt45688.accident import ACCIDENT as FIELDS
from voltward.frames.grammar import Choice, Number
from voltward.frames.moments import MOMENT, moment_of, pack_moment
from voltward.frames.values import Value, value_of

_REPORTS: Final = (0x02, 0x03)
# B.5 item: field of the 2016 vehicle data (table B.4), which has the same raw values
_FROM_VEHICLE: Final = {"accelerator_pct": "accelerator_pct", "brake_pedal": "brake_pct"}
ITEMS: Final = tuple(field for field in FIELDS if isinstance(field, Choice | Number))


def sample_body(moment: datetime, known: Mapping[str, int]) -> bytes:
    """B.5. ``known``: raw values by name; one that B.5 cannot express is sent as abnormal."""
    parts = [pack_moment("time", moment.astimezone(BEIJING))]
    for field in ITEMS:
        raw = known.get(field.name, field.width.invalid)
        parts.append(
            (raw if _fits(field, raw) else field.width.abnormal).to_bytes(field.width.octets)
        )
    return b"".join(parts)


def samples_of(frames: Iterable[bytes]) -> dict[datetime, bytes]:
    """By second, the body of the frame that knows most of it; of equals the first."""
    best: dict[datetime, Mapping[str, int]] = {}
    for data in frames:
        moment = moment_of(data[HEADER : HEADER + MOMENT]) if data[2] in _REPORTS else None
        if moment is None:
            continue
        known = known_of(data)
        if moment not in best or len(known) > len(best[moment]):
            best[moment] = known
    return {moment: sample_body(moment, known) for moment, known in sorted(best.items())}


def values_of(body: bytes) -> list[tuple[Choice | Number, Value]]:
    """What a body says, item by item."""
    found, at = [], MOMENT
    for field in ITEMS:
        raw = int.from_bytes(body[at : at + field.width.octets])
        at += field.width.octets
        found.append((field, value_of(field, raw)))
    return found


def known_of(data: bytes) -> dict[str, int]:
    """What a frame says of B.5; a value that the vehicle itself calls invalid is not known."""
    try:
        frame: Frame = decode_frame(data)
    except FrameError:
        return {}
    vehicle = next((item for item in frame.body.items if item.name == "vehicle"), None)
    said = vehicle.values if vehicle else {}
    found: dict[str, int] = {}
    for name, source in _FROM_VEHICLE.items():
        raw = said.get(source)
        if isinstance(raw, int) and raw != _WIDTHS[name].invalid:
            found[name] = raw
    return found


def _fits(field: Choice | Number, raw: int) -> bool:
    if raw >= field.width.abnormal:
        return raw <= field.width.invalid
    if isinstance(field, Choice):
        return raw in field.choices
    return raw in field.special or field.lowest_raw <= raw <= field.highest_raw


_WIDTHS: Final = {field.name: field.width for field in ITEMS}
