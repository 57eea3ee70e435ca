"""Tables made ready for reading: runs of integers of fixed width are read in one step."""

import struct
from dataclasses import dataclass
from typing import TypeAlias

from voltward.frames.grammar import (
    Choice,
    Count,
    Field,
    Flags,
    Gear,
    Group,
    Integer,
    Number,
    Numbers,
    ParameterIds,
    Parameters,
    Status,
    TextGroups,
    Texts,
)

INTEGERS = (Number, Choice, Count, Flags, Status, Gear)
COUNTED = (Numbers, Group, Texts, ParameterIds, Parameters)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring integers, read together."""

    fields: tuple[Integer, ...]
    names: tuple[str, ...]
    layout: struct.Struct


Step: TypeAlias = Run | Field

# By identity: tables are module constants (or held by whoever configured them) and hold mappings,
# so they do not hash. The tuple is kept beside its steps, so that an id is never used twice.
_ready: dict[int, tuple[tuple[Field, ...], tuple[Step, ...]]] = {}


def steps_of(fields: tuple[Field, ...]) -> tuple[Step, ...]:
    """The steps in which ``fields`` are read."""
    found = _ready.get(id(fields))
    if found is None:
        found = _ready[id(fields)] = (fields, tuple(_steps(fields)))
    return found[1]


def _steps(fields: tuple[Field, ...]) -> list[Step]:
    steps: list[Step] = []
    run: list[Integer] = []
    for field in (*fields, None):
        if isinstance(field, INTEGERS):
            run.append(field)
            continue
        if run:
            letters = "".join(integer.width.letter for integer in run)
            names = tuple(integer.name for integer in run)
            steps.append(Run(tuple(run), names, struct.Struct(">" + letters)))
            run = []
        if field is not None:
            steps.append(field)
    return steps


_code_from: dict[tuple[int, str], int] = {}


def code_from(fields: tuple[Field, ...], name: str) -> int:
    """The smallest raw value of the count ``name`` that is a code: then no list follows."""
    key = (id(steps_of(fields)), name)
    found = _code_from.get(key)
    if found is None:
        integer = next(field for field in fields if field.name == name)
        assert isinstance(integer, Count | Number | Numbers)
        width = integer.item.width if isinstance(integer, Numbers) else integer.width
        found = _code_from[key] = width.abnormal
    return found


def counted_by(fields: tuple[Field, ...], name: str) -> Field | None:
    """The list of which the count ``name`` says the length."""
    for field in fields:
        if isinstance(field, COUNTED) and field.count == name:
            return field
        if isinstance(field, TextGroups) and field.counts == name:
            return field
    return None
