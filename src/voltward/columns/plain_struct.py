"""The same frames with ``struct`` and nothing else: what the kernels are measured against.

Written as one would write it by hand for speed: layouts compiled once, lists unpacked at once, no
tables. It knows the types of the 2016 edition that ``bench_frames`` makes, and gives the names
and values of ``columns``; a test holds it to that.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

from voltward.base.units import BEIJING
from voltward.frames.header import bcc

_VEHICLE = struct.Struct(">BBBHIHHBBBHBB")
_MOTOR = struct.Struct(">BBBHHBHH")
_POSITION = struct.Struct(">BII")
_EXTREMES = struct.Struct(">BBHBBHBBBBBB")
_ALARMS = struct.Struct(">BI")
_PACK = struct.Struct(">BHHHHB")
_PROBES = struct.Struct(">BH")
_FAULTS = (
    "storage_fault_codes",
    "motor_fault_codes",
    "engine_fault_codes",
    "other_fault_codes",
)
NAN = float("nan")


def plain_row(frame: bytes) -> dict[str, Any]:
    """One row as a dict; NaN where a value is missing.

    Raises:
        ValueError: not a whole frame, or a type that it does not know.
    """
    end = len(frame) - 1
    if frame[:2] != b"##" or int.from_bytes(frame[22:24], "big") != end - 24:
        raise ValueError("not a whole frame")
    if bcc(frame[2:end]) != frame[end]:
        raise ValueError("wrong BCC")
    year, month, day, hour, minute, second = frame[24:30]
    moment = datetime(2000 + year, month, day, hour, minute, second, tzinfo=BEIJING)
    row: dict[str, Any] = {"vin": frame[4:21], "collected_at": int(moment.timestamp())}
    at = 30
    while at < end:
        reader = _READERS.get(frame[at])
        if reader is None:
            raise ValueError(f"type {frame[at]:#x}")
        at = reader(frame, at + 1, row)
    return row


def _vehicle(frame: bytes, at: int, row: dict[str, Any]) -> int:
    (
        row["vehicle_state"],
        row["charging"],
        row["drive_mode"],
        speed,
        odometer,
        volts,
        amps,
        soc,
        row["dcdc"],
        row["gear"],
        insulation,
        accelerator,
        brake,
    ) = _VEHICLE.unpack_from(frame, at)
    row["speed_kmh"] = speed / 10 if speed <= 2200 else NAN
    row["odometer_km"] = odometer / 10 if odometer <= 9_999_999 else NAN
    row["total_voltage_v"] = volts / 10 if volts <= 10_000 else NAN
    row["total_current_a"] = (amps - 10_000) / 10 if amps <= 20_000 else NAN
    row["soc_pct"] = soc if soc <= 100 else NAN
    row["insulation_kohm"] = insulation if insulation <= 60_000 else NAN
    row["accelerator_pct"] = accelerator if accelerator <= 100 else NAN
    row["brake_pct"] = brake if brake <= 101 else NAN
    return at + 20


def _motors(frame: bytes, at: int, row: dict[str, Any]) -> int:
    motors = []
    count = frame[at] if frame[at] < 254 else 0
    for start in range(at + 1, at + 1 + 12 * count, 12):
        number, state, controller, rpm, torque, motor, volts, amps = _MOTOR.unpack_from(
            frame, start
        )
        motors.append(
            (
                number,
                state,
                controller - 40 if controller <= 250 else NAN,
                rpm - 20_000 if rpm <= 65_531 else NAN,
                (torque - 20_000) / 10 if torque <= 65_531 else NAN,
                motor - 40 if motor <= 250 else NAN,
                volts / 10 if volts <= 60_000 else NAN,
                (amps - 10_000) / 10 if amps <= 20_000 else NAN,
            )
        )
    row["motors"] = motors
    return at + 1 + 12 * count


def _position(frame: bytes, at: int, row: dict[str, Any]) -> int:
    row["position_status"], longitude, latitude = _POSITION.unpack_from(frame, at)
    row["longitude_deg"] = longitude / 1_000_000 if longitude <= 180_000_000 else NAN
    row["latitude_deg"] = latitude / 1_000_000 if latitude <= 90_000_000 else NAN
    return at + 9


def _extremes(frame: bytes, at: int, row: dict[str, Any]) -> int:
    (
        row["highest_voltage_pack"],
        row["highest_voltage_cell"],
        highest,
        row["lowest_voltage_pack"],
        row["lowest_voltage_cell"],
        lowest,
        row["highest_temp_pack"],
        row["highest_temp_probe"],
        hottest,
        row["lowest_temp_pack"],
        row["lowest_temp_probe"],
        coldest,
    ) = _EXTREMES.unpack_from(frame, at)
    row["highest_voltage_v"] = highest / 1000 if highest <= 15_000 else NAN
    row["lowest_voltage_v"] = lowest / 1000 if lowest <= 15_000 else NAN
    row["highest_temp_c"] = hottest - 40 if hottest <= 250 else NAN
    row["lowest_temp_c"] = coldest - 40 if coldest <= 250 else NAN
    return at + 14


def _alarms(frame: bytes, at: int, row: dict[str, Any]) -> int:
    row["alarm_level"], row["alarm_flags"] = _ALARMS.unpack_from(frame, at)
    at += 5
    for name in _FAULTS:
        count = frame[at] if frame[at] < 254 else 0
        row[name] = struct.unpack_from(f">{count}I", frame, at + 1) if count else ()
        at += 1 + 4 * count
    return at


def _voltages(frame: bytes, at: int, row: dict[str, Any]) -> int:
    packs: list[tuple[float, ...]] = []
    cells: list[int] = []
    count = frame[at] if frame[at] < 254 else 0
    at += 1
    for _ in range(count):
        number, volts, amps, total, first, sent = _PACK.unpack_from(frame, at)
        sent = sent if sent < 254 else 0
        packs.append(
            (
                number,
                volts / 10 if volts <= 10_000 else NAN,
                (amps - 10_000) / 10 if amps <= 20_000 else NAN,
                total,
                first,
                sent,
            )
        )
        cells += struct.unpack_from(f">{sent}H", frame, at + 10)
        at += 10 + 2 * sent
    row["packs"], row["cell_voltages_mv"] = packs, cells
    return at


def _temperatures(frame: bytes, at: int, row: dict[str, Any]) -> int:
    temperatures: list[int] = []
    count = frame[at] if frame[at] < 254 else 0
    at += 1
    for _ in range(count):
        _, sent = _PROBES.unpack_from(frame, at)
        sent = sent if sent < 65_534 else 0
        raws = frame[at + 3 : at + 3 + sent]
        temperatures += [raw - 40 if raw < 254 else 32_512 + raw for raw in raws]
        at += 3 + sent
    row["probe_temps_c"] = temperatures
    return at


_READERS = {
    0x01: _vehicle,
    0x02: _motors,
    0x05: _position,
    0x06: _extremes,
    0x07: _alarms,
    0x08: _voltages,
    0x09: _temperatures,
}
