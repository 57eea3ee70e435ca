"""Extremes (极值数据, type 06 of 2016), computed from the lists of a 2025 frame, which has none."""

from collections.abc import Iterable
from typing import Final, NamedTuple, cast

from voltward.frames.raws import Item, Record
from voltward.frames.y2016.extremes import EXTREMES
from voltward.uplink.editions.fields import nothing
from voltward.uplink.editions.losses import Losses

# Values of the lists that are in range (tables of 2025 types 07 and 08): others are no extreme.
MOST_CELL_MV: Final = 60_000
MOST_PROBE_RAW: Final = 250
# Values that type 06 can say.
MOST_NUMBER: Final = 250
MOST_SAID_MV: Final = 15_000
_WHAT: Final = "extremes"
_NOTHING: Final[Record] = {field.name: nothing(field) for field in EXTREMES.fields}


class _Place(NamedTuple):
    """A list value and where it stands: pack number, and place from 1."""

    raw: int
    pack: int
    place: int


def extremes_of(cells: Iterable[Record], probes: Iterable[Record], losses: Losses) -> Item | None:
    """The item for the bodies of cell voltages and of probe temperatures of one 2025 frame.

    The first of equal values stands for them. None: no list holds a value in range.
    """
    voltages = _ends(cells, "cell_voltages_v", MOST_CELL_MV)
    temps = _ends(probes, "probe_temps_c", MOST_PROBE_RAW)
    if voltages is None and temps is None:
        return None
    values = dict(_NOTHING)
    for end, found in zip(("highest", "lowest"), voltages or (), strict=False):
        _place(values, f"{end}_voltage_pack", found.pack, losses)
        _place(values, f"{end}_voltage_cell", found.place, losses)
        if found.raw <= MOST_SAID_MV:
            values[f"{end}_voltage_v"] = found.raw
        else:
            losses.add(f"{_WHAT}.{end}_voltage_v")
    for end, found in zip(("highest", "lowest"), temps or (), strict=False):
        _place(values, f"{end}_temp_pack", found.pack, losses)
        _place(values, f"{end}_temp_probe", found.place, losses)
        values[f"{end}_temp_c"] = found.raw
    return Item(EXTREMES, EXTREMES.code, values)


def _place(values: Record, name: str, number: int, losses: Losses) -> None:
    """A number above 250 cannot be said: it stays invalid, the value beside it is still right."""
    if 1 <= number <= MOST_NUMBER:
        values[name] = number
    else:
        losses.add(f"{_WHAT}.{name}")


def _ends(bodies: Iterable[Record], name: str, most: int) -> tuple[_Place, _Place] | None:
    """Highest and lowest value in range."""
    highest: _Place | None = None
    lowest: _Place | None = None
    for body in bodies:
        for pack in cast("list[Record]", body["packs"]):
            raws, number = cast("list[int]", pack[name]), cast(int, pack["number"])
            high = max(raws, default=most + 1)
            if high > most:
                raws_in_range = [raw for raw in raws if raw <= most]
                if not raws_in_range:
                    continue
                high = max(raws_in_range)
            low = min(raws)  # what is out of range lies above
            if highest is None or high > highest.raw:
                highest = _Place(high, number, raws.index(high) + 1)
            if lowest is None or low < lowest.raw:
                lowest = _Place(low, number, raws.index(low) + 1)
    return None if highest is None or lowest is None else (highest, lowest)
