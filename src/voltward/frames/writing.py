"""Raw values back to bytes: the exact inverse of ``reading``."""

import struct
from typing import assert_never

from voltward.frames.grammar import (
    U8,
    FaultCodes,
    Field,
    Group,
    Items,
    Moment,
    Numbers,
    Octets,
    Pairs,
    ParameterIds,
    Parameters,
    Signature,
    Text,
    TextGroups,
    Texts,
    Width,
)
from voltward.frames.layouts import INTEGERS, Run, steps_of
from voltward.frames.raws import Item, Raw, Record


def write_fields(fields: tuple[Field, ...], record: Record) -> bytes:
    """The bytes of ``record``, up to the first field that it does not have."""
    parts: list[bytes] = []
    for step in steps_of(fields):
        if isinstance(step, Run):
            if step.names[-1] in record:
                parts.append(step.layout.pack(*[record[name] for name in step.names]))
                continue
            for field in step.fields:
                if field.name not in record:
                    return b"".join(parts)
                parts.append(_integer(record[field.name], field.width))
        elif step.name not in record:
            break
        else:
            parts.append(_write(step, record[step.name]))
    return b"".join(parts)


def write_item(item: Item) -> bytes:
    """The type byte and the body of an item."""
    body = write_fields(item.kind.fields, item.values) + item.rest
    if item.kind.counted is not None:
        body = _integer(len(body), item.kind.counted) + body
    return bytes((item.code,)) + body


def _integer(raw: Raw, width: Width) -> bytes:
    assert isinstance(raw, int)
    return raw.to_bytes(width.octets, "big")


def _integers(raws: Raw, width: Width) -> bytes:
    assert isinstance(raws, list)
    return struct.pack(f">{len(raws)}{width.letter}", *raws)


def _bytes(raw: Raw) -> bytes:
    assert isinstance(raw, bytes)
    return raw


def _record(raw: Raw) -> Record:
    assert isinstance(raw, dict)
    return raw


def _list(raw: Raw) -> list[Raw]:
    assert isinstance(raw, list)
    return raw


def _write(field: Field, raw: Raw) -> bytes:
    match field:
        case Numbers():
            return _integers(raw, field.item.width)
        case Group():
            return b"".join(write_fields(field.fields, _record(row)) for row in _list(raw))
        case FaultCodes():
            if isinstance(raw, int):
                return _integer(raw, field.count)
            return _integer(len(_list(raw)), field.count) + _integers(raw, field.item)
        case Pairs():
            return _write_pairs(field, raw)
        case Text() | Moment():
            return _bytes(raw)
        case Texts():
            return b"".join(map(_bytes, _list(raw)))
        case TextGroups():
            return b"".join(_bytes(text) for group in _list(raw) for text in _list(group))
        case Octets():
            octets = _bytes(raw)
            return octets if field.length is None else _integer(len(octets), field.length) + octets
        case Items():
            return b"".join(write_item(item) for item in _list(raw) if isinstance(item, Item))
        case Signature():
            if raw is None:
                return b""
            marker = b"" if field.marker is None else bytes((field.marker,))
            return marker + write_fields(field.fields, _record(raw))
        case ParameterIds():
            return _integers(raw, U8)
        case Parameters():
            return b"".join(_write_parameter(field, _list(row)) for row in _list(raw))
        case _:
            assert not isinstance(field, INTEGERS)
            assert_never(field)


def _write_pairs(field: Pairs, raw: Raw) -> bytes:
    if isinstance(raw, int):
        return _integer(raw, field.count)
    parts = [_integer(len(_list(raw)), field.count)]
    for row in _list(raw):
        for (_, width), number in zip(field.columns, _list(row), strict=True):
            parts.append(_integer(number, width))
    return b"".join(parts)


def _write_parameter(field: Parameters, row: list[Raw]) -> bytes:
    code, raw = row
    assert isinstance(code, int)
    value = field.table[code]
    return bytes((code,)) + (_bytes(raw) if isinstance(value, Text) else _integer(raw, value.width))
