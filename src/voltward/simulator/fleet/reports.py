"""What awake cars report: the fleet's arrays as the information types of both editions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Edition, InfoType
from voltward.simulator.encoder import Body, frame_matrix, frames_of
from voltward.simulator.fleet import activity as acts
from voltward.simulator.fleet.cars import Car

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

SOC_LOW_PCT = 15.0
SPREAD_V = 0.045
_SOC_LOW, _CONSISTENCY = 4, 10  # bits of the general alarm flags
_FAULT_CODES = {_SOC_LOW: 0x0001_0004, _CONSISTENCY: 0x0001_000A}  # invented
_WHEEL_RPM_PER_KMH = 8.2  # of the wheels, on 0.65 m of diameter
_GEAR_RATIO = 9.3
_DRIVE_GEAR, _PARK_GEAR, _DRIVING_FORCE, _BRAKING = 14, 15, 0x20, 0x10


@dataclass(frozen=True)
class Reports:
    """(n,) reports; ``car`` is the index in the fleet, ``collected_at`` unix seconds."""

    car: Rows
    collected_at: Rows
    activity: Rows
    speed_kmh: Floats
    odometer_km: Floats
    current_a: Floats
    soc_pct: Floats
    longitude_deg: Floats
    latitude_deg: Floats
    insulation_kohm: Floats
    temp_c: Floats
    total_voltage_v: Floats
    cells_v: Floats
    probes_c: Floats

    def __len__(self) -> int:
        return len(self.car)

    def take(self, which: Rows) -> "Reports":
        return Reports(*(getattr(self, field.name)[which] for field in fields(self)))

    @staticmethod
    def joined(parts: Sequence["Reports"]) -> "Reports":
        """``parts`` one behind the other; at least one."""
        names = [field.name for field in fields(Reports)]
        return Reports(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Report:
    """One report ready to send."""

    car: int
    collected_at: int
    frame: bytes


def encode(reports: Reports, cars: Sequence[Car], command: int) -> list[Report]:
    """Frames for all ``reports``, in their order. One matrix per layout that occurs."""
    done: list[Report | None] = [None] * len(reports)
    flags = alarm_flags(reports)
    for which in _same_layout(reports, cars, flags):
        part, edition = reports.take(which), cars[int(reports.car[which[0]])].edition
        motors = cars[int(part.car[0])].model.motors
        vins = [cars[number].vin for number in part.car.tolist()]
        bodies = list(_bodies(part, edition, motors, flags[which]))
        matrix = frame_matrix(edition, command, vins, part.collected_at, bodies)
        rows = zip(
            which.tolist(),
            part.car.tolist(),
            part.collected_at.tolist(),
            frames_of(matrix),
            strict=True,
        )
        for row, car, collected_at, frame in rows:
            done[row] = Report(car, collected_at, frame)
    return [report for report in done if report is not None]


def alarm_flags(reports: Reports) -> Rows:
    """(n,) general alarm flags: low charge, and a cell that is off by ``SPREAD_V``."""
    low = reports.soc_pct < SOC_LOW_PCT
    median = np.median(reports.cells_v, axis=1, keepdims=True)
    apart = np.abs(reports.cells_v - median).max(axis=1) > SPREAD_V
    flags: Rows = low.astype(np.int64) << _SOC_LOW | apart.astype(np.int64) << _CONSISTENCY
    return flags


def _same_layout(reports: Reports, cars: Sequence[Car], flags: Rows) -> Iterator[Rows]:
    """Row numbers, grouped so that every frame of a group has the same length."""
    newer = np.array([car.edition == Edition.Y2025 for car in cars])[reports.car]
    motors = np.array([car.model.motors for car in cars])[reports.car]
    layout = newer * 100_000 + motors * 10_000 + flags
    for one in np.unique(layout).tolist():
        yield np.flatnonzero(layout == one)


def _bodies(reports: Reports, edition: Edition, motors: int, flags: Rows) -> Iterator[Body]:
    kinds = {info.name: info for info in INFO_TYPES[edition].values()}
    yield Body(kinds["vehicle"], _vehicle(reports))
    yield Body(kinds["motors"], _motors(reports, motors))
    yield Body(kinds["position"], _position(reports))
    if "extremes" in kinds:
        yield Body(kinds["extremes"], _extremes(reports))
    yield _alarms(kinds["alarms"], edition, flags)
    one = np.ones((len(reports), 1))
    cells = {
        "number": one,
        "voltage_v": reports.total_voltage_v[:, None],
        "current_a": reports.current_a[:, None],
        "cell_count": one * reports.cells_v.shape[1],
        "first_cell": one,
        "cell_voltages_v": reports.cells_v[:, None, :],
    }
    yield Body(kinds["cell_voltages"], cells)
    probes = {"number": one, "probe_temps_c": reports.probes_c[:, None, :]}
    yield Body(kinds["probe_temps"], probes)


def _vehicle(reports: Reports) -> dict[str, Floats]:
    driving = reports.activity == acts.DRIVING
    charging = np.select(
        [reports.activity == acts.CHARGING, reports.activity == acts.COMPLETE], [1.0, 4.0], 3.0
    )
    pushing = driving & (reports.current_a > 5)
    braking = driving & (reports.current_a < -2)
    gear = (
        np.where(driving, _DRIVE_GEAR, _PARK_GEAR) + pushing * _DRIVING_FORCE + braking * _BRAKING
    )
    return {
        "state": np.where(driving, 1.0, 2.0),
        "charging": charging,
        "drive_mode": np.ones(len(reports)),
        "speed_kmh": reports.speed_kmh,
        "odometer_km": reports.odometer_km,
        "total_voltage_v": reports.total_voltage_v,
        "total_current_a": reports.current_a,
        "soc_pct": reports.soc_pct,
        "dcdc": np.where(reports.activity == acts.PARKED, 2.0, 1.0),
        "gear": gear.astype(np.float64),
        "insulation_kohm": reports.insulation_kohm,
        "accelerator_pct": np.where(pushing, np.clip(reports.current_a / 3, 1, 100), 0.0),
        "brake_pct": np.where(braking, np.clip(-reports.current_a / 2, 1, 100), 0.0),
    }


def _motors(reports: Reports, motors: int) -> dict[str, Floats]:
    driving = reports.activity == acts.DRIVING
    rpm = np.round(reports.speed_kmh * _WHEEL_RPM_PER_KMH * _GEAR_RATIO)
    power_w = reports.current_a * reports.total_voltage_v * 0.9 * driving / motors
    turning = np.maximum(rpm, 60.0) * 2 * np.pi / 60
    warm_c = np.round(reports.temp_c + 8 + np.abs(power_w) / 3000)
    state = np.select(
        [~driving, reports.current_a > 5, reports.current_a < -2], [3.0, 1.0, 2.0], 4.0
    )
    each = {
        "state": state,
        "controller_temp_c": np.round(warm_c - 3),
        "speed_rpm": rpm,
        "torque_nm": np.clip(power_w / turning, -380, 380),
        "motor_temp_c": warm_c,
        "controller_voltage_v": reports.total_voltage_v,
        "dc_bus_current_a": np.where(driving, reports.current_a * 0.95 / motors, 0.0),
    }
    both = {name: np.repeat(values[:, None], motors, axis=1) for name, values in each.items()}
    both["number"] = np.tile(np.arange(1.0, motors + 1), (len(reports), 1))
    return both


def _position(reports: Reports) -> dict[str, Floats]:
    return {
        "status_raw": np.zeros(len(reports)),
        "datum": np.ones(len(reports)),
        "longitude_deg": reports.longitude_deg,
        "latitude_deg": reports.latitude_deg,
    }


def _extremes(reports: Reports) -> dict[str, Floats]:
    """Of the very cells and probes that are reported; dead probes do not take part."""
    probes = reports.probes_c
    places = {
        "highest_voltage": (reports.cells_v, reports.cells_v.argmax(axis=1), "cell", "_v"),
        "lowest_voltage": (reports.cells_v, reports.cells_v.argmin(axis=1), "cell", "_v"),
        "highest_temp": (probes, np.nanargmax(probes, axis=1), "probe", "_c"),
        "lowest_temp": (probes, np.nanargmin(probes, axis=1), "probe", "_c"),
    }
    values: dict[str, Floats] = {}
    for name, (of, where, element, unit) in places.items():
        values[f"{name}_pack"] = np.ones(len(reports))
        values[f"{name}_{element}"] = where + 1.0
        values[f"{name}{unit}"] = of[np.arange(len(of)), where]
    return values


def _alarms(info: InfoType, edition: Edition, flags: Rows) -> Body:
    """All rows of a layout have the same flags, so the same codes."""
    rows = len(flags)
    bits = [bit for bit in _FAULT_CODES if rows and int(flags[0]) >> bit & 1]
    values = {
        "level": np.full(rows, 1.0 if bits else 0.0),
        "flags": flags.astype(np.float64),
        "storage_fault_codes": np.tile([float(_FAULT_CODES[bit]) for bit in bits], (rows, 1)),
    }
    if edition == Edition.Y2025:
        levels = np.array([[float(bit), 1.0] for bit in bits]).reshape(len(bits), 2)
        values["flag_levels"] = np.tile(levels, (rows, 1, 1))
    return Body(info, values)
