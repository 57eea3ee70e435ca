"""The columns of the store: the key of a row, and one for every column of ``columns.fields``."""

from dataclasses import dataclass

from voltward.columns.fields import COLUMNS, Column

POSITION_LOW_BITS = 22
_INTEGERS = {"u1": "UInt8", "u2": "UInt16", "u4": "UInt32", "i2": "Int16"}
_FLOATS = {"f4": "Float32", "f8": "Float64"}
# A cell differs from its neighbour by less than from anything else near it on disk.
_LIST_CODEC = "Delta, ZSTD(1)"


@dataclass(frozen=True)
class StoreColumn:
    """A column as ClickHouse declares it. ``codec`` may be empty: the table's default."""

    name: str
    type: str
    codec: str = ""

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

# Computed when read. The two that ``rank`` carries, in the words that readers use.
ALIASES = {
    "received_at": (
        "DateTime64(3, 'UTC')",
        "fromUnixTimestamp64Milli("
        f"toInt64(bitShiftRight(bitNot(rank), {POSITION_LOW_BITS})), 'UTC')",
    ),
    "frame_position": (
        "UInt64",
        f"bitOr(bitShiftLeft(frame_block, {POSITION_LOW_BITS}),"
        f" bitAnd(bitNot(rank), {(1 << POSITION_LOW_BITS) - 1}))",
    ),
}


def _measured(column: Column) -> StoreColumn:
    if column.is_list:
        inner = _INTEGERS.get(column.dtype) or f"{_FLOATS[column.dtype]}"
        codec = "ZSTD(1)" if column.dtype in _FLOATS or column.dtype == "u1" else _LIST_CODEC
        return StoreColumn(column.name, f"Array({inner})", codec)
    kind = _INTEGERS.get(column.dtype) or _FLOATS[column.dtype]
    return StoreColumn(column.name, f"Nullable({kind})", "ZSTD(1)")


MEASURED = tuple(_measured(column) for column in COLUMNS.values())

# What the decoder adds beside the fields: reasons of missing values, bytes it does not know.
BESIDE = (
    StoreColumn("missing", "Map(LowCardinality(String), UInt8)", "ZSTD(1)"),
    StoreColumn("custom", "String", "ZSTD(1)"),
    StoreColumn("rest", "String", "ZSTD(1)"),
)

ROW = (*KEY, *MEASURED, *BESIDE)
BY_NAME = {column.name: column for column in ROW}
