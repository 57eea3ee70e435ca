"""Plausible rows of a fleet for the store's benchmark, seeded, one slice of time after the other.

Each car drives out, drives back and charges every day; rows come every 30 s while it does. A cell
is open-circuit voltage by state of charge, its own constant offset, resistance and capacity, and
0.8 mV of noise, in steps of 1 mV. How well such rows pack depends on that noise and on the spread
of the cells; real cars pack better (constant voltage while parked) or worse (coarse sampling).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.columns.fields import COLUMNS

Floats = NDArray[np.float32]
CELLS, PROBES = 96, 24
STEP_S = 30
DAY_S = 86_400
_MORNING_S = 7 * 3600


@dataclass(frozen=True)
class FleetShape:
    """``rows`` over ``days`` for each of ``vehicles``, from ``start`` (unix seconds) on."""

    rows: int
    vehicles: int = 1000
    days: int = 30
    start: int = 1_772_294_400  # 2026-02-28 16:00 UTC: midnight in Beijing
    seed: int = 1

    @property
    def rows_each(self) -> int:
        return self.rows // self.vehicles

    @property
    def rows_a_day(self) -> int:
        return -(-self.rows_each // self.days)

    @property
    def stop(self) -> int:
        return self.start + self.days * DAY_S


class BenchFleet:
    """Cars with constant properties; ``slice`` makes the rows of all cars for some steps."""

    def __init__(self, shape: FleetShape) -> None:
        self.shape = shape
        random = np.random.default_rng(shape.seed)
        count = shape.vehicles
        self.ids = np.unique(random.integers(1, 1 << 63, 2 * count, dtype=np.uint64))[:count]
        random.shuffle(self.ids)
        self._offset = random.normal(0, 3.0, (count, 1, CELLS)).astype(np.float32)
        self._resistance = (1 + 0.06 * random.normal(size=(count, 1, CELLS))).astype(np.float32)
        self._capacity = (0.008 * random.normal(size=(count, 1, CELLS))).astype(np.float32)
        self._home = random.uniform((113.0, 23.0), (121.0, 40.0), (count, 2))
        self._late = random.integers(0, 3600, count)
        self._odometer_km = random.uniform(5_000, 90_000, (count, 1))
        self._position = 0

    def slice(self, first: int, last: int) -> pa.Table:
        """Rows of steps ``[first, last)`` of every car by time; ask for slices in their order."""
        random = np.random.default_rng((self.shape.seed, first))
        step = np.arange(first, last)
        day, within = np.divmod(step, self.shape.rows_a_day)
        share = (within / self.shape.rows_a_day).astype(np.float32)
        soc = np.interp(share, (0.0, 0.25, 0.5, 1.0), (90.0, 70.0, 50.0, 90.0)).astype(np.float32)
        shape = (self.shape.vehicles, len(step))
        driving = np.broadcast_to(share < 0.5, shape)
        current = np.where(
            driving, random.normal(30, 40, shape), random.normal(-25, 0.3, shape)
        ).round(1)
        cells = self._cells(random, soc, current.astype(np.float32))
        seconds = self.shape.start + day * DAY_S + _MORNING_S + within * STEP_S
        collected = seconds[None, :] + self._late[:, None]
        columns = self._scalars(random, driving, np.broadcast_to(soc, shape), current, cells)
        columns |= self._lists(random, driving, cells, current)
        columns |= self._key(random, collected)
        order = np.argsort(collected.ravel(), kind="stable")
        return _whole_schema(columns, order.size).take(pa.array(order))

    def _cells(
        self, random: np.random.Generator, soc: Floats, current: Floats
    ) -> NDArray[np.uint16]:
        """Millivolts ``(vehicles, steps, CELLS)``."""
        open_circuit = 3300.0 + 8.5 * soc
        value = random.standard_normal(
            (len(self._offset), len(soc), CELLS), dtype=np.float32
        ) * np.float32(0.8)
        value += open_circuit[None, :, None]
        value += self._offset
        value -= current[:, :, None] * self._resistance * np.float32(0.6)
        value += self._capacity * (8.5 * (soc - 90.0))[None, :, None]
        millivolts: NDArray[np.uint16] = np.rint(value).astype(np.uint16)
        return millivolts

    def _scalars(
        self,
        random: np.random.Generator,
        driving: NDArray[np.bool_],
        soc: Floats,
        current: NDArray[np.float64],
        cells: NDArray[np.uint16],
    ) -> dict[str, pa.Array]:
        shape = driving.shape
        speed = np.where(driving, np.abs(random.normal(45, 25, shape)), 0).clip(0, 180).round(1)
        driven_km = np.cumsum(speed * (STEP_S / 3600), axis=1)
        odometer = self._odometer_km + driven_km
        self._odometer_km = odometer[:, -1:]
        heading = np.cumsum(random.normal(0, 0.5, shape), axis=1)
        turns = np.stack((np.cos(heading), np.sin(heading)), axis=-1)
        walk = self._home[:, None] + np.cumsum(turns * (speed * 7.5e-5)[..., None], axis=1)
        self._home = walk[:, -1]
        values: dict[str, NDArray[np.generic]] = {
            **_constants(driving),
            "speed_kmh": speed,
            "odometer_km": odometer.round(1),
            "total_voltage_v": (cells.sum(axis=2, dtype=np.int64) / 1000).round(1),
            "total_current_a": current,
            "soc_pct": soc.round(),
            "insulation_kohm": random.normal(2000, 15, shape).round(),
            "accelerator_pct": np.where(driving, random.integers(0, 60, shape), 0),
            "brake_pct": np.where(driving & (random.random(shape) < 0.1), 20, 0),
            "longitude_deg": walk[..., 0].round(6),
            "latitude_deg": walk[..., 1].round(6),
            "highest_voltage_cell": cells.argmax(axis=2) + 1,
            "highest_voltage_v": cells.max(axis=2) / 1000,
            "lowest_voltage_cell": cells.argmin(axis=2) + 1,
            "lowest_voltage_v": cells.min(axis=2) / 1000,
        }
        return {
            name: pa.array(np.broadcast_to(value, shape).ravel().astype(COLUMNS[name].dtype))
            for name, value in values.items()
        }

    def _lists(
        self,
        random: np.random.Generator,
        driving: NDArray[np.bool_],
        cells: NDArray[np.uint16],
        current: NDArray[np.float64],
    ) -> dict[str, pa.Array]:
        shape = (*driving.shape, 1)
        moving = driving[..., None]
        volts = (cells.sum(axis=2, dtype=np.int64) / 1000).round(1)[..., None]
        warm = np.where(driving, 30, 32)[..., None] + (np.arange(PROBES) % 5 - 2)
        values: dict[str, NDArray[np.generic]] = {
            "motor_number": np.ones(shape),
            "motor_state": np.where(moving, 1, 3),
            "motor_controller_temp_c": np.where(moving, random.integers(35, 45, shape), 30),
            "motor_speed_rpm": np.where(moving, random.normal(4000, 2000, shape).round(), 0),
            "motor_torque_nm": np.where(moving, random.normal(60, 40, shape).round(1), 0),
            "motor_temp_c": np.where(moving, random.integers(40, 55, shape), 32),
            "motor_controller_voltage_v": volts,
            "motor_dc_bus_current_a": current[..., None],
            "pack_number": np.ones(shape),
            "pack_voltage_v": volts,
            "pack_current_a": current[..., None],
            "pack_cell_count": np.full(shape, CELLS),
            "pack_first_cell": np.ones(shape),
            "pack_cells_in_frame": np.full(shape, CELLS),
            "cell_voltages_mv": cells,
            "probe_pack_number": np.ones(shape),
            "probe_pack_count": np.full(shape, PROBES),
            "probe_temps_c": warm + (random.random(warm.shape) < 0.02),
        }
        return {name: _list_array(name, value) for name, value in values.items()}

    def _key(
        self, random: np.random.Generator, collected: NDArray[np.int64]
    ) -> dict[str, pa.Array]:
        count = collected.size
        delay = random.gamma(2.0, 400.0, count).astype(np.int64)
        place = (self._position + np.arange(count)).astype(np.uint64)
        self._position += count
        number = (place // np.uint64(700_000) << np.uint64(34)) + place % np.uint64(700_000) * 395
        return {
            "vehicle_id": pa.array(np.repeat(self.ids, collected.shape[1])),
            "collected_at": pa.array(collected.ravel()),
            "unit_hash": pa.array(random.integers(0, 1 << 64, count, dtype=np.uint64)),
            "received_at": pa.array(collected.ravel() * 1000 + delay),
            "frame_position": pa.array(number.astype(np.uint64)),
            "stream": pa.array(np.zeros(count, np.uint16)),
            "edition": pa.array(np.full(count, 2016, np.uint16)),
            "command": pa.array(np.full(count, 2, np.uint8)),
            "time_state": pa.array(np.zeros(count, np.uint8)),
            "verdict": pa.array(np.zeros(count, np.uint8)),
        }


def _constants(driving: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
    """What changes with the state of the car at most."""
    one = np.ones(driving.shape)
    return {
        "vehicle_state": np.where(driving, 1, 2),
        "charging": np.where(driving, 3, 1),
        "drive_mode": one,
        "dcdc": one,
        "gear": np.where(driving, 14, 15),
        "motor_count": one,
        "position_status": one * 0,
        "highest_voltage_pack": one,
        "lowest_voltage_pack": one,
        "highest_temp_pack": one,
        "highest_temp_probe": one * 7,
        "highest_temp_c": np.where(driving, 31, 33),
        "lowest_temp_pack": one,
        "lowest_temp_probe": one * 20,
        "lowest_temp_c": one * 27,
        "alarm_level": one * 0,
        "alarm_flags": one * 0,
        "pack_count": one,
        "probe_packs": one,
    }


def _list_array(name: str, values: NDArray[np.generic]) -> pa.Array:
    """Lists of the last axis, one a row."""
    flat = np.ascontiguousarray(values).reshape(-1, values.shape[-1])
    offsets = np.arange(0, flat.size + 1, flat.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.array(flat.ravel().astype(COLUMNS[name].dtype, copy=False))
    )


def _whole_schema(columns: dict[str, pa.Array], count: int) -> pa.Table:
    """With every column of the catalogue, as the decoder's table has it: NULL or empty lists."""
    for name, column in COLUMNS.items():
        if name in columns:
            continue
        kind = pa.from_numpy_dtype(np.dtype(column.dtype))
        if column.is_list:
            offsets = pa.array(np.zeros(count + 1, np.int32))
            columns[name] = pa.ListArray.from_arrays(offsets, pa.array([], kind))
        else:
            columns[name] = pa.nulls(count, kind)
    return pa.table(columns)


def duplicates_of(table: pa.Table, share: float, random: np.random.Generator) -> pa.Table:
    """A sample of ``table`` as received again later, from another place of the journal."""
    chosen = np.flatnonzero(random.random(table.num_rows) < share)
    again = table.take(pa.array(chosen))
    received = again["received_at"].to_numpy() + 60_000
    position = again["frame_position"].to_numpy() + np.uint64(1 << 40)
    for name, values in (("received_at", received), ("frame_position", position)):
        again = again.set_column(again.column_names.index(name), name, pa.array(values))
    return again
