"""Raw values in words of both languages, with their units; for people, never parsed again."""

from collections.abc import Iterable
from typing import assert_never

from voltward.frames import words
from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import (
    Address,
    Choice,
    Count,
    Edition,
    FaultCodes,
    Field,
    Flags,
    Gear,
    Group,
    Integer,
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
from voltward.frames.moments import moment_of, moment_text
from voltward.frames.raws import Raw
from voltward.frames.values import (
    GEAR_BRAKING,
    GEAR_DRIVING,
    GEAR_INVALID,
    GEAR_POSITION,
    Reason,
    physical,
    reason_of,
    set_bits,
)
from voltward.frames.words import Phrase

NOTHING = Phrase("", "")
_LEVELS = ("level", "fault_level", "flag_level")


def meaning(
    field: Field | Address, raw: Raw, scope: str, edition: Edition
) -> tuple[Phrase, Reason]:
    """What ``raw`` says in ``field`` of the type or command ``scope``, and whether it can be used.

    Of a list, ``raw`` is one element.
    """
    match field:
        case Number() | Choice() | Count() | Flags() | Status() | Gear():
            assert isinstance(raw, int)
            reason = reason_of(field, raw)
            return _integer(field, raw, scope, reason), reason
        case Numbers():
            assert isinstance(raw, int)
            reason = reason_of(field.item, raw)
            return _integer(field.item, raw, scope, reason), reason
        case Text() | Texts() | TextGroups():
            assert isinstance(raw, bytes)
            return _same(text_of(raw)), Reason.PRESENT
        case Octets():
            assert isinstance(raw, bytes)
            return octets(len(raw)), Reason.PRESENT
        case Moment():
            assert isinstance(raw, bytes)
            return _moment(raw)
        case Address():
            assert isinstance(raw, bytes)
            return _same(_address(raw)), Reason.PRESENT
        case FaultCodes():
            assert isinstance(raw, int)
            return _same(f"{raw:0{2 * field.item.octets}x}"), Reason.PRESENT
        case Pairs():
            return _pair(field, raw, scope, edition)
        case ParameterIds():
            assert isinstance(raw, int)
            return _same(f"0x{raw:02x}"), Reason.PRESENT
        case Group() | Items() | Signature() | Parameters():
            return NOTHING, Reason.PRESENT
        case _:
            assert_never(field)


def octets(number: int) -> Phrase:
    return Phrase(f"{number}字节", f"{number} bytes")


def number_text(field: Number, raw: int) -> str:
    """The physical number with as many decimals as the step has."""
    value = physical(field, raw)
    return str(value) if field.per_unit == 1 else f"{value:.{len(str(field.per_unit)) - 1}f}"


def _same(text: str) -> Phrase:
    return Phrase(text, text)


def _moment(raw: bytes) -> tuple[Phrase, Reason]:
    text = moment_text(raw)
    if moment_of(raw) is not None:
        return _same(text), Reason.PRESENT
    wrong = words.problem("bad_time")
    return Phrase(f"{text}（{wrong.zh}）", f"{text} ({wrong.en})"), Reason.OUT_OF_RANGE


def _address(raw: bytes) -> str:
    return ".".join(map(str, raw[2:])) if raw.startswith(b"\0\0") else raw.hex(":")


def _integer(field: Integer, raw: int, scope: str, reason: Reason) -> Phrase:
    if reason in (Reason.ABNORMAL, Reason.INVALID):
        return words.reason(reason)
    match field:
        case Number():
            said = _number(field, raw, scope, reason)
        case Choice():
            word = field.choices.get(raw)
            said = _same(str(raw)) if word is None else words.choice(word, field.name, scope)
        case Count():
            said = _same(str(raw))
        case Flags():
            return flags(field, raw)
        case Status():
            return _joined(
                words.choice(bit.set if raw >> bit.bit & 1 else bit.clear, bit.name, scope)
                for bit in field.bits
            )
        case Gear():
            return _gear(field, raw)
        case _:
            assert_never(field)
    return said if reason is Reason.PRESENT else _noted(said, words.reason(reason))


def _number(field: Number, raw: int, scope: str, reason: Reason) -> Phrase:
    word = field.special.get(raw) or field.named.get(raw)
    if word is not None:
        return words.choice(word, field.name, scope)
    if field.name in _LEVELS and reason is Reason.PRESENT:
        return words.alarm_level(raw)
    text, unit = number_text(field, raw), words.unit_of(field.name)
    return Phrase(f"{text} {unit.zh}".rstrip(), f"{text} {unit.en}".rstrip())


def flags(field: Flags, raw: int) -> Phrase:
    """The names of the set bits; reserved ones by their number."""
    if not raw:
        return Phrase("无", "None")
    return _joined(_flag(field, bit) for bit in set_bits(raw))


def _flag(field: Flags, bit: int) -> Phrase:
    if bit in field.bits:
        return words.alarm_flag(field.bits[bit])
    return Phrase(f"预留位{bit}", f"Reserved bit {bit}")


def _gear(field: Gear, raw: int) -> Phrase:
    parts = [words.choice(field.positions[raw & GEAR_POSITION], "gear")]
    if raw & GEAR_BRAKING:
        parts.append(words.choice("braking", "gear"))
    if raw & GEAR_DRIVING:
        parts.append(words.choice("driving", "gear"))
    if field.valid_bit and raw & GEAR_INVALID:
        parts.append(words.choice("not_valid", "gear"))
    return _joined(parts)


def _pair(field: Pairs, raw: Raw, scope: str, edition: Edition) -> tuple[Phrase, Reason]:
    """An alarm flag and its own level; the worse of both reasons."""
    assert isinstance(raw, list)
    bit, level = raw
    assert isinstance(bit, int)
    assert isinstance(level, int)
    table = next(kind for kind in INFO_TYPES[edition].values() if kind.name == "alarms")
    name = _flag(next(each for each in table.fields if isinstance(each, Flags)), bit)
    number, own = field.numbers
    of_bit, of_level = reason_of(number, bit), reason_of(own, level)
    if of_bit is not Reason.PRESENT:
        name = _noted(Phrase(f"位{bit}", f"Bit {bit}"), words.reason(of_bit))
    said = _integer(own, level, scope, of_level)
    return Phrase(f"{name.zh}：{said.zh}", f"{name.en}: {said.en}"), max(of_bit, of_level)


def _joined(parts: Iterable[Phrase]) -> Phrase:
    phrases = list(parts)
    return Phrase("，".join(each.zh for each in phrases), ", ".join(each.en for each in phrases))


def _noted(said: Phrase, note: Phrase) -> Phrase:
    return Phrase(f"{said.zh}（{note.zh}）", f"{said.en} ({note.en.lower()})")
