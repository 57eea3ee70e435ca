"""How a car moves: speed towards a target with stops, heading with turns, home not too far."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_METRES_PER_DEGREE = 111_320.0
_ROADS_KMH = np.array([32.0, 32.0, 48.0, 72.0, 98.0])  # street, street, avenue, ring road, motorway
_HIGHEST_KMH = 125.0
_NEW_TARGET_EACH_S = 70.0
_STOP_EACH_S = 90.0
_TURN_EACH_S = 120.0
_FAR_M = 14_000.0
_GRAVITY = 9.81
_ROLLING = 0.011
_DRAG = 0.5 * 1.2 * 0.63  # half air density times drag area, kg/m


def targets_kmh(target_kmh: Floats, dt_s: float, rng: np.random.Generator) -> Floats:
    """(n,) the speed each driver aims at; now and then another road, now and then a red light."""
    size = len(target_kmh)
    road = _ROADS_KMH[rng.integers(len(_ROADS_KMH), size=size)]
    wished = np.clip(road * rng.normal(1.0, 0.15, size), 8.0, _HIGHEST_KMH - 5)
    anew = (rng.random(size) < dt_s / _NEW_TARGET_EACH_S) | (target_kmh <= 0)
    target = np.where(anew, wished, target_kmh)
    red = (rng.random(size) < dt_s / _STOP_EACH_S) & (target < 60)
    return np.where(red, 0.0, target)


def speeds_kmh(
    speed_kmh: Floats, target_kmh: Floats, dt_s: float, rng: np.random.Generator
) -> Floats:
    """(n,) speed one step later."""
    approach = 1.0 - np.exp(-dt_s / 9.0)
    change = (target_kmh - speed_kmh) * approach
    limited = np.clip(change, -9.0 * dt_s, 6.5 * dt_s)
    rough = rng.normal(0.0, 0.8, len(speed_kmh)) * (target_kmh > 0)
    later: Floats = np.clip(speed_kmh + limited + rough, 0.0, _HIGHEST_KMH)
    return later


def moved(
    longitude_deg: Floats, latitude_deg: Floats, heading: Floats, distance_m: Floats
) -> tuple[Floats, Floats]:
    """(n,), (n,): ``distance_m`` further along ``heading`` (radians, 0 = north, clockwise)."""
    north_deg = distance_m * np.cos(heading) / _METRES_PER_DEGREE
    east_deg = distance_m * np.sin(heading) / _METRES_PER_DEGREE
    return longitude_deg + east_deg / np.cos(np.radians(latitude_deg)), latitude_deg + north_deg


def headings(
    heading: Floats,
    from_home: tuple[Floats, Floats],
    latitude_deg: Floats,
    dt_s: float,
    rng: np.random.Generator,
) -> Floats:
    """(n,) heading one step later: right-angled turns, and the way home when far out.

    ``from_home``: degrees of longitude and latitude between home and the car.
    """
    size = len(heading)
    turn = rng.random(size) < dt_s / _TURN_EACH_S
    by = np.where(rng.random(size) < 0.5, 1.0, -1.0) * np.pi / 2
    wandering = heading + np.where(turn, by, 0.0) + rng.normal(0.0, 0.03, size)
    east_m = from_home[0] * np.cos(np.radians(latitude_deg)) * _METRES_PER_DEGREE
    north_m = from_home[1] * _METRES_PER_DEGREE
    homewards = np.arctan2(-east_m, -north_m)
    far = np.hypot(east_m, north_m) > _FAR_M
    return np.where(far, homewards + rng.normal(0.0, 0.25, size), wandering) % (2 * np.pi)


def battery_power_w(speed_kmh: Floats, before_kmh: Floats, mass_kg: Floats, dt_s: float) -> Floats:
    """(n,) power from the pack, negative when braking gives some back."""
    speed, before = speed_kmh / 3.6, before_kmh / 3.6
    mean = (speed + before) / 2
    force = mass_kg * (speed - before) / dt_s + mass_kg * _GRAVITY * _ROLLING * (mean > 0)
    wheel_w = (force + _DRAG * mean**2) * mean
    power_w: Floats = np.clip(np.where(wheel_w > 0, wheel_w / 0.88, wheel_w * 0.6), -45e3, 130e3)
    return power_w
