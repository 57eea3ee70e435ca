"""The public catalogue of columns, derived from the protocol tables of both editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from voltward.columns.naming import GROUP_FAMILIES, REPEATABLE, column_names, unit_of
from voltward.frames import words
from voltward.frames.editions import COMMANDS, INFO_TYPES
from voltward.frames.grammar import (
    Choice,
    Count,
    Edition,
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
    Signature,
    Status,
)
from voltward.frames.words import Phrase

NO_CHOICES: Mapping[int, str] = MappingProxyType({})
EXACT_IN_FLOAT32 = 1 << 24
SIGNATURE = "signature_algorithm"
LIST_ABNORMAL_C, LIST_INVALID_C = 32_766, 32_767  # in lists of temperatures, int16


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``dtype`` is a numpy name; floats are physical values, integers are as sent.

    ``family``: empty for one value a row; else the set of lists it shares its offsets with.
    ``per_unit``: ``round(value * per_unit)`` is a whole number of the protocol's steps, so
    ``decimals`` digits behind the point print it exactly.
    ``choices``: words of the codes, also of single codes that are no number (101 of the brake).
    ``types``: the information types it comes from, "2016:0x01" and so on.
    ``title`` alone may be that of other columns too ("Probe count"); ``type_title`` tells which.
    """

    name: str
    dtype: str
    family: str
    unit: str
    per_unit: int
    choices: Mapping[int, str]
    types: tuple[str, ...]
    sources: tuple[str, ...]
    title: Phrase
    type_title: Phrase

    @property
    def decimals(self) -> int:
        return len(str(self.per_unit)) - 1

    @property
    def is_list(self) -> bool:
        return bool(self.family)


def information_types() -> tuple[InfoType, ...]:
    """Every information type that is laid out in columns, 2016 first; not the custom ones."""
    return tuple(
        info for edition in INFO_TYPES.values() for info in edition.values() if not is_custom(info)
    )


def is_custom(info: InfoType) -> bool:
    """A type whose body has its length in front: kept as bytes in the column ``custom``."""
    return info.counted is not None or isinstance(info.fields[0], Octets)


def family_of(info: InfoType) -> str:
    """The family of lists that the repeated fields of a type are in; empty for none."""
    return GROUP_FAMILIES.get(info.name, "")


def _columns_of(info: InfoType) -> Iterator[Column]:
    repeated = family_of(info)
    whole = repeated if info.name in REPEATABLE else ""
    for field in info.fields:
        if isinstance(field, Group):
            for inner in field.fields:
                yield from _columns_of_field(info, inner, repeated)
        else:
            yield from _columns_of_field(info, field, whole)


def _columns_of_field(info: InfoType, field: Field, family: str) -> Iterator[Column]:
    if isinstance(field, Pairs):
        for name, _ in field.columns:
            (column,) = column_names(info, name)
            yield _column(info, name, column, "u1", family="alarm_flag_numbers")
        return
    own = field.name
    for name in column_names(info, own):
        match field:
            case Numbers(item=item):
                yield _list_column(info, own, name, item)
            case FaultCodes(item=item):
                yield _column(info, own, name, f"u{item.octets}", family=name)
            case Number():
                yield _number_column(info, name, field, family)
            case Choice(choices=choices) | Gear(positions=choices):
                yield _column(info, own, name, _whole(field), family, choices=choices)
            case Flags(bits=bits):
                yield _column(info, own, name, _whole(field), family, choices=bits)
            case Count() | Status():
                yield _column(info, own, name, _whole(field), family)
            case _:
                raise TypeError(f"{info.name}.{field.name}: no column for {type(field).__name__}")


def _whole(field: Choice | Gear | Flags | Count | Status | Number) -> str:
    return f"u{field.width.octets}"


def _number_column(info: InfoType, name: str, field: Number, family: str) -> Column:
    """A number without a unit names or counts something: an integer as sent."""
    if not unit_of(name):
        return _column(info, field.name, name, _whole(field), family, choices=field.special)
    wide = max(abs(field.highest_raw), abs(field.offset * field.per_unit)) >= EXACT_IN_FLOAT32
    dtype = "f8" if wide else "f4"
    return _column(info, field.name, name, dtype, family, field.per_unit, field.special)


def _list_column(info: InfoType, own: str, name: str, item: Number) -> Column:
    """Voltages as sent, in millivolts; temperatures in whole degrees with room for the codes."""
    if item.width.octets == 2 and item.per_unit == 1000 and name.endswith("_mv"):
        return _column(info, own, name, "u2", family=name)
    if item.width.octets == 1 and item.per_unit == 1 and name.endswith("_c"):
        return _column(info, own, name, "i2", family=name)
    raise TypeError(f"{info.name}.{item.name}: no column for a list of such numbers")


