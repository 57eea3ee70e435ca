"""What raw values mean: a number, a word, abnormal, invalid or out of range."""

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from voltward.frames.grammar import Choice, Count, Flags, Gear, Integer, Number, Status

ABNORMAL_WORD, INVALID_WORD = "abnormal", "invalid"


class Reason(IntEnum):
    """Why a value is missing, or PRESENT."""

    PRESENT = 0
    ABNORMAL = 1
    INVALID = 2
    OUT_OF_RANGE = 3
    ABSENT = 4


@dataclass(frozen=True, slots=True)
class Value:
    """A raw value and its meaning: a physical number or a word.

    A value that is out of range still has its number.
    """

    raw: int
    reason: Reason
    meaning: int | float | str


def value_of(field: Integer, raw: int) -> Value:
    """What ``raw`` means in ``field``."""
    return Value(raw, reason_of(field, raw), meaning_of(field, raw))


def physical(field: Number, raw: int) -> int | float:
    """The number, nearest to the decimal fraction that the table means; an int at whole steps."""
    counts = raw + field.offset * field.per_unit
    return counts if field.per_unit == 1 else counts / field.per_unit


def meaning_of(field: Integer, raw: int) -> int | float | str:
    """The physical number or the word; codes are "abnormal" and "invalid"."""
    match field:
        case Number():
            if raw in field.special:
                return field.special[raw]
            if field.codes and not field.as_sent and raw >= field.width.abnormal:
                return code_word(raw, field.width.invalid)
            return physical(field, raw)
        case Choice():
            if raw in field.choices:
                return field.choices[raw]
            if field.codes and raw >= field.width.abnormal:
                return code_word(raw, field.width.invalid)
            return raw
        case Count() | Flags() | Status() | Gear():
            return raw
        case _:
            assert_never(field)


def code_word(raw: int, invalid: int) -> str:
    return INVALID_WORD if raw == invalid else ABNORMAL_WORD


def reason_of(field: Integer, raw: int) -> Reason:
    """PRESENT, or why there is no value that can be used."""
    match field:
        case Number():
            if raw in field.special:
                return Reason.PRESENT
            if field.codes and raw >= field.width.abnormal:
                return _code_reason(raw, field.width.invalid)
            in_range = field.lowest_raw <= raw <= field.highest_raw
        case Choice():
            if field.codes and raw >= field.width.abnormal:
                return _code_reason(raw, field.width.invalid)
            # GB/T 45688 lists 0xFF among the words of its results.
            if raw == field.width.invalid and field.choices.get(raw) == INVALID_WORD:
                return Reason.INVALID
            in_range = raw in field.choices
        case Count():
            if raw >= field.width.abnormal:
                return _code_reason(raw, field.width.invalid)
            in_range = field.lowest <= raw and (field.highest is None or raw <= field.highest)
        case Gear():
            in_range = not (field.valid_bit and raw & GEAR_INVALID)
        case Flags() | Status():
            in_range = True
        case _:
            assert_never(field)
    return Reason.PRESENT if in_range else Reason.OUT_OF_RANGE


def _code_reason(raw: int, invalid: int) -> Reason:
    return Reason.INVALID if raw == invalid else Reason.ABNORMAL


# The gear byte, table A.1: position in the low half, then one bit each.
GEAR_POSITION, GEAR_BRAKING, GEAR_DRIVING, GEAR_INVALID = 0x0F, 0x10, 0x20, 0x80


def set_bits(raw: int) -> list[int]:
    """The numbers of the bits that are set, from the least significant on."""
    return [bit for bit in range(raw.bit_length()) if raw >> bit & 1]
