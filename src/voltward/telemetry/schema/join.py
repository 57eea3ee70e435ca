"""SQL that makes one row of the frames in which a vehicle split the cells of one time.

GB/T 32960.3-2016 type 0x08 carries at most 200 cells a frame; the rest follows in further frames
of the same time. Which frame arrived first, and in which insert, never changes the row: where
two frames bring the same field, their content decides (the larger ``unit_hash``). Only what tells
of the arrival itself is that of the frame received first (the larger ``rank``).
"""

from collections.abc import Collection

from voltward.telemetry.schema.columns import (
    BY_NAME,
    CELL_ABNORMAL_MV,
    CELLS,
    NUMBERS,
    ROW,
    StoreColumn,
    counts_name,
    select,
)

_GROUP = ("vehicle_id", "collected_at")
_OF_ARRIVAL = frozenset({"rank", "frame_block", "stream", "command"})
# A pack's share of one frame: (1 number, 2 first cell, 3 unit hash, 4 cells in the frame,
# 5 voltage, 6 current, 7 cells of the pack, 8 the cells). A 2025 frame has no first cell: 1.
_SHARES = """groupArrayArray(arrayMap(
        (number, first, size, voltage, current, cells, stop) -> (number, first, s._hash,
            size, voltage, current, cells, arraySlice(s.cell_voltages_mv, stop - size + 1, size)),
        s.pack_number,
        if(length(s.pack_first_cell) = length(s.pack_number), s.pack_first_cell,
            arrayMap(number -> toUInt16(1), s.pack_number)),
        s.pack_cells_in_frame, s.pack_voltage_v, s.pack_current_a, s.pack_cell_count,
        arrayCumSum(s.pack_cells_in_frame)))"""
# In order of pack and cell; of the same range only one.
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


_FROM_RANK = {"rank": {"rank", "received_at", "frame_position"}, "frame_block": {"frame_position"}}
_STORED_AS = {counts_name(column.name): {column.name} for column in NUMBERS} | _FROM_RANK


def joined_select(source: str, wanted: Collection[str] = tuple(BY_NAME)) -> str:
    """SELECT of the ``wanted`` columns and ``pieces`` (how many frames made the row).

    ``source``: a table of rows, with FINAL and WHERE behind it as needed.
    """
    chosen = []
    for name in wanted:
        text = _BUILT.get(name) or BY_NAME[name].alias
        chosen.append(f"{text} AS `{name}`" if text else f"`{name}`")
    inner = _grouped(source, frozenset(wanted))
    if not _BUILT.keys().isdisjoint(wanted):
        inner = f"""    SELECT *,
    arraySort(share -> (share.1, share.2, share.3), _shares) AS _sorted,
    {_KEPT} AS _kept,
    {_PACKS} AS _packs,
    arrayFlatten(arrayMap(share -> share.8, _kept)) AS _cells,
    {_VALID} AS _valid,
    _valid[intDiv(length(_valid) + 1, 2)] AS _median
    FROM (
{inner}
    )"""
    return f"SELECT {', '.join([*chosen, 'toUInt16(_count) AS pieces'])}\nFROM (\n{inner}\n)"


def _grouped(source: str, wanted: frozenset[str]) -> str:
    left = {*_GROUP, *_BUILT, *(column.name for column in CELLS)}
    chosen = [f"s.`{name}` AS `{name}`" for name in _GROUP]
    for column in ROW:
        readers = _STORED_AS.get(column.name, {column.name})
        if column.name not in left and not readers.isdisjoint(wanted):
            chosen.append(_one(column))
    chosen.append("count() AS _count")
    if not _BUILT.keys().isdisjoint(wanted):
        chosen.append(f"{_SHARES} AS _shares")
    return (
        f"    SELECT {', '.join(chosen)}\n"
        f"    FROM ({select(('cell_voltages_mv',))} *, cell_voltages_mv, rank AS _rank,"
        f" unit_hash AS _hash FROM {source}) AS s\n"
        f"    GROUP BY {', '.join(f's.`{name}`' for name in _GROUP)}"
    )


def _one(column: StoreColumn) -> str:
    """The value of one frame among those that have one (NULL never wins)."""
    name = f"s.`{column.name}`"
    order = "s._rank" if column.name in _OF_ARRIVAL else "s._hash"
    if column.type.startswith(("Array", "Map", "String")):
        return f"argMaxIf({name}, {order}, notEmpty({name})) AS `{column.name}`"
    return f"argMax({name}, {order}) AS `{column.name}`"
