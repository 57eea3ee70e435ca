"""The protocol tables as number arrays: what the kernels read instead of Python objects.

Every information type becomes a chain of sections. A section is a run of fields of fixed width
and, behind it, a list whose length one of these fields tells. A type has head sections, read
once, and group sections, read as often as the count at the end of the head says.

The arrays are handed to the kernels at run time; no value of a table is compiled in, so a changed
table never meets an old kernel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.columns.cells import (
    COPY_DEGREES,
    COPY_DOUBLE_WORDS,
    COPY_OCTETS,
    COPY_PAIRS,
    COPY_WORDS,
    NONE,
    ROLE_CUSTOM,
    ROLE_PLAIN,
    ROLE_SIGNATURE,
    STORE_U1,
    STORES,
    TYPE_HEAD,
)
from voltward.columns.fields import (
    COLUMNS,
    FAMILIES,
    OCTETS,
    SIGNATURE,
    family_of,
    is_custom,
    signature_algorithm,
    signature_block,
)
from voltward.columns.naming import REPEATABLE, column_names
from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import (
    U8,
    Choice,
    Count,
    Edition,
    FaultCodes,
    Field,
    Flags,
    Gear,
    Group,
    InfoType,
    Integer,
    Number,
    Numbers,
    Pairs,
    Status,
)
from voltward.frames.values import GEAR_INVALID

Table = NDArray[np.int64]


NAMES = (*COLUMNS, *OCTETS)
COLUMN_NUMBER = {name: number for number, name in enumerate(NAMES)}
ALL_FAMILIES = (*FAMILIES, *OCTETS)
FAMILY_NUMBER = {name: number for number, name in enumerate(ALL_FAMILIES)}


class Tables(NamedTuple):
    """The arrays in the form that the kernels take."""

    type_of: Table  # (2, 256): row of ``types`` by edition (0: 2016) and type byte; -1 unknown
    types: Table
    sections: Table
    fields: Table
    lists: Table


@dataclass(slots=True)
class _Builder:
    types: list[list[int]] = field(default_factory=list)
    sections: list[list[int]] = field(default_factory=list)
    fields: list[list[int]] = field(default_factory=list)
    lists: list[list[int]] = field(default_factory=list)

    def add_type(self, info: InfoType) -> int:
        """Lay out one information type; its row of ``types``.

        Raises:
            TypeError: a table of a shape that the kernels do not know.
        """
        head: tuple[Field, ...] = info.fields
        inner: tuple[Field, ...] = ()
        width = 0
        if info.name in REPEATABLE:
            head, inner = (), info.fields
        elif isinstance(info.fields[-1], Group):
            group, count = info.fields[-1], info.fields[-2]
            if not isinstance(count, Count) or count.name != group.count:
                raise TypeError(f"{info.name}: a group must follow its count")
            head, inner, width = info.fields[:-1], group.fields, count.width.octets
        first = len(self.sections)
        self._add_sections(info, head, NONE)
        middle = len(self.sections)
        family = FAMILY_NUMBER[family_of(info)] if inner else NONE
        self._add_sections(info, inner, family)
        self.types.append([first, middle, len(self.sections), width, family, ROLE_PLAIN])
        return len(self.types) - 1

    def add_octets(self, role: int, head_size: int, lists: int) -> int:
        """``head_size`` bytes of fields, then ``lists`` times a WORD length and that many bytes."""
        first = len(self.sections)
        for number in range(lists):
            head = head_size if number == 0 else 0
            self.sections.append([head + 2, head, 2, 0, 1, NONE, int(head > 0), NONE, NONE])
        self.types.append([first, len(self.sections), len(self.sections), 0, -1, role])
        return len(self.types) - 1

    def _add_sections(self, info: InfoType, fields: tuple[Field, ...], family: int) -> None:
        at = 0
        starts: dict[str, tuple[int, int]] = {}
        kept = 0
        for entry in fields:
            number = len(self.sections)
            if isinstance(entry, Integer):
                kept = 1
                self._add_field(info, entry, number, at)
                starts[entry.name] = (at, entry.width.octets)
                at += entry.width.octets
                continue
            count_at, width, odd = at, 0, NONE
            match entry:
                case Numbers(item=item, count=count):
                    count_at, width = starts[count]
                    element = item.width.octets
                case FaultCodes(count=counted, item=item_width):
                    width, element = counted.octets, item_width.octets
                    odd = COLUMN_NUMBER[column_names(info, entry.name)[0]]
                case Pairs(count=counted, columns=columns):
                    width, element = counted.octets, sum(w.octets for _, w in columns)
                    odd = COLUMN_NUMBER[column_names(info, columns[0][0])[0]]
                case _:
                    raise TypeError(f"{info.name}.{entry.name}: no layout for such a field")
            at += 0 if isinstance(entry, Numbers) else width
            row = self._add_list(info, entry)
            self.sections.append([at, count_at, width, 1, element, row, kept, odd, family])
            at, kept, starts = 0, 0, {}
        if at:
            self.sections.append([at, 0, 0, 0, 0, NONE, kept, NONE, family])

    def _add_list(self, info: InfoType, entry: Numbers | FaultCodes | Pairs) -> int:
        if isinstance(entry, Pairs):
            names = [column_names(info, name)[0] for name, _ in entry.columns]
            if [width for _, width in entry.columns] != [U8, U8]:
                raise TypeError(f"{info.name}.{entry.name}: expected two octets a pair")
        else:
            names = [column_names(info, entry.name)[0]]
        column = COLUMNS[names[0]]
        copies = {"u2": COPY_WORDS, "i2": COPY_DEGREES, "u4": COPY_DOUBLE_WORDS, "u1": COPY_PAIRS}
        shift = entry.item.offset * entry.item.per_unit if isinstance(entry, Numbers) else 0
        second = COLUMN_NUMBER[names[-1]]
        self.lists.append(
            [
                FAMILY_NUMBER[column.family],
                copies[column.dtype],
                COLUMN_NUMBER[names[0]],
                second,
                shift,
            ]
        )
        return len(self.lists) - 1

    def _add_field(self, info: InfoType, entry: Integer, section: int, at: int) -> None:
        for name in column_names(info, entry.name):
            column = COLUMNS[name]
            store = STORES.index(column.dtype)
            counts = int(isinstance(entry, Count) and name != "pack_cell_count")
            self.fields.append(
                [
                    section,
                    at,
                    entry.width.octets,
                    COLUMN_NUMBER[name],
                    store,
                    *_judged(entry),
                    counts,
                ]
            )


def _judged(entry: Integer) -> list[int]:
    """SHIFT to SPECIAL of a field: how its raw value is read and judged.

    Raises:
        TypeError: the listed values of a choice are not consecutive, or there are several special
            ones; the kernels know neither.
    """
    largest, abnormal = entry.width.largest, entry.width.abnormal
    match entry:
        case Number(special=special):
            if len(special) > 1:
                raise TypeError(f"{entry.name}: expected at most one special value")
            codes = abnormal if entry.codes else 0
            shift, meant = entry.offset * entry.per_unit, next(iter(special), NONE)
            return [shift, entry.per_unit, entry.lowest_raw, entry.highest_raw, codes, meant]
        case Choice(choices=choices):
            lowest, highest = min(choices), max(choices)
            if len(choices) != highest - lowest + 1:
                raise TypeError(f"{entry.name}: expected consecutive choices")
            return [0, 1, lowest, highest, abnormal if entry.codes else 0, NONE]
        case Count(lowest=lowest):
            highest = abnormal - 1 if entry.highest is None else entry.highest
            return [0, 1, lowest, highest, abnormal, NONE]
        case Gear(valid_bit=valid_bit):
            return [0, 1, 0, GEAR_INVALID - 1 if valid_bit else largest, 0, NONE]
        case Flags() | Status():
            return [0, 1, 0, largest, 0, NONE]


def build() -> Tables:
    """The tables of both editions as arrays."""
    builder = _Builder()
    type_of = np.full((2, 256), NONE, np.int64)
    custom = builder.add_octets(ROLE_CUSTOM, head_size=0, lists=1)
    signature = builder.add_octets(ROLE_SIGNATURE, head_size=1, lists=2)
    section, column = builder.types[signature][TYPE_HEAD], COLUMN_NUMBER[SIGNATURE]
    algorithm = _judged(signature_algorithm())
    builder.fields.append([section, 0, 1, column, STORE_U1, *algorithm, 0])
    for number, edition in enumerate(Edition):
        for code, info in INFO_TYPES[edition].items():
            type_of[number, code] = custom if is_custom(info) else builder.add_type(info)
    type_of[1, signature_block().marker] = signature
    for name in OCTETS:
        column = COLUMN_NUMBER[name]
        builder.lists.append([FAMILY_NUMBER[name], COPY_OCTETS, column, column, 0])
    return Tables(
        type_of,
        np.array(builder.types, np.int64),
        np.array(builder.sections, np.int64),
        np.array(sorted(builder.fields), np.int64),
        np.array(builder.lists, np.int64),
    )


TABLES = build()
CUSTOM_LIST = len(TABLES.lists) - 2
REST_LIST = len(TABLES.lists) - 1
