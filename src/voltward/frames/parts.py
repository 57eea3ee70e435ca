"""``Octets`` taken apart for people, where a table says what they may be made of."""

from typing import NamedTuple

from voltward.frames.grammar import Address, Number, Octets, Parts, Text
from voltward.frames.raws import Raw

ADDRESS = 6


class Part(NamedTuple):
    """Bytes ``start:stop`` of the octets; ``field`` None is a separator."""

    field: Number | Text | Address | None
    start: int
    stop: int
    raw: Raw


def parts_of(field: Octets, told: int | None, raw: bytes) -> list[Part]:
    """The parts of ``raw`` where ``told`` is the value of ``field.told_by``.

    Empty when no table fits the bytes, to the last one.
    """
    for table in () if told is None else field.parts.get(told, ()):
        parts = _fitted(table, raw)
        if parts:
            return parts
    return []


def _fitted(table: Parts, raw: bytes) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for number, field in enumerate(table.fields):
        if number and table.separator:
            if not raw.startswith(table.separator, at):
                return []
            start, at = at, at + len(table.separator)
            parts.append(Part(None, start, at, table.separator))
        start, at = at, _stop(field, table.separator, raw, at)
        value: Raw = raw[start:at]
        if isinstance(field, Number):
            value = int.from_bytes(raw[start:at], "big")
        parts.append(Part(field, start, at, value))
    return [part for part in parts if part.start < part.stop] if at == len(raw) else []


def _stop(field: Number | Text | Address, separator: bytes, raw: bytes, at: int) -> int:
    """Where ``field`` ends that begins at ``at``; it may lie behind the last byte."""
    if isinstance(field, Number):
        return at + field.width.octets
    if isinstance(field, Address):
        return at + ADDRESS
    if isinstance(field.octets, int):
        return at + field.octets
    found = raw.find(separator, at) if separator else -1
    return len(raw) if found < 0 else found
