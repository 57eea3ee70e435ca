"""Information items of one edition as those of the other."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, cast

from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Edition, InfoType
from voltward.frames.raws import Item, Record
from voltward.uplink.editions.cells import cells_to_2016, cells_to_2025
from voltward.uplink.editions.extremes import extremes_of
from voltward.uplink.editions.fields import Plan, plan_of
from voltward.uplink.editions.losses import Losses
from voltward.uplink.editions.table import (
    ALARMS,
    CELL_VOLTAGES,
    CUSTOM,
    EXTREMES,
    PAIRS,
    PROBE_TEMPS,
)

HIGHEST_LEVEL_2016: Final = 3
THERMAL_EVENT: Final = 4  # level of 2025 (GB 38031)
_THERMAL_FLAG: Final = 1 << 23


# By the edition they lead to and the code that they come from.
_Plans = dict[Edition, dict[int, tuple[InfoType, Plan]]]


def _plans() -> _Plans:
    found: _Plans = {edition: {} for edition in Edition}
    for pair in PAIRS:
        old, new = pair.types
        if old is None or new is None or pair is CELL_VOLTAGES:
            continue
        found[Edition.Y2025][old.code] = new, plan_of(old, new, pair.rows)
        rows = [(second, first) for first, second in pair.rows]
        found[Edition.Y2016][new.code] = old, plan_of(new, old, rows)
    return found


_PLANS: Final = _plans()
_CELLS: Final = {Edition.Y2016: CELL_VOLTAGES.of_2025, Edition.Y2025: CELL_VOLTAGES.of_2016}


def items_for(
    edition: Edition, items: Sequence[Item], left_out: Collection[int], losses: Losses
) -> list[Item]:
    """What the items of the other edition say in ``edition``, in the order they came.

    ``left_out``: types of ``edition``. What is left out is not named as lost.
    """
    found = []
    for item in items:
        said = _item(edition, item, left_out, losses)
        if said is not None:
            found.append(said)
    if edition is Edition.Y2016 and EXTREMES.of_2016 not in left_out:
        extremes = _extremes(items, losses)
        if extremes is not None:
            found.append(extremes)
    return found


def _item(edition: Edition, item: Item, left_out: Collection[int], losses: Losses) -> Item | None:
    if item.code == _CELLS[edition]:
        return _cells(edition, item, left_out, losses)
    # One table stands for all custom types: each keeps its own code.
    is_custom = item.kind.code == CUSTOM.of_2016
    kind_and_plan = _PLANS[edition].get(item.kind.code)
    if kind_and_plan is None:
        losses.add(item.name)
        return None
    kind, plan = kind_and_plan
    code = item.code if is_custom else kind.code
    if code in left_out:
        return None
    values = plan.changed(item.values, losses)
    if edition is Edition.Y2016 and code == ALARMS.of_2016 and is_thermal(item.values):
        values["level"] = HIGHEST_LEVEL_2016
        losses.thermal_as_3 = True
    return Item(kind, code, values)


def _cells(edition: Edition, item: Item, left_out: Collection[int], losses: Losses) -> Item | None:
    code = CELL_VOLTAGES.of_2016 if edition is Edition.Y2016 else CELL_VOLTAGES.of_2025
    assert code is not None
    if code in left_out:
        return None
    change = cells_to_2016 if edition is Edition.Y2016 else cells_to_2025
    values = change(item.values, losses)
    return None if values is None else Item(INFO_TYPES[edition][code], code, values)


def is_thermal(alarms: Record) -> bool:
    """Does a 2025 alarm body tell of a thermal event: its flag, its level, or the level of a flag?"""
    if alarms["level"] == THERMAL_EVENT or cast(int, alarms["flags"]) & _THERMAL_FLAG:
        return True
    pairs = alarms["flag_levels"]
    return isinstance(pairs, list) and any(
        level == THERMAL_EVENT for _, level in cast("list[list[int]]", pairs)
    )


def _extremes(items: Iterable[Item], losses: Losses) -> Item | None:
    cells = [item.values for item in items if item.code == CELL_VOLTAGES.of_2025]
    probes = [item.values for item in items if item.code == PROBE_TEMPS.of_2025]
    return extremes_of(cells, probes, losses) if cells or probes else None
