"""The columns of the store: the key of a row, and one for every column of ``columns.fields``."""

from collections.abc import Iterable
from dataclasses import dataclass

from voltward.columns.fields import COLUMNS, Column

POSITION_LOW_BITS = 22
CELL_ABNORMAL_MV, CELL_INVALID_MV = 65_534, 65_535  # in lists of cells, uint16
_INTEGERS = {"u1": "UInt8", "u2": "UInt16", "u4": "UInt32", "i2": "Int16"}
_FLOATS = {"f4": "Float32", "f8": "Float64"}


@dataclass(frozen=True)
class StoreColumn:
    """A column as ClickHouse declares it. ``alias``: not stored but computed by those who read."""

    name: str
    type: str
    codec: str = ""
    alias: str = ""

    @property
    def ddl(self) -> str:
        return f"`{self.name}` {self.type}" + (f" CODEC({self.codec})" if self.codec else "")

    @property
    def is_list(self) -> bool:
        return self.type.startswith("Array(")


# What a row is found by. ``rank`` puts the row that came first above its duplicates: the bits of
# received_at (ms) and, below them, of the place in its journal, all turned over, so that the
# largest rank is the earliest. ``frame_block`` is the upper part of that place.
KEY = (
    StoreColumn("vehicle_id", "UInt64", "ZSTD(1)"),
    StoreColumn("collected_at", "DateTime('UTC')", "DoubleDelta, ZSTD(1)"),
    StoreColumn("unit_hash", "UInt64", "NONE"),
    StoreColumn("rank", "UInt64", "Delta, ZSTD(1)"),
    StoreColumn("frame_block", "UInt64", "Delta, ZSTD(1)"),
    StoreColumn("stream", "UInt16", "ZSTD(1)"),
    StoreColumn("edition", "UInt16", "ZSTD(1)"),
    StoreColumn("command", "UInt8", "ZSTD(1)"),
    StoreColumn("time_state", "UInt8", "ZSTD(1)"),
    StoreColumn("verdict", "UInt8", "ZSTD(1)"),
)

# Cells are kept as their distance from the row's median (the lower one of an even count, so that
# it is a voltage that was sent): small numbers that pack well, and what most questions ask for.
# They lie in ``cell_near_mv`` where all fit into a byte, else in ``cell_far_mv``. The distance is
# taken modulo 65536, so the codes 65534 and 65535 come back as they were; ``cells_missing`` says
# how many of them a row has.
CELLS = (
    StoreColumn("cell_median_mv", "UInt16", "Delta, ZSTD(1)"),
    StoreColumn("cell_near_mv", "Array(Int8)", "ZSTD(1)"),
    StoreColumn("cell_far_mv", "Array(Int16)", "T64, ZSTD(3)"),
    StoreColumn("cells_missing", "UInt16", "ZSTD(1)"),
)
_CELL_ALIASES = (
    StoreColumn(
        "cell_deviations_mv",
        "Array(Int16)",
        alias="if(empty(cell_far_mv), cell_near_mv, cell_far_mv)",
    ),
    StoreColumn(
        "cell_voltages_mv",
        "Array(UInt16)",
        alias="arrayMap(far -> toUInt16(cell_median_mv + far),"
        " if(empty(cell_far_mv), cell_near_mv, cell_far_mv))",
    ),
)
_RANK_ALIASES = (
    StoreColumn(
        "received_at",
        "DateTime64(3, 'UTC')",
        alias="fromUnixTimestamp64Milli("
        f"toInt64(bitShiftRight(bitNot(rank), {POSITION_LOW_BITS})), 'UTC')",
    ),
    StoreColumn(
        "frame_position",
        "UInt64",
        alias=f"bitOr(bitShiftLeft(frame_block, {POSITION_LOW_BITS}),"
        f" bitAnd(bitNot(rank), {(1 << POSITION_LOW_BITS) - 1}))",
    ),
)


def is_counted(column: Column) -> bool:
    """A physical number, one a row: kept as a whole number of the protocol's steps."""
    return column.dtype in _FLOATS and not column.is_list


def counts_name(name: str) -> str:
    """The stored column behind a physical number."""
    return f"{name}_counts"


def _measured(column: Column) -> StoreColumn:
    """A field of the protocol as stored: NULL where it is missing; lists are empty, never NULL."""
    if is_counted(column):
        # Places and distances move on slowly, other numbers jump about a small range.
        slow = column.dtype == "f8" or column.unit == "km"
        codec = "Delta, ZSTD(1)" if slow else "T64, ZSTD(1)"
        return StoreColumn(counts_name(column.name), "Nullable(Int32)", codec)
    kind = _INTEGERS.get(column.dtype) or _FLOATS[column.dtype]
    if not column.is_list:
        return StoreColumn(column.name, f"Nullable({kind})", "ZSTD(1)")
    # Level 3, as level 1 packs the lengths of short lists badly.
    delta = "Delta, " if column.dtype in ("u2", "u4", "i2") else ""
    return StoreColumn(column.name, f"Array({kind})", f"{delta}ZSTD(3)")


def _number(column: Column) -> StoreColumn:
    """The physical number in float64, so that it prints as the vehicle meant it: 350.1."""
    text = f"`{counts_name(column.name)}` / {column.per_unit}"
    return StoreColumn(column.name, "Nullable(Float64)", alias=text)


_CELL_LIST = "cell_voltages_mv"
MEASURED = tuple(_measured(column) for column in COLUMNS.values() if column.name != _CELL_LIST)
NUMBERS = tuple(_number(column) for column in COLUMNS.values() if is_counted(column))
ALIASES = (*_RANK_ALIASES, *NUMBERS, *_CELL_ALIASES)

# What the decoder adds beside the fields: reasons of missing values, bytes it does not know.
BESIDE = (
    StoreColumn("missing", "Map(LowCardinality(String), UInt8)", "ZSTD(1)"),
    StoreColumn("custom", "String", "ZSTD(1)"),
    StoreColumn("rest", "String", "ZSTD(1)"),
)

ROW = (*KEY, *MEASURED, *CELLS, *BESIDE)  # as stored
# As read: physical numbers instead of counts, cells in words instead of near and far.
_INNER = {counts_name(column.name) for column in NUMBERS} | {"cell_near_mv", "cell_far_mv"}
READ = (*(column for column in ROW if column.name not in _INNER), *ALIASES)
BY_NAME = {column.name: column for column in READ}


def select(names: Iterable[str]) -> str:
    """``SELECT`` from a table of rows, behind the wording of those of ``names`` it only computes.

    Not ALIAS columns of the table, as the store would work out all sixty for every question.
    """
    aliases = {name: BY_NAME[name].alias for name in names if name in BY_NAME}
    words = ", ".join(f"{text} AS `{name}`" for name, text in aliases.items() if text)
    return f"WITH {words} SELECT" if words else "SELECT"
