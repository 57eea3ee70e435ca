"""Plans made from the table: how the fields of an information type become those of the other edition."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from voltward.frames.grammar import (
    Choice,
    Count,
    FaultCodes,
    Field,
    Flags,
    Gear,
    Group,
    InfoType,
    Number,
    Numbers,
    Octets,
    Pairs,
    Status,
)
from voltward.frames.layouts import counted_by
from voltward.frames.raws import Raw, Record
from voltward.uplink.editions.losses import Losses
from voltward.uplink.editions.numbers import Turn, flags_turn, gear_turn, number_turn
from voltward.uplink.editions.table import Row

Change: TypeAlias = Callable[[Raw, Losses], Raw]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one record becomes one of the other edition.

    ``same``: targets and sources whose value stays; ``changes``: those whose value does not.
    ``missing``: what stands in targets that the source has no word for. ``counts``: target, source,
    list, the first code of the source, and what makes it the target's. ``lost_numbers``,
    ``lost_lists``: sources without a target, their full name, and from where on raw values are codes.
    """

    same: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, Change], ...]
    missing: Record
    counts: tuple[tuple[str, str, str, int, int], ...]
    lost_numbers: tuple[tuple[str, str, int], ...]
    lost_lists: tuple[tuple[str, str, int], ...]

    def changed(self, values: Record, losses: Losses) -> Record:
        found = dict(self.missing)
        for name, source in self.same:
            found[name] = values[source]
        for name, source, change in self.changes:
            found[name] = change(values[source], losses)
        for name, source, listed, code, shift in self.counts:
            count = cast(int, values[source])
            found[name] = count + shift if count >= code else len(cast("list[Raw]", found[listed]))
        for source, name, code in self.lost_numbers:
            if cast(int, values[source]) < code:
                losses.add(name)
        for source, name, code in self.lost_lists:
            listed_raws = values[source]
            if isinstance(listed_raws, list) and _says_something(listed_raws, code):
                losses.add(name)
        return found


def _says_something(raws: list[Raw], code: int) -> bool:
    return any(not isinstance(raw, int) or raw < code for raw in raws)


def plan_of(source: InfoType, target: InfoType, rows: Iterable[Row]) -> Plan:
    """``rows``: names in ``source`` and in ``target``."""
    return _plan(source.name, source.fields, target.fields, tuple(rows))


def _plan(
    what: str, sources: Sequence[Field], targets: Sequence[Field], rows: tuple[Row, ...]
) -> Plan:
    by_name = {field.name: field for field in sources}
    source_of = {target: source for source, target in _both(rows).items()}
    same, changes, counts = [], [], []
    missing: Record = {}
    for target in targets:
        name = source_of.get(target.name)
        if name is None:
            missing[target.name] = nothing(target)
            continue
        source = by_name[name]
        if isinstance(target, Count) and isinstance(source, Count):
            counted = counted_by(tuple(targets), target.name)
            assert counted is not None
            shift = target.width.invalid - source.width.invalid
            counts.append((target.name, name, counted.name, source.width.abnormal, shift))
            continue
        change = _change(f"{what}.{name}", source, target, rows, targets)
        if change is None:
            same.append((target.name, name))
        else:
            changes.append((target.name, name, change))
    matched = set(source_of.values())
    numbers, lists = [], []
    for field in sources:
        if field.name in matched or isinstance(field, Count):  # a count is told by its list
            continue
        name = f"{what}.{field.name}"
        if isinstance(field, Number | Choice):
            numbers.append((field.name, name, _code_from(field)))
        else:
            code = _code_from(field.item) if isinstance(field, Numbers) else 0
            lists.append((field.name, name, code))
    return Plan(tuple(same), tuple(changes), missing, tuple(counts), tuple(numbers), tuple(lists))


def _code_from(field: Number | Choice) -> int:
    """The smallest raw value that says nothing: a code, or none at all."""
    return field.width.abnormal if field.codes else field.width.largest + 1


def nothing(field: Field) -> Raw:
    """What stands in a field that nothing is known of: invalid, and no list."""
    match field:
        case Number() | Choice() | Count():
            return field.width.invalid
        case Numbers() | Group():
            return []
        case FaultCodes() | Pairs():
            return field.count.invalid
        case _:
            raise TypeError(f"{field.name}: both editions have such a field")


def _change(
    name: str, source: Field, target: Field, rows: tuple[Row, ...], targets: Sequence[Field]
) -> Change | None:
    match source, target:
        case (Number(), Number()):
            return _as_change(number_turn(name, source, target))
        case (Gear(), Gear()):
            return _as_change(gear_turn(name, source, target))
        case (Flags(), Flags()):
            return _as_change(
                flags_turn(name, source, target, _both(_inside(rows, source.name, target.name)))
            )
        case (FaultCodes(), FaultCodes()):
            return _shortened(name, target.most)
        case (Group(), Group()):
            count = next(field for field in targets if field.name == target.count)
            assert isinstance(count, Count)
            return _group_change(name, source, target, count, rows)
    assert _is_alike(source, target), f"{name}: its two tables differ, and nothing says how"
    return None


def _is_alike(source: Field, target: Field) -> bool:
    match source, target:
        case (Numbers(), Numbers()):
            return source.item == target.item
        case (Choice(), Choice()) | (Status(), Status()) | (Octets(), Octets()):
            return source == target
    return False


def _as_change(turn: Turn | None) -> Change | None:
    return cast("Change | None", turn)


def _shortened(name: str, most: int) -> Change:
    def change(raw: Raw, losses: Losses) -> Raw:
        if not isinstance(raw, list) or len(raw) <= most:
            return raw
        losses.add(name)
        return raw[:most]

    return change


def _group_change(
    name: str, source: Group, target: Group, count: Count, rows: tuple[Row, ...]
) -> Change:
    """``count``: how many the other edition can hold at most."""
    what = name.partition(".")[0]
    inside = _inside(rows, source.name, target.name)
    plan = _plan(what, source.fields, target.fields, inside)
    shortened = _shortened(name, count.highest or count.width.abnormal - 1)

    def change(raw: Raw, losses: Losses) -> Raw:
        records = cast("list[Record]", shortened(raw, losses))
        return [plan.changed(record, losses) for record in records]

    return change


def _inside(rows: tuple[Row, ...], source: str, target: str) -> tuple[Row, ...]:
    """The rows of a group or of flags, without its name."""
    found = ((_without(first, source), _without(second, target)) for first, second in rows)
    return tuple(row for row in found if row != (None, None))


def _without(name: str | None, group: str) -> str | None:
    head, dot, field = (name or "").partition(".")
    return field if dot and head == group else None


def _both(rows: tuple[Row, ...]) -> dict[str, str]:
    return {first: second for first, second in rows if first and second}
