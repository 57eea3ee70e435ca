"""What a recorded row becomes: the information types of one frame, and what is left out.

The rules are in docs/replay.md. A value that the file lacks is sent as the protocol's invalid
code, an information type of which nothing is known is left out; inventions are asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Edition, InfoType
from voltward.simulator.encoder import Body
from voltward.simulator.quantising import counts
from voltward.simulator.recording import Recording, Rows
from voltward.simulator.replay.inventing import Inventions, alarm_flags, position, vehicle_state

Array = NDArray[np.float64]

CELLS_PER_FRAME_2016 = 200  # GB/T 32960.3-2016 Annex B: more cells go in several frames
ELECTRIC = 1.0  # the sources of the recordings say that the cars are electric
GEAR_UNKNOWN = {Edition.Y2016: 0.0, Edition.Y2025: 128.0}  # 2016 has no code: N; 2025: bit 7
_PACK = 1.0
_LARGEST_NUMBER = 250  # of a cell or probe in the extremes
_OFFSET_IN_PROTOCOL = 40


@dataclass(frozen=True)
class Content:
    """How rows become frames: edition and inventions, for one recording."""

    recording: Recording
    edition: Edition
    inventions: Inventions

    def frames(self, rows: Rows) -> Iterator[list[Body]]:
        """The bodies of each frame that a row needs: one, or several when its cells need them."""
        first, *further = self._cell_ranges()
        yield [*self._scalar_bodies(rows), self._cells(rows, *first), *self._probes(rows)]
        for cell_range in further:
            yield [self._cells(rows, *cell_range)]

    @property
    def frames_per_row(self) -> int:
        return len(self._cell_ranges())

    def probe_temps_c(self, rows: Rows) -> Array:
        """(n, probes) degrees; a value no byte can carry stays one that none can."""
        return rows.probes - self.recording.probe_offset

    def _info(self, name: str) -> InfoType:
        return next(info for info in INFO_TYPES[self.edition].values() if info.name == name)

    def _cell_ranges(self) -> list[tuple[int, int]]:
        """Half-open ranges of cell indices, one per frame."""
        step = CELLS_PER_FRAME_2016 if self.edition == Edition.Y2016 else self.recording.cells
        cells = self.recording.cells
        return [(start, min(start + step, cells)) for start in range(0, cells, step)]

    def _scalar_bodies(self, rows: Rows) -> Iterator[Body]:
        scalars = rows.scalars
        vehicle = {name: values for name, values in scalars.items() if name in _OF_VEHICLE}
        vehicle["drive_mode"] = np.full(len(rows), ELECTRIC)
        vehicle["gear"] = np.full(len(rows), GEAR_UNKNOWN[self.edition])
        if self.inventions.vehicle_state:
            vehicle["state"] = vehicle_state(rows)
        yield Body(self._info("vehicle"), vehicle)
        if self.inventions.position is not None:
            yield Body(self._info("position"), position(rows, self.inventions.position))
        if self.edition == Edition.Y2016 and _OF_EXTREMES & scalars.keys():
            yield Body(self._info("extremes"), self._extremes(rows))
        if "alarm_level" in scalars:
            flags = alarm_flags(rows) if self.inventions.alarm_flags else np.zeros(len(rows))
            yield Body(self._info("alarms"), {"level": scalars["alarm_level"], "flags": flags})

    def _extremes(self, rows: Rows) -> dict[str, Array]:
        values: dict[str, Array] = {}
        lists = {"voltage": (rows.cells_v, 1000), "temp": (self.probe_temps_c(rows), 1)}
        for which in ("highest", "lowest"):
            for kind, unit, element in (("voltage", "v", "cell"), ("temp", "c", "probe")):
                stated = rows.scalars.get(f"{which}_{kind}_{unit}", np.full(len(rows), np.nan))
                number = _number_of(stated, *lists[kind])
                values[f"{which}_{kind}_{unit}"] = stated
                values[f"{which}_{kind}_{element}"] = number
                values[f"{which}_{kind}_pack"] = np.where(np.isnan(number), np.nan, _PACK)
        return values

    def _cells(self, rows: Rows, start: int, stop: int) -> Body:
        one = np.full((len(rows), 1), 1.0)
        none = np.full(len(rows), np.nan)
        values = {
            "number": one * _PACK,
            "voltage_v": rows.scalars.get("total_voltage_v", none)[:, None],
            "current_a": rows.scalars.get("total_current_a", none)[:, None],
            "cell_count": one * self.recording.cells,
            "first_cell": one * (start + 1),
            "cell_voltages_v": rows.cells_v[:, None, start:stop],
        }
        return Body(self._info("cell_voltages"), values)

    def _probes(self, rows: Rows) -> Iterator[Body]:
        if self.recording.probes:
            number = np.full((len(rows), 1), _PACK)
            temps = self.probe_temps_c(rows)[:, None, :]
            yield Body(self._info("probe_temps"), {"number": number, "probe_temps_c": temps})


_OF_VEHICLE = frozenset(
    (
        "charging",
        "speed_kmh",
        "odometer_km",
        "total_voltage_v",
        "total_current_a",
        "soc_pct",
        "insulation_kohm",
    )
)
_OF_EXTREMES = frozenset(
    ("highest_voltage_v", "lowest_voltage_v", "highest_temp_c", "lowest_temp_c")
)


def _number_of(stated: Array, values: Array, per_unit: int) -> Array:
    """(n,) number of the first element that equals the stated extreme; NaN: none does."""
    if not values.shape[1]:
        return np.full(len(stated), np.nan)
    same = counts(values, per_unit) == counts(stated, per_unit)[:, None]
    number = same.argmax(axis=1) + 1.0
    return np.where(same.any(axis=1) & (number <= _LARGEST_NUMBER), number, np.nan)
