"""Vehicles of the demonstration whose past makes each watch queue show something (docs/watch.md).

They are invented. What they sent, and since when they are in use, is planted; that they belong into a
queue is found by the platform's own rounds. None of them says anything while the demonstration runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from voltward.base.vin import with_check_digit
from voltward.frames.frame import realtime
from voltward.frames.grammar import Edition
from voltward.simulator.encoder import REISSUE
from voltward.simulator.fleet.cars import MODELS, CarModel

DAY: Final = timedelta(days=1)
SHORT_MODEL, _LONG_MODEL, YARD_MODEL = MODELS
# in use for less than any limit of absence: nobody is late before the past has been sent
USED_D: Final = 45
YARD: Final = 104  # a few more than GB/T 45688 C.12 asks for
_INSULATION, _CELL_OVER_VOLTAGE = 1 << 11, 1 << 5  # general alarm flags, judged as level 3
_HOME: Final = (31.2304, 121.4737)
_YARD_PLACE: Final = (30.9021, 121.9302)
_M_PER_DEGREE: Final = 111_195.0
_KM_PER_DAY: Final = 35.0


@dataclass(frozen=True)
class Sent:
    """One report, so long before now. ``place``: latitude and longitude, degrees, WGS-84."""

    ago: timedelta
    soc_pct: int
    odometer_km: float
    is_started: bool = True
    flags: int = 0
    place: tuple[float, float] = _HOME


@dataclass(frozen=True)
class Planted:
    """A vehicle. ``usage``: as what it was sold ``used_d`` days ago; "": it was never sold."""

    vin: str
    model: CarModel
    usage: str
    used_d: int
    sent: tuple[Sent, ...] = ()


def planted_vehicles() -> list[Planted]:
    """All of them, the same at every start."""
    return [
        _car(1, SHORT_MODEL, "private", used_d=120),  # C.11 b: never sent
        _car(2, SHORT_MODEL, "taxi", used_d=75),
        _car(3, SHORT_MODEL, "private", sent=_daily(38, 8)),  # silent against its habit
        _car(4, YARD_MODEL, "private", sent=_daily(40, 12)),
        _car(5, YARD_MODEL, "private", sent=_empty()),  # C.11 a
        # more alarms than its peers; with the next one of so many in use, table D.1 row 4
        _car(6, SHORT_MODEL, "private", sent=_faulty(_INSULATION, range(2, 26, 3))),
        _car(7, SHORT_MODEL, "private", sent=_faulty(_CELL_OVER_VOLTAGE, (6,))),
        *(_car(100 + k, YARD_MODEL, "", used_d=0, sent=_parked(k)) for k in range(YARD)),  # C.12
    ]


def frames_of(vehicle: Planted, now: datetime) -> list[bytes]:
    """What it sent up to ``now``, oldest first, as reissue (2016 edition)."""
    ordered = sorted(vehicle.sent, key=lambda one: one.ago, reverse=True)
    return [
        realtime(Edition.Y2016, vehicle.vin, REISSUE, (now - one.ago).astimezone(UTC), _items(one))
        for one in ordered
    ]


def _car(
    number: int, model: CarModel, usage: str, *, used_d: int = USED_D, sent: Iterable[Sent] = ()
) -> Planted:
    vin = with_check_digit(f"LTESTV{model.letter}H0SV9{number:05d}")
    return Planted(vin, model, usage, used_d, tuple(sent))


def _daily(first_d: int, last_d: int) -> Iterator[Sent]:
    """A drive a day, from the first to the last."""
    for day in range(first_d, last_d - 1, -1):
        driven_km = _KM_PER_DAY * (first_d - day)
        yield Sent(day * DAY, 60 + day % 5, 8000 + driven_km)
        yield Sent(day * DAY - timedelta(minutes=40), 52, 8020 + driven_km, is_started=False)


def _empty() -> Iterator[Sent]:
    """Driven until hardly anything was left, and not charged since."""
    for k in range(6):
        yield Sent(
            timedelta(days=2, minutes=10 * (6 - k)), 7 - k, 15_000.0 + 2 * k, is_started=k < 5
        )


def _faulty(flags: int, days_ago: Iterable[int]) -> Iterator[Sent]:
    """A drive a day; on some of them it reports a fault for a minute."""
    days = set(days_ago)
    for day in range(28, -1, -1):
        at, odometer_km = day * DAY + timedelta(hours=6), 21_000 + _KM_PER_DAY * (28 - day)
        for second in range(0, 240, 30):
            is_fault = day in days and second < 60
            yield Sent(
                at - timedelta(seconds=second), 64, odometer_km, flags=flags if is_fault else 0
            )


def _parked(number: int) -> Iterator[Sent]:
    """In rows of thirteen, six metres apart, for some ten weeks."""
    row, column = divmod(number, 13)
    place = (_YARD_PLACE[0] + 6 * row / _M_PER_DEGREE, _YARD_PLACE[1] + 3 * column / _M_PER_DEGREE)
    ago = timedelta(days=70 + number % 20, hours=number % 9)
    yield Sent(ago, 86 + number % 10, 12.0 + number % 4, is_started=False, place=place)


def _items(sent: Sent) -> tuple[Mapping[str, Any], ...]:
    # nothing stands still between two reports, or it would be a frozen sensor
    voltage_v = round(330 + 0.35 * sent.soc_pct, 1)
    current_a = 12.0 + sent.soc_pct % 7 if sent.is_started else 0.0
    speed_kmh = 42.0 if sent.is_started else 0.0
    return (
        {
            "name": "vehicle", "state": "started" if sent.is_started else "off",
            "charging": "not_charging", "drive_mode": "electric", "speed_kmh": speed_kmh,
            "odometer_km": round(sent.odometer_km, 1), "total_voltage_v": voltage_v,
            "total_current_a": current_a, "soc_pct": sent.soc_pct, "dcdc": "on",
            "gear": "D" if sent.is_started else "P", "insulation_kohm": 1800,
            "accelerator_pct": 15 if sent.is_started else 0, "brake_pct": 0,
        },
        {
            "name": "position", "status_raw": 0, "longitude_deg": round(sent.place[1], 6),
            "latitude_deg": round(sent.place[0], 6),
        },
        {
            "name": "alarms", "level": 3 if sent.flags else 0, "flags": sent.flags,
            "storage_fault_codes": [], "motor_fault_codes": [], "engine_fault_codes": [],
            "other_fault_codes": [],
        },
    )  # fmt: skip
