"""The columns of the store: the key of a row, and one for every column of ``columns.fields``."""

from dataclasses import dataclass

from voltward.columns.fields import COLUMNS, Column

POSITION_LOW_BITS = 22
CELL_ABNORMAL_MV, CELL_INVALID_MV = 65_534, 65_535  # in lists of cells, uint16
_INTEGERS = {"u1": "UInt8", "u2": "UInt16", "u4": "UInt32", "i2": "Int16"}
_FLOATS = {"f4": "Float32", "f8": "Float64"}


@dataclass(frozen=True)
class StoreColumn:
    """A column as ClickHouse declares it. ``alias``: computed when read, from stored columns."""

    name: str
    type: str
    codec: str = ""
    alias: str = ""

    @property
    def ddl(self) -> str:
        if self.alias:
            return f"`{self.name}` {self.type} ALIAS {self.alias}"
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
# The distance is taken modulo 65536, so the codes 65534 and 65535 come back as they were;
# ``cells_missing`` says how many of them a row has.
CELLS = (
    StoreColumn("cell_median_mv", "UInt16", "Delta, ZSTD(1)"),
    StoreColumn("cell_deviations_mv", "Array(Int16)", "T64, ZSTD(1)"),
    StoreColumn("cells_missing", "UInt16", "ZSTD(1)"),
)

# In the words that readers use, from what is stored.
ALIASES = (
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
    StoreColumn(
        "cell_voltages_mv",
        "Array(UInt16)",
        alias="arrayMap(deviation -> toUInt16(cell_median_mv + deviation), cell_deviations_mv)",
    ),
)


def _measured(column: Column) -> StoreColumn:
    """A field of the protocol: NULL where it is missing; lists are empty, never NULL."""
    kind = _INTEGERS.get(column.dtype) or _FLOATS[column.dtype]
    if not column.is_list:
        return StoreColumn(column.name, f"Nullable({kind})", "ZSTD(1)")
    wide = column.dtype in ("u2", "i2", "u4")
    return StoreColumn(column.name, f"Array({kind})", "Delta, ZSTD(1)" if wide else "ZSTD(1)")


_ALIASED = {column.name for column in ALIASES}
MEASURED = tuple(_measured(column) for column in COLUMNS.values() if column.name not in _ALIASED)

# What the decoder adds beside the fields: reasons of missing values, bytes it does not know.
BESIDE = (
    StoreColumn("missing", "Map(LowCardinality(String), UInt8)", "ZSTD(1)"),
    StoreColumn("custom", "String", "ZSTD(1)"),
    StoreColumn("rest", "String", "ZSTD(1)"),
)

ROW = (*KEY, *MEASURED, *CELLS, *BESIDE)
BY_NAME = {column.name: column for column in (*ROW, *ALIASES)}
