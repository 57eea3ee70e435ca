"""Bytes to raw values, field by field as the tables say.

Whatever the bytes are, reading ends with ``Stop`` at worst, and what was read before stays. Lists
are read as far as bytes are there, so a lying count costs nothing.
"""

from typing import assert_never

from voltward.frames.cursor import Cursor
from voltward.frames.errors import Stop
from voltward.frames.grammar import (
    U8,
    FaultCodes,
    Field,
    Group,
    InfoType,
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
from voltward.frames.layouts import INTEGERS, Run, code_from, steps_of
from voltward.frames.raws import Item, Raw, Record
from voltward.frames.simple_reading import (
    read_count,
    read_integers,
    read_moment,
    read_octets,
    read_pairs,
    read_text,
)

LEAST_CODE = U8.abnormal  # no width has a code below it


def read_fields(cursor: Cursor, fields: tuple[Field, ...], record: Record) -> None:
    """Read ``fields`` into ``record``; on Stop it holds those before the one that failed.

    The cursor then stands where that one begins.
    """
    for step in steps_of(fields):
        start = cursor.at
        if isinstance(step, Run):
            _read_run(cursor, step, record)
            continue
        try:
            record[step.name] = _read(cursor, step, fields, record)
        except Stop:
            if not isinstance(step, Items):  # items before the bad one are good
                cursor.at = start
            raise


def _read_run(cursor: Cursor, run: Run, record: Record) -> None:
    start, stop = cursor.at, cursor.at + run.layout.size
    if stop <= cursor.end and cursor.trace is None:
        record.update(zip(run.names, run.layout.unpack_from(cursor.data, start), strict=True))
        cursor.at = stop
        return
    for field in run.fields:
        start = cursor.at
        raw = record[field.name] = cursor.integer(field.width)
        if cursor.trace is not None:
            cursor.trace.field(field, start, cursor.at, raw)


def _read(cursor: Cursor, field: Field, fields: tuple[Field, ...], record: Record) -> Raw:
    match field:
        case Numbers():
            return read_integers(
                cursor, field, field.item.width, _count(fields, record, field.count)
            )
        case Group():
            return _read_group(cursor, field, _count(fields, record, field.count))
        case FaultCodes():
            count = read_count(cursor, field)
            if count >= field.count.abnormal:
                return count
            return read_integers(cursor, field, field.item, count)
        case Pairs():
            return read_pairs(cursor, field)
        case Text():
            return read_text(cursor, field, _octets(field, record))
        case Texts():
            octets = _count(fields, record, field.octets)
            count = _count(fields, record, field.count)
            return [read_text(cursor, field, octets, i + 1) for i in range(count)]
        case TextGroups():
            return _read_text_groups(cursor, field, fields, record)
        case Octets():
            return read_octets(cursor, field)
        case Moment():
            return read_moment(cursor, field)
        case Items():
            return _read_items(cursor, field, record)
        case Signature():
            return _read_signature(cursor, field)
        case ParameterIds():
            count = _count(fields, record, field.count)
            return read_integers(cursor, field, U8, count)
        case Parameters():
            return _read_parameters(cursor, field, _count(fields, record, field.count))
        case _:
            assert not isinstance(field, INTEGERS)
            assert_never(field)


def _count(fields: tuple[Field, ...], record: Record, name: str) -> int:
    """How many elements follow; none when the count is a code."""
    raw = record[name]
    assert isinstance(raw, int)
    return raw if raw < LEAST_CODE or raw < code_from(fields, name) else 0


def _read_group(cursor: Cursor, field: Group, count: int) -> list[Raw]:
    records: list[Raw] = []
    for number in range(1, count + 1):
        if cursor.trace is not None:
            cursor.trace.enter(field.name, number)
        record: Record = {}
        read_fields(cursor, field.fields, record)
        records.append(record)
        if cursor.trace is not None:
            cursor.trace.leave()
    return records


def _octets(field: Text, record: Record) -> int:
    if isinstance(field.octets, int):
        return field.octets
    assert field.octets is not None  # only parts of octets end at a separator
    raw = record[field.octets]
    assert isinstance(raw, int)
    return raw


def _read_text_groups(
    cursor: Cursor, field: TextGroups, fields: tuple[Field, ...], record: Record
) -> list[Raw]:
    counts, code = record[field.counts], code_from(fields, field.counts)
    assert isinstance(counts, list)
    groups: list[Raw] = []
    number = 0
    for count in counts:
        assert isinstance(count, int)
        texts: list[Raw] = []
        for _ in range(0 if count >= code else count):
            number += 1
            texts.append(read_text(cursor, field, field.octets, number))
        groups.append(texts)
    return groups


def _read_items(cursor: Cursor, field: Items, record: Record) -> list[Raw]:
    items: list[Raw] = []
    record[field.name] = items  # those before a bad one are kept
    while cursor.at < cursor.end:
        start = cursor.at
        code = cursor.data[start]
        if code == field.end_marker:
            break
        try:
            items.append(_read_item(cursor, code, len(items) + 1))
        except Stop:
            cursor.at = start
            raise
    return items


def _read_item(cursor: Cursor, code: int, number: int) -> Item:
    kind = cursor.types.get(code)
    if kind is None:
        raise Stop("unknown_type", f"{code:#x}", cursor.at)
    if cursor.trace is not None:
        cursor.trace.enter(kind.name, number, kind.source)
        cursor.trace.mark("type", cursor.at, cursor.at + 1, code)
    cursor.at += 1
    values: Record = {}
    if kind.counted is None:
        read_fields(cursor, kind.fields, values)
        item = Item(kind, code, values)
    else:
        item = _read_counted(cursor, kind, kind.counted, code)
    if cursor.trace is not None:
        cursor.trace.leave()
    return item


def _read_counted(cursor: Cursor, kind: InfoType, width: Width, code: int) -> Item:
    """A body with its length in front: whatever is in it, the next item can be reached."""
    start = cursor.at
    length = cursor.integer(width)
    if cursor.trace is not None:
        cursor.trace.mark("length", start, cursor.at, length)
    if cursor.at + length > cursor.end:
        raise cursor.short(length, cursor.at)
    values: Record = {}
    whole_end, cursor.end = cursor.end, cursor.at + length
    try:
        read_fields(cursor, kind.fields, values)
        if cursor.at < cursor.end:
            raise Stop("trailing_bytes", f"{cursor.end - cursor.at} left", cursor.at)
    except Stop as stop:
        cursor.problems.append(stop.problem)
    rest = cursor.data[cursor.at : cursor.end]
    cursor.at, cursor.end = cursor.end, whole_end
    return Item(kind, code, values, rest)


def _read_signature(cursor: Cursor, field: Signature) -> Raw:
    if field.marker is not None:
        if cursor.at == cursor.end:
            return None
        if cursor.trace is not None:
            cursor.trace.mark("marker", cursor.at, cursor.at + 1, field.marker)
        cursor.at += 1
    record: Record = {}
    if cursor.trace is not None:
        cursor.trace.enter(field.name, 0)
    read_fields(cursor, field.fields, record)
    if cursor.trace is not None:
        cursor.trace.leave()
    return record


def _read_parameters(cursor: Cursor, field: Parameters, count: int) -> list[Raw]:
    rows: list[Raw] = []
    lengths: Record = {}
    for _ in range(count):
        start = cursor.at
        code = cursor.integer(U8)
        value = field.table.get(code)
        if value is None:
            raise Stop("unknown_type", f"param {code:#x}", start)
        if cursor.trace is not None:
            cursor.trace.mark("parameter", start, cursor.at, code)
        if isinstance(value, Text):
            if isinstance(value.octets, str) and value.octets not in lengths:
                raise Stop("unknown_type", f"param {code:#x} without its length", start)
            raw: Raw = read_text(cursor, value, _octets(value, lengths))
        else:
            at = cursor.at
            raw = lengths[value.name] = cursor.integer(value.width)
            if cursor.trace is not None:
                cursor.trace.field(value, at, cursor.at, raw)
        rows.append([code, raw])
    return rows
