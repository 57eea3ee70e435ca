"""SQL that makes one row of the frames in which a vehicle split the cells of one time.

GB/T 32960.3-2016 type 0x08 carries at most 200 cells a frame; the rest follows in further frames
of the same time. Which frame arrived first, and in which insert, never changes the row: where
two frames bring the same, the one received first wins (the larger ``rank``).
"""

from voltward.telemetry.schema.columns import CELL_ABNORMAL_MV, CELLS, READ, ROW, StoreColumn

_GROUP = ("vehicle_id", "collected_at")
# A pack's share of one frame: (1 number, 2 first cell, 3 turned rank, 4 cells in the frame,
# 5 voltage, 6 current, 7 cells of the pack, 8 the cells). A 2025 frame has no first cell: 1.
_SHARES = """groupArrayArray(arrayMap(
        (number, first, size, voltage, current, cells, stop) -> (number, first, bitNot(s._rank),
            size, voltage, current, cells, arraySlice(s.cell_voltages_mv, stop - size + 1, size)),
        s.pack_number,
        if(length(s.pack_first_cell) = length(s.pack_number), s.pack_first_cell,
            arrayMap(number -> toUInt16(1), s.pack_number)),
        s.pack_cells_in_frame, s.pack_voltage_v, s.pack_current_a, s.pack_cell_count,
        arrayCumSum(s.pack_cells_in_frame)))"""
# In order of pack and cell; of the same range only the first received.
_KEPT = """arrayFilter(
        (share, i) -> i = 1 OR share.1 != _sorted[i - 1].1 OR share.2 != _sorted[i - 1].2,
        _sorted, arrayEnumerate(_sorted))"""
# Shares that follow one another without a gap are one pack again.
_PACKS = """arraySplit(
        (share, i) -> i = 1 OR share.1 != _kept[i - 1].1
            OR share.2 != _kept[i - 1].2 + _kept[i - 1].4,
        _kept, arrayEnumerate(_kept))"""
_VALID = f"arraySort(arrayFilter(cell -> cell < {CELL_ABNORMAL_MV}, _cells))"
_BUILT = {
    "pack_number": "arrayMap(pack -> pack[1].1, _packs)",
    "pack_first_cell": "arrayMap(pack -> pack[1].2, _packs)",
    "pack_cells_in_frame": (
        "arrayMap(pack -> toUInt16(arraySum(arrayMap(share -> share.4, pack))), _packs)"
    ),
    "pack_voltage_v": "arrayMap(pack -> pack[1].5, _packs)",
    "pack_current_a": "arrayMap(pack -> pack[1].6, _packs)",
    "pack_cell_count": "arrayMap(pack -> pack[1].7, _packs)",
    "cell_median_mv": "_median",
    "cell_deviations_mv": "arrayMap(cell -> toInt16(cell - _median), _cells)",
    "cells_missing": "toUInt16(length(_cells) - length(_valid))",
    "cell_voltages_mv": "_cells",
}


def joined_select(source: str) -> str:
    """SELECT of all columns as read and ``pieces``: how many frames made the row."""
    chosen = []
    for column in READ:
        text = _BUILT.get(column.name) or column.alias
        chosen.append(f"{text} AS `{column.name}`" if text else f"`{column.name}`")
    return f"""SELECT {", ".join(chosen)}, toUInt16(_count) AS pieces
FROM (
    SELECT *, arraySort(share -> (share.1, share.2, share.3), _shares) AS _sorted,
    {_KEPT} AS _kept,
    {_PACKS} AS _packs,
    arrayFlatten(arrayMap(share -> share.8, _kept)) AS _cells,
    {_VALID} AS _valid,
    _valid[intDiv(length(_valid) + 1, 2)] AS _median
    FROM (
{_grouped(source)}
    )
)"""


def _grouped(source: str) -> str:
    left = {*_GROUP, *_BUILT, *(column.name for column in CELLS)}
    chosen = [f"s.`{name}` AS `{name}`" for name in _GROUP]
    chosen += [_one(column) for column in ROW if column.name not in left]
    chosen += [f"{_SHARES} AS _shares", "count() AS _count"]
    return (
        f"    SELECT {', '.join(chosen)}\n"
        f"    FROM (SELECT *, cell_voltages_mv, rank AS _rank FROM {source}) AS s\n"
        f"    GROUP BY {', '.join(f's.`{name}`' for name in _GROUP)}"
    )


def _one(column: StoreColumn) -> str:
    """The value of the frame received first among those that have one (NULL never wins)."""
    name = f"s.`{column.name}`"
    if column.type.startswith(("Array", "Map", "String")):
        return f"argMaxIf({name}, s._rank, notEmpty({name})) AS `{column.name}`"
    return f"argMax({name}, s._rank) AS `{column.name}`"
