"""What a row must hold, worked out with the plain decoder of ``frames``, value by value."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from voltward.columns.columns import Columns
from voltward.columns.fields import COLUMNS
from voltward.columns.naming import column_names
from voltward.columns.reasons import Reason, Verdict
from voltward.frames.frame import Frame, FrameError, decode_frame
from voltward.frames.grammar import (
    Count,
    Edition,
    FaultCodes,
    Field,
    Group,
    InfoType,
    Number,
    Numbers,
    Octets,
    Pairs,
)
from voltward.frames.values import physical, reason_of

FRAME_ERRORS = {
    "truncated": Verdict.TRUNCATED,
    "bad_start": Verdict.BAD_START,
    "bad_length": Verdict.BAD_LENGTH,
    "bad_bcc": Verdict.BAD_BCC,
    "trailing_bytes": Verdict.BAD_LENGTH,
}
UNIT_ERRORS = {
    "body_truncated": Verdict.BODY_TRUNCATED,
    "unknown_type": Verdict.UNKNOWN_TYPE,
    "trailing_bytes": Verdict.TRAILING_BYTES,
}


ONLY_2016 = {
    "motors": ("motor_controller_voltage_v", "motor_dc_bus_current_a"),
    "cell_voltages": ("pack_first_cell",),
}


@dataclass
class Row:
    """``scalars``: column -> (value, reason). ``lists``: column -> [(value, reason), ...]."""

    edition: int
    command: int
    collected_at: int
    scalars: dict[str, tuple[float, int]] = field(default_factory=dict)
    lists: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    odd: dict[str, int] = field(default_factory=dict)
    custom: bytes = b""
    rest: bytes = b""
    repeated: bool = False


def expected(data: bytes) -> tuple[Verdict, Row | None]:
    """The verdict on one frame, and its row if it gives one."""
    try:
        frame = decode_frame(data)
    except FrameError as error:
        return FRAME_ERRORS[error.code], None
    header = frame.header
    if header.command not in (2, 3) or not header.is_command:
        return Verdict.NOT_A_ROW, None
    if header.encryption != 1:
        return Verdict.ENCRYPTED, None
    row = _row(frame, data)
    breaks = [problem.code for problem in frame.problems if problem.code != "bad_time"]
    if breaks:
        return UNIT_ERRORS[breaks[0]], row
    if row.repeated:
        return Verdict.REPEATED_TYPE, row
    return (Verdict.OK if frame.collected_at else Verdict.BAD_TIME), row


def _row(frame: Frame, data: bytes) -> Row:
    moment = frame.collected_at
    seconds = int(moment.timestamp()) if moment else 0
    row = Row(int(frame.header.edition), frame.header.command, seconds)
    seen: set[int] = set()
    at = 6
    for item in frame.items:
        size = _size(item.kind.fields, item.values)
        whole = frame.unit[at : at + 1 + size]
        at += 1 + size
        if isinstance(item.kind.fields[0], Octets):
            row.custom += whole
            continue
        repeatable = item.kind.name == "supercapacitor"
        grouped = isinstance(item.kind.fields[-1], Group)
        if item.code in seen and not repeatable and not grouped:
            row.rest += whole
            row.repeated = True
            continue
        _take_item(row, item.kind, item.values, first=item.code not in seen or repeatable)
        seen.add(item.code)
    row.rest += frame.rest
    signature = frame.body.values.get("signature")
    if isinstance(signature, dict):
        row.scalars["signature_algorithm"] = _judged_signature(signature["algorithm"])
    return row


def _judged_signature(raw: Any) -> tuple[float, int]:
    reason = Reason.PRESENT if raw in (1, 2, 3) else Reason.OUT_OF_RANGE
    return raw, {0xFE: Reason.ABNORMAL, 0xFF: Reason.INVALID}.get(raw, reason)


def _size(fields: tuple[Field, ...], values: dict[str, Any]) -> int:
    size = 0
    for entry in fields:
        value = values[entry.name]
        match entry:
            case Group():
                size += sum(_size(entry.fields, inner) for inner in value)
            case Numbers():
                size += len(value) * entry.item.width.octets
            case FaultCodes():
                elements = value if isinstance(value, list) else []
                size += entry.count.octets + len(elements) * entry.item.octets
            case Pairs():
                elements = value if isinstance(value, list) else []
                size += entry.count.octets + 2 * len(elements)
            case Octets():
                size += 2 + len(value)
            case _:
                size += entry.width.octets
    return size


def _take_item(row: Row, kind: InfoType, values: dict[str, Any], first: bool) -> None:
    for entry in kind.fields:
        if isinstance(entry, Group):
            for inner in values[entry.name]:
                for part in entry.fields:
                    _take(row, kind, part, inner[part.name], listed=True)
        elif first:
            _take(row, kind, entry, values[entry.name], listed=kind.name == "supercapacitor")


def _take(row: Row, kind: InfoType, entry: Field, value: Any, listed: bool) -> None:
    match entry:
        case Numbers():
            (name,) = column_names(kind, entry.name)
            elements = [(_element(name, entry.item, raw), 0) for raw in value]
            row.lists.setdefault(name, []).extend(elements)
        case FaultCodes() | Pairs() if isinstance(value, int):
            (name, *_) = (
                column_names(kind, entry.columns[0][0])
                if isinstance(entry, Pairs)
                else column_names(kind, entry.name)
            )
            row.odd[name] = Reason.INVALID if value == 255 else Reason.ABNORMAL
        case FaultCodes():
            (name,) = column_names(kind, entry.name)
            row.lists.setdefault(name, []).extend((raw, 0) for raw in value)
        case Pairs():
            for k, (part, _) in enumerate(entry.columns):
                (name,) = column_names(kind, part)
                row.lists.setdefault(name, []).extend((pair[k], 0) for pair in value)
        case _:
            for name in column_names(kind, entry.name):
                pair = _value(name, entry, value)
                if listed:
                    row.lists.setdefault(name, []).append(pair)
                else:
                    row.scalars[name] = pair
            if listed and entry.name == "number" and kind.edition is Edition.Y2025:
                for name in ONLY_2016.get(kind.name, ()):
                    blank = 1 if name == "pack_first_cell" else math.nan
                    row.lists.setdefault(name, []).append((blank, Reason.ABSENT))


def _element(name: str, item: Number, raw: int) -> int:
    if name.endswith("_mv"):
        return raw
    return {254: 32_766, 255: 32_767}.get(raw, raw + item.offset)


def _value(name: str, entry: Any, raw: int) -> tuple[float, int]:
    reason = int(reason_of(entry, raw))
    if COLUMNS[name].dtype.startswith("f"):
        if reason != Reason.PRESENT:
            return math.nan, reason
        return float(physical(entry, raw)), reason
    if isinstance(entry, Count) and name != "pack_cell_count" and raw >= entry.width.abnormal:
        return 0, reason
    return raw, reason


def assert_equal(columns: Columns, frames: list[bytes]) -> None:
    """Every verdict and every value of the batch, and nothing else."""
    rows = []
    for number, data in enumerate(frames):
        verdict, row = expected(data)
        assert Verdict(columns.verdict[number]) is verdict, data.hex()
        if row is not None:
            rows.append((number, data, verdict, row))
    assert len(columns) == len(rows)
    reasons = {name: columns.reason(name) for name in COLUMNS}
    for k, (number, data, verdict, row) in enumerate(rows):
        header = columns.header
        assert header.frame_index[k] == number
        assert (header.edition[k], header.command[k]) == (row.edition, row.command)
        assert header.vin[k].tobytes() == data[4:21]
        assert header.collected_at[k] == row.collected_at
        assert header.verdict[k] == verdict
        assert columns.of_row("custom", k).tobytes() == row.custom, data.hex()
        assert columns.of_row("rest", k).tobytes() == row.rest, data.hex()
        _assert_values(columns, reasons, k, row, data)


def _assert_values(
    columns: Columns, reasons: dict[str, Any], k: int, row: Row, data: bytes
) -> None:
    for name, column in COLUMNS.items():
        if column.is_list:
            first, last = columns.offsets(name)[k : k + 2]
            found = list(zip(columns[name][first:last], reasons[name][first:last], strict=True))
            wanted = row.lists.get(name, [])
        else:
            found = [(columns[name][k], reasons[name][k])]
            absent = (found[0][0], Reason.ABSENT)
            wanted = [row.scalars.get(name, absent)]
        assert len(found) == len(wanted), (name, data.hex())
        for (value, reason), (right, why) in zip(found, wanted, strict=True):
            assert reason == why, (name, data.hex())
            cast = np.dtype(column.dtype).type(right)
            assert value == cast or (np.isnan(value) and np.isnan(cast)), (name, data.hex())
    odd = columns.odd_lists
    here = odd.row == k
    found_odd = dict(zip(odd.column[here].tolist(), odd.reason[here].tolist(), strict=True))
    assert found_odd == row.odd, data.hex()