def _column(
    info: InfoType,
    own: str,
    name: str,
    dtype: str,
    family: str = "",
    per_unit: int = 1,
    choices: Mapping[int, str] = NO_CHOICES,
) -> Column:
    """``own``: the field's name in its table, which the words know."""
    return Column(
        name,
        dtype,
        family,
        unit_of(name),
        per_unit,
        choices,
        (f"{info.edition.value}:0x{info.code:02X}",),
        (info.source,),
        words.field(own, info.name),
        words.info_type(info.edition, info.name),
    )


def _merged(one: Column, other: Column) -> Column:
    """One column for both editions: the wider type, the finer step, the words of both."""
    if one.family != other.family or one.dtype[0] != other.dtype[0]:
        raise TypeError(f"{one.name}: two information types disagree about this column")
    return replace(
        one,
        dtype=max(one.dtype, other.dtype),
        per_unit=max(one.per_unit, other.per_unit),
        choices={**one.choices, **other.choices},
        types=tuple(dict.fromkeys(one.types + other.types)),
        sources=tuple(dict.fromkeys(one.sources + other.sources)),
    )


def _catalogue() -> Mapping[str, Column]:
    found: dict[str, Column] = {}
    for info in information_types():
        for column in _columns_of(info):
            known = found.get(column.name)
            found[column.name] = column if known is None else _merged(known, column)
    found[SIGNATURE] = _signature_column()
    return MappingProxyType(found)


def signature_block() -> Signature:
    """The block that ends a report of the 2025 edition.

    Raises:
        TypeError: the tables have none.
    """
    for command in COMMANDS[Edition.Y2025].values():
        for field in command.fields:
            if isinstance(field, Signature) and field.marker is not None:
                return field
    raise TypeError("reports of the 2025 edition: expected a signature with a marker")


def signature_algorithm() -> Choice:
    """The first field of the block.

    Raises:
        TypeError: it is something else.
    """
    first = signature_block().fields[0]
    if not isinstance(first, Choice):
        raise TypeError("signature: expected the algorithm first")
    return first


def _signature_column() -> Column:
    algorithm = signature_algorithm()
    return Column(
        SIGNATURE,
        _whole(algorithm),
        family="",
        unit="",
        per_unit=1,
        choices=algorithm.choices,
        types=("2025:signature",),
        sources=(COMMANDS[Edition.Y2025][0x02].source,),
        title=words.field(algorithm.name, "signature"),
        type_title=words.field("signature"),
    )


COLUMNS: Mapping[str, Column] = _catalogue()
SCALARS = tuple(name for name, column in COLUMNS.items() if not column.is_list)
LISTS = tuple(name for name, column in COLUMNS.items() if column.is_list)
FAMILIES = tuple(dict.fromkeys(column.family for column in COLUMNS.values() if column.is_list))
OCTETS = ("custom", "rest")  # custom items whole, one behind the other; bytes not understood
ALL_LISTS = frozenset((*LISTS, *OCTETS))

# What stands where a frame has no value: all bits set, as the protocol itself says "invalid".
_BLANKS: Mapping[str, float] = {"f4": np.nan, "f8": np.nan, "u1": 0xFF, "u2": 0xFFFF}
_OWN_BLANKS: Mapping[str, float] = {
    "pack_first_cell": 1,  # 2025: all cells of a pack come in one frame
    "alarm_flags": 0,
}


def blank_of(name: str) -> float:
    """What a scalar column, or one of a group of lists, holds where the frame has no value."""
    own = _OWN_BLANKS.get(name)
    return _BLANKS[COLUMNS[name].dtype] if own is None else own


def family_name(name: str) -> str:
    """The family of a list column.

    Raises:
        KeyError: a scalar column, or none at all.
    """
    family = name if name in OCTETS else COLUMNS[name].family
    if not family:
        raise KeyError(name)
    return family


def _arrow_schema() -> pa.Schema:
    header = [
        pa.field("frame_index", pa.int32(), nullable=False),
        pa.field("edition", pa.uint16(), nullable=False),
        pa.field("command", pa.uint8(), nullable=False),
        pa.field("vin", pa.binary(17), nullable=False),
        pa.field("collected_at", pa.int64(), nullable=False),
        pa.field("time_state", pa.uint8(), nullable=False),
        pa.field("verdict", pa.uint8(), nullable=False),
    ]
    values = [pa.field(name, arrow_type(column)) for name, column in COLUMNS.items()]
    octets = [pa.field(name, pa.binary()) for name in OCTETS]
    return pa.schema([*header, *values, *octets, pa.field("reasons", REASONS_TYPE)])


def arrow_type(column: Column) -> pa.DataType:
    """Floats are NaN, integers null where there is no value; lists are empty."""
    plain = pa.from_numpy_dtype(np.dtype(column.dtype))
    return pa.list_(plain) if column.is_list else plain


# Column (with "[2]" behind it for the third element of a list) -> Reason 1 to 3.
REASONS_TYPE = pa.map_(pa.string(), pa.uint8())
ARROW_SCHEMA = _arrow_schema()
