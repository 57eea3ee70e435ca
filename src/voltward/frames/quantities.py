"""Plain values to the integers of a table: numbers, words, bits, the gear byte."""

import math
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import assert_never

from voltward.base.units import quantised
from voltward.frames.errors import EncodeError
from voltward.frames.grammar import Choice, Count, Flags, Gear, Integer, Number, Status, Width
from voltward.frames.values import (
    ABNORMAL_WORD,
    GEAR_BRAKING,
    GEAR_DRIVING,
    GEAR_INVALID,
    GEAR_POSITION,
    INVALID_WORD,
)


def raw_of(field: Integer, value: object) -> int:
    """The raw value that means ``value``.

    Raises:
        EncodeError: a value that the field cannot express.
    """
    match field:
        case Number():
            return _number(field, value)
        case Choice():
            return _choice(field, value)
        case Count():
            code = _code(field.width, value)
            return whole(field.name, value, field.width) if code is None else code
        case Flags():
            return _flags(field, value)
        case Status():
            return _status(field, value)
        case Gear():
            return _gear(field, value)
        case _:
            assert_never(field)


def whole(name: str, value: object, width: Width) -> int:
    """``value`` as an unsigned integer of ``width``."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise EncodeError(f"{name}: {value!r} is no whole number")
    if not 0 <= int(value) <= width.largest:
        raise EncodeError(f"{name}: {value} does not fit, 0..{width.largest}")
    return int(value)


def _code(width: Width, value: object) -> int | None:
    if value is None or value == INVALID_WORD:
        return width.invalid
    if value == ABNORMAL_WORD:
        return width.abnormal
    return None


def _number(field: Number, value: object) -> int:
    if isinstance(value, str) or value is None:
        for raw, word in field.special.items():
            if word == value:
                return raw
        code = _code(field.width, value) if field.codes else None
        if code is None:
            raise EncodeError(f"{field.name}: {value!r} has no code here")
        return code
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise EncodeError(f"{field.name}: {value!r} is no number")
    if not math.isfinite(value):
        raise EncodeError(f"{field.name}: {value} is no number; None is sent as invalid")
    raw = quantised(str(value), field.per_unit) - field.offset * field.per_unit
    if not 0 <= raw <= field.width.largest:
        raise EncodeError(f"{field.name}: {value} does not fit, {_limits(field)}")
    if field.codes and not field.as_sent and raw >= field.width.abnormal:
        raise EncodeError(f"{field.name}: {value} would be read as a code, {_limits(field)}")
    if raw in field.special:
        raise EncodeError(f'{field.name}: {value} would be read as "{field.special[raw]}"')
    return raw


def _limits(field: Number) -> str:
    largest = field.width.largest - (2 if field.codes and not field.as_sent else 0)
    first, last = ((raw + field.offset * field.per_unit) / field.per_unit for raw in (0, largest))
    return f"{first:.10g}..{last:.10g} can be expressed"


def _choice(field: Choice, value: object) -> int:
    if isinstance(value, Integral):
        return whole(field.name, value, field.width)
    for raw, word in field.choices.items():
        if word == value:
            return raw
    code = _code(field.width, value) if field.codes else None
    if code is None and value is None and field.choices.get(field.width.invalid) == INVALID_WORD:
        code = field.width.invalid
    if code is None:
        words = ", ".join(field.choices.values())
        raise EncodeError(f"{field.name}: {value!r} is none of {words}")
    return code


def _flags(field: Flags, value: object) -> int:
    """An integer, or the numbers of the bits that are set."""
    if isinstance(value, Integral):
        return whole(field.name, value, field.width)
    if not isinstance(value, list | tuple | set | frozenset):
        raise EncodeError(f"{field.name}: {value!r} is neither a number nor a list of bits")
    raw = 0
    for bit in value:
        if not isinstance(bit, Integral) or not 0 <= int(bit) < 8 * field.width.octets:
            raise EncodeError(f"{field.name}: there is no bit {bit!r}")
        raw |= 1 << int(bit)
    return raw


def _status(field: Status, value: object) -> int:
    """An integer, or a mapping of the bits' names to their words; a missing one is clear."""
    if isinstance(value, Integral):
        return whole(field.name, value, field.width)
    if not isinstance(value, Mapping):
        raise EncodeError(f"{field.name}: {value!r} is neither a number nor a mapping")
    raw = 0
    for bit in field.bits:
        word = value.get(bit.name, bit.clear)
        if word not in (bit.clear, bit.set):
            raise EncodeError(f"{bit.name}: {word!r} is neither {bit.clear} nor {bit.set}")
        raw |= (word == bit.set) << bit.bit
    return raw


def _gear(field: Gear, value: object) -> int:
    """An integer, a position, or a mapping with ``raw`` or position, braking, driving, valid."""
    if isinstance(value, Integral):
        return whole(field.name, value, field.width)
    if isinstance(value, str):
        value = {"position": value}
    if not isinstance(value, Mapping):
        raise EncodeError(f"{field.name}: {value!r} is no gear")
    if "raw" in value:
        return whole(field.name, value["raw"], field.width)
    if value.get("valid") is False and not field.valid_bit:
        raise EncodeError(f"{field.name}: this edition cannot say that the gear is not valid")
    position = value.get("position", "N")
    raw = next((code for code, word in field.positions.items() if word == position), None)
    if raw is None or raw > GEAR_POSITION:
        raise EncodeError(f"{field.name}: {position!r} is no gear position")
    return (
        raw
        | (GEAR_BRAKING if value.get("braking") else 0)
        | (GEAR_DRIVING if value.get("driving") else 0)
        | (GEAR_INVALID if value.get("valid") is False else 0)
    )
