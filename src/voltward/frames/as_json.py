"""Frames as plain dictionaries: the names and values that the whole platform speaks.

The shape is that of ``expect`` in the frame vectors. Numbers are physical, an int where a step is
a whole unit; the codes are "abnormal" and "invalid"; an undefined choice and a count are raw
integers; a value out of its range keeps its number; times carry +08:00.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from voltward.frames.editions import COMMANDS, PLAIN, answer_name, encryption_name
from voltward.frames.errors import FrameError
from voltward.frames.frame import Frame, decode_frame
from voltward.frames.grammar import (
    Choice,
    Count,
    FaultCodes,
    Field,
    Flags,
    Gear,
    Group,
    InfoType,
    Items,
    Moment,
    Number,
    Numbers,
    Octets,
    Pairs,
    ParameterIds,
    Parameters,
    Signature,
    Status,
    Text,
    TextGroups,
    Texts,
)
from voltward.frames.header import text_of
from voltward.frames.moments import moment_text
from voltward.frames.raws import Item
from voltward.frames.values import (
    GEAR_BRAKING,
    GEAR_DRIVING,
    GEAR_INVALID,
    GEAR_POSITION,
    code_word,
    meaning_of,
    set_bits,
)

Json = dict[str, Any]


def line_to_json(hex_line: str, custom: Mapping[int, InfoType] | None = None) -> Json:
    """What one frame, given in hexadecimal, says; ``error`` and ``detail`` when it is not clean."""
    try:
        data = bytes.fromhex(hex_line)
    except ValueError:
        return {"error": "not_hex", "detail": "not_hex: expected pairs of hexadecimal digits"}
    try:
        frame = decode_frame(data, custom)
    except FrameError as error:
        return {"error": error.code, "detail": error.detail}
    if frame.error is not None:
        return {"error": frame.error.code, "detail": frame.error.detail}
    return frame_to_dict(frame)


def frame_to_dict(frame: Frame) -> Json:
    """Header and body; of a frame with problems, what was good before the first that ended it."""
    header = frame.header
    command = COMMANDS[header.edition].get(header.command)
    return {
        "edition": int(header.edition),
        "command": header.command,
        "command_name": "unknown" if command is None else command.name,
        "response": header.response,
        "response_name": answer_name(header.edition, header.response),
        "unique_id": header.vin,
        "encryption": header.encryption,
        "encryption_name": encryption_name(header.edition, header.encryption),
        "length": header.length,
        "body": body_to_dict(frame),
    }


def body_to_dict(frame: Frame) -> Json:
    """The data unit alone; an opaque one by its length, or as bytes when it is not encrypted."""
    if frame.header.encryption != PLAIN:
        return {"ciphertext_length": len(frame.unit)}
    if frame.body.fields is None:
        return {"raw_hex": frame.unit.hex()}
    body = _record(frame.body.fields, frame.body.values)
    if body.get("echo_hex") == "":
        del body["echo_hex"]
    return body


def item_to_dict(item: Item) -> Json:
    """One information item, its type first."""
    return {"code": item.code, "name": item.name, **_record(item.kind.fields, item.values)}


def _record(fields: tuple[Field, ...], values: Mapping[str, Any]) -> Json:
    out: Json = {}
    for field in fields:
        if field.name in values:
            _put(out, field, values[field.name])
    return out


def _put(out: Json, field: Field, raw: Any) -> None:
    """Put what ``raw`` means under the names that ``field`` has."""
    match field:
        case Number() | Choice() | Count():
            out[field.name] = meaning_of(field, raw)
        case Flags():
            out[field.name] = raw
            out[field.list_name] = set_bits(raw)
        case Status():
            out.update(_status(field, raw))
        case Gear():
            out[field.name] = gear_to_dict(field, raw)
        case Numbers():
            out[field.name] = [meaning_of(field.item, each) for each in raw]
        case Group():
            out[field.name] = [_record(field.fields, row) for row in raw]
        case Signature():
            out[field.name] = None if raw is None else _record(field.fields, raw)
        case FaultCodes():
            out[field.name] = _list_or_code(field, raw, f"{{:0{2 * field.item.octets}x}}".format)
        case Pairs():
            out[field.name] = _list_or_code(field, raw, list)
        case Text():
            out[field.name] = text_of(raw)
        case Texts():
            out[field.name] = [text_of(each) for each in raw]
        case TextGroups():
            out[field.name] = [[text_of(each) for each in group] for group in raw]
        case Octets():
            out[field.name] = raw.hex()
        case Moment():
            out[field.name] = moment_text(raw)
        case Items():
            out[field.name] = [item_to_dict(item) for item in raw]
        case ParameterIds():
            out[field.name] = [f"0x{code:02x}" for code in raw]
        case Parameters():
            out[field.name] = _parameters(field, raw)
        case _:
            assert_never(field)


def _status(field: Status, raw: int) -> Json:
    words = {bit.name: bit.set if raw >> bit.bit & 1 else bit.clear for bit in field.bits}
    return {field.name: raw, **words}


def gear_to_dict(field: Gear, raw: int) -> Json:
    gear: Json = {
        "raw": raw,
        "position": field.positions.get(raw & GEAR_POSITION),
        "braking": bool(raw & GEAR_BRAKING),
        "driving": bool(raw & GEAR_DRIVING),
    }
    if field.valid_bit:
        gear["valid"] = not raw & GEAR_INVALID
    return gear


def _list_or_code(field: FaultCodes | Pairs, raw: Any, shown: Any) -> Any:
    if isinstance(raw, int):
        return code_word(raw, field.count.invalid)
    return [shown(each) for each in raw]


def _parameters(field: Parameters, rows: list[Any]) -> Json:
    out: Json = {}
    for code, raw in rows:
        kind = field.table[code]
        out[f"0x{code:02x}"] = text_of(raw) if isinstance(kind, Text) else meaning_of(kind, raw)
    return out
