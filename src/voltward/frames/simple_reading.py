"""Reading of the parts without fields of their own: lists of integers, texts, octets, times."""

import struct

from voltward.frames.cursor import Cursor
from voltward.frames.grammar import FaultCodes, Field, Moment, Octets, Pairs, Width
from voltward.frames.moments import MOMENT, moment_problem
from voltward.frames.raws import Raw


def read_count(cursor: Cursor, field: FaultCodes | Pairs) -> int:
    start = cursor.at
    raw = cursor.integer(field.count)
    if cursor.trace is not None:
        cursor.trace.mark("count", start, cursor.at, raw, field)
    return raw


def read_integers(cursor: Cursor, field: Field, width: Width, count: int) -> list[Raw]:
    """``count`` integers; nothing is set aside for more than the bytes that are there."""
    if not count:
        return []
    start, have = cursor.at, cursor.end - cursor.at
    whole = min(count, have // width.octets)
    raws: list[Raw] = list(struct.unpack_from(f">{whole}{width.letter}", cursor.data, start))
    cursor.at = start + whole * width.octets
    if cursor.trace is not None:
        for i, raw in enumerate(raws):
            at = start + i * width.octets
            cursor.trace.field(field, at, at + width.octets, raw, i + 1)
    if whole < count:
        raise cursor.short(width.octets, cursor.at)
    return raws


def read_pairs(cursor: Cursor, field: Pairs) -> Raw:
    count = read_count(cursor, field)
    if count >= field.count.abnormal:
        return count
    rows: list[Raw] = []
    for number in range(1, count + 1):
        start = cursor.at
        row: list[Raw] = [cursor.integer(width) for _, width in field.columns]
        rows.append(row)
        if cursor.trace is not None:
            cursor.trace.field(field, start, cursor.at, row, number)
    return rows


def read_text(cursor: Cursor, field: Field, octets: int, number: int = 0) -> bytes:
    start = cursor.at
    raw = cursor.take(octets)
    if cursor.trace is not None and octets:
        cursor.trace.field(field, start, cursor.at, raw, number)
    return raw


def read_octets(cursor: Cursor, field: Octets) -> bytes:
    if field.length is None:
        length = cursor.end - cursor.at
    else:
        start = cursor.at
        length = cursor.integer(field.length)
        if cursor.trace is not None:
            cursor.trace.mark("length", start, cursor.at, length, field)
    return read_text(cursor, field, length)


def read_moment(cursor: Cursor, field: Moment) -> bytes:
    start = cursor.at
    raw = read_text(cursor, field, MOMENT)
    problem = moment_problem(raw, start)
    if problem is not None:
        cursor.problems.append(problem)
    return raw
