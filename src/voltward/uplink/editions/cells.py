"""Cell voltages: 2016 says which of a pack's cells a frame holds, 2025 always lists all of them.

To 2016: a pack of more than 200 cells goes as several entries of one body, from cell 1, 201, ... (the
text asks for frames of one time; entries of one body, seen in practice, cannot be torn apart on
a link). To 2025: cells that the frame does not hold are invalid ones, so that each keeps its number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from voltward.frames.grammar import U8, U16, Field, Group, InfoType, Number
from voltward.frames.header import MAX_UNIT
from voltward.frames.raws import Raw, Record
from voltward.frames.y2016.cell_voltages import CELL_VOLTAGES as OF_2016
from voltward.frames.y2025.cell_voltages import CELL_VOLTAGES as OF_2025
from voltward.uplink.editions.losses import Losses
from voltward.uplink.editions.numbers import Turn, number_turn

MOST_IN_ENTRY: Final = 200  # 2016 Annex B: cells of a pack in one frame
MOST_ENTRIES: Final = 250  # 2016 Annex B: entries of a body
MOST_PACKS: Final = 50  # 2025: packs of a body
MOST_CELLS: Final = MAX_UNIT // U16.octets
_WHAT: Final = "cell_voltages"
_Pack = tuple[int, int, int, int]


def cells_to_2016(values: Record, losses: Losses) -> Record:
    """The body of type 08 (2016) that says what one of type 07 (2025) does."""
    entries: list[Raw] = []
    for pack in _packs(values):
        head = _head(pack, _TO_2016, losses)
        entries += ({**head, **part} for part in _parts(pack))
    if len(entries) > MOST_ENTRIES:
        losses.add(f"{_WHAT}.packs")
        del entries[MOST_ENTRIES:]
    return {"pack_count": _count(values, entries), "packs": entries}


def _parts(pack: Record) -> Iterator[Record]:
    """The entries of one pack, at most 200 cells each; at least one, which holds voltage and current."""
    cells = cast("list[Raw]", pack["cell_voltages_v"])
    count = cast(int, pack["cell_count"])
    for start in range(0, max(len(cells), 1), MOST_IN_ENTRY):
        part = cells[start : start + MOST_IN_ENTRY]
        code = U8.invalid - (U16.invalid - count)
        yield {
            "cell_count": count,
            "first_cell": start + 1,
            "cells_in_frame": code if count >= U16.abnormal else len(part),
            "cell_voltages_v": part,
        }


@dataclass(slots=True)
class _Cells:
    """A pack that is being put together out of entries; ``parts``: cells by their first number."""

    parts: dict[int, list[Raw]] = field(default_factory=dict)
    last: int = 0

    def takes(self, first: int, cells: list[Raw]) -> bool:
        """Puts the cells in their place, unless others are there."""
        stop = first + len(cells)
        if any(first < at + len(part) and at < stop for at, part in self.parts.items()):
            return False
        if first in self.parts:  # two entries without cells
            return False
        self.parts[first] = cells
        self.last = max(self.last, stop - 1)
        return True


def cells_to_2025(values: Record, losses: Losses) -> Record | None:
    """The body of type 07 (2025) that says what one of type 08 (2016) does.

    None, and named as lost: with all cells it would not fit in a frame.
    """
    packs: list[Raw] = []
    left = MOST_CELLS
    for (number, voltage, current, count), cells in _joined(values, losses):
        # The count of cells is counted like a list, and may be a code; then the list says it.
        total = max(cells.last, 0 if count >= U16.abnormal else count)
        if count < cells.last:
            losses.add(f"{_WHAT}.cell_count")
        left -= total
        if left < 0:
            losses.add(_WHAT)
            return None
        head: Record = {"number": number, "voltage_v": voltage, "current_a": current}
        packs.append(
            {**_head(head, _TO_2025, losses), "cell_count": total, **_filled(cells, total)}
        )
    packs += _coded(values, losses)
    if len(packs) > MOST_PACKS:
        losses.add(f"{_WHAT}.packs")
        del packs[MOST_PACKS:]
    return {"pack_count": _count(values, packs), "packs": packs}


def _joined(values: Record, losses: Losses) -> list[tuple[_Pack, _Cells]]:
    """Entries of one pack made one, where their cells do not overlap; in the order they came."""
    found: list[tuple[_Pack, _Cells]] = []
    last: dict[_Pack, _Cells] = {}
    for entry in _packs(values):
        if cast(int, entry["cells_in_frame"]) >= U8.abnormal:
            continue
        first = cast(int, entry["first_cell"])
        if first == 0:
            losses.add(f"{_WHAT}.first_cell")
            first = 1
        names = ("number", "voltage_v", "current_a", "cell_count")
        pack = cast(_Pack, tuple(entry[name] for name in names))
        part = cast("list[Raw]", entry["cell_voltages_v"])
        if pack in last and last[pack].takes(first, part):
            continue
        last[pack] = _Cells()
        last[pack].takes(first, part)
        found.append((pack, last[pack]))
    return found


def _coded(values: Record, losses: Losses) -> Iterator[Record]:
    """Entries whose count is a code: no cells follow, and here neither."""
    for entry in _packs(values):
        code = cast(int, entry["cells_in_frame"])
        if code < U8.abnormal:
            continue
        if cast(int, entry["cell_count"]) < U16.abnormal:
            losses.add(f"{_WHAT}.cell_count")
        count = U16.invalid - (U8.invalid - code)
        yield {**_head(entry, _TO_2025, losses), "cell_count": count, "cell_voltages_v": []}


def _filled(cells: _Cells, total: int) -> Record:
    """The list of all cells, with invalid ones for those that the frame does not hold."""
    if len(cells.parts) == 1 and 1 in cells.parts and len(cells.parts[1]) == total:
        return {"cell_voltages_v": cells.parts[1]}
    listed: list[Raw] = [U16.invalid] * total
    for first, part in cells.parts.items():
        listed[first - 1 : first - 1 + len(part)] = part
    return {"cell_voltages_v": listed}


def _packs(values: Record) -> list[Record]:
    return cast("list[Record]", values["packs"])


def _count(values: Record, packs: list[Raw]) -> int:
    """The count of the source where it is a code; both editions have a BYTE."""
    count = cast(int, values["pack_count"])
    return count if count >= U8.abnormal else len(packs)


def _head(pack: Record, turns: dict[str, Turn | None], losses: Losses) -> Record:
    """Number, voltage and current of a pack."""
    found: Record = {}
    for name, turn in turns.items():
        raw = cast(int, pack[name])
        found[name] = raw if turn is None else turn(raw, losses)
    return found


def _turns(source: InfoType, target: InfoType) -> dict[str, Turn | None]:
    sources, targets = _fields(source), _fields(target)
    found: dict[str, Turn | None] = {}
    for name in ("number", "voltage_v", "current_a"):
        one, other = sources[name], targets[name]
        assert isinstance(one, Number)
        assert isinstance(other, Number)
        found[name] = number_turn(f"{_WHAT}.{name}", one, other)
    return found


def _fields(kind: InfoType) -> dict[str, Field]:
    group = next(each for each in kind.fields if isinstance(each, Group))
    return {each.name: each for each in group.fields}


_TO_2016: Final = _turns(OF_2025, OF_2016)
_TO_2025: Final = _turns(OF_2016, OF_2025)
