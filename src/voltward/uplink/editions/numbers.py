"""One integer of one edition as that of the other: numbers, words, the gear byte.

The rules: a code (abnormal, invalid) stays that code. A value goes over as the same quantity. Where
the other table does not allow a value that is in range in its own, it is sent as invalid and named
as lost; a value that was out of range to begin with goes on as it is, if it fits. A number between
two steps of the other table goes as the nearest and is named.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from voltward.frames.grammar import Flags, Gear, Number
from voltward.frames.values import GEAR_INVALID
from voltward.uplink.editions.losses import Losses

Turn: TypeAlias = Callable[[int, Losses], int]


def number_turn(name: str, source: Number, target: Number) -> Turn | None:
    """None: the integer stays what it is. ``name`` is what a loss is called."""
    if _of(source) == _of(target):
        return None
    lowest, highest, shift = _plain_range(source, target)

    def turn(raw: int, losses: Losses) -> int:
        if lowest <= raw <= highest:
            return raw + shift
        if source.codes and raw >= source.width.abnormal:
            if not target.codes:
                losses.add(name)
            return target.width.invalid - (source.width.invalid - raw)
        found, is_exact = _steps(source, target, raw)
        if not _allows(source, target, raw, found):
            losses.add(name)
            return found if found == raw and not target.codes else target.width.invalid
        if not is_exact:
            losses.add(name)
        return found

    return turn


def _of(field: Number) -> tuple[object, ...]:
    """All that decides what a raw value means and whether it is in range."""
    lowest, highest = field.lowest_raw, field.highest_raw
    return field.width, field.per_unit, field.offset, lowest, highest, field.codes, field.special


def _plain_range(source: Number, target: Number) -> tuple[int, int, int]:
    """Raw values that are in range in both tables and differ by ``shift`` only: almost all there are."""
    if source.per_unit != target.per_unit:
        return 1, 0, 0
    shift = (source.offset - target.offset) * source.per_unit
    lowest = max(source.lowest_raw, target.lowest_raw - shift)
    return lowest, min(source.highest_raw, target.highest_raw - shift), shift


def _steps(source: Number, target: Number, raw: int) -> tuple[int, bool]:
    """The nearest raw value, half away from zero, and whether it says the same."""
    counts = (raw + source.offset * source.per_unit) * target.per_unit
    whole, rest = divmod(abs(counts), source.per_unit)
    whole += 2 * rest >= source.per_unit
    nearest = whole if counts >= 0 else -whole
    return nearest - target.offset * target.per_unit, rest == 0


def _allows(source: Number, target: Number, raw: int, found: int) -> bool:
    """Can ``found`` stand in ``target`` for what ``raw`` is in ``source``?"""
    highest = target.width.abnormal - 1 if target.codes else target.width.largest
    if not 0 <= found <= highest:
        return False
    is_good = source.lowest_raw <= raw <= source.highest_raw
    return not is_good or target.lowest_raw <= found <= target.highest_raw


def gear_turn(name: str, source: Gear, target: Gear) -> Turn | None:
    """Only 2025 can say "not valid" (bit 7); in 2016 that bit is reserved and says nothing."""
    if source.valid_bit == target.valid_bit:
        return None

    def turn(raw: int, losses: Losses) -> int:
        if raw & GEAR_INVALID:
            losses.add(name)
        return raw & ~GEAR_INVALID

    return turn


def flags_turn(name: str, source: Flags, target: Flags, same: Mapping[str, str]) -> Turn:
    """``same``: the target's name of each flag of the source that both have."""
    bits = {word: bit for bit, word in target.bits.items()}
    moves = [(1 << bit, 1 << bits[same[word]]) for bit, word in source.bits.items() if word in same]
    kept = sum(mask for mask, _ in moves)
    names = [f"{name}.{source.bits.get(bit, f'bit_{bit}')}" for bit in range(32)]

    def turn(raw: int, losses: Losses) -> int:
        lost = raw & ~kept
        while lost:
            losses.add(names[(lost & -lost).bit_length() - 1])
            lost &= lost - 1
        return sum(to for mask, to in moves if raw & mask)

    return turn
