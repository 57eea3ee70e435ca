"""C.9: insulation resistance (绝缘电阻), GB/T 45688-2025 appendix C."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voltward.findings.hazards.samples import (
    CHARGE_STATES,
    DISCHARGING,
    STARTED,
    VEHICLE_STATES,
    Array,
    day_of,
    kept,
    known,
)

OHM_PER_V: Final = 100.0
TIMES: Final = 5


@dataclass(frozen=True, slots=True)
class Insulation:
    """``low``: C_r, frames at or below the limit; ``used``: frames of the discharge condition.

    ``result``: 0, 1, or None without a usable frame.
    """

    low: int
    used: int
    result: int | None


def is_low(insulation_kohm: ArrayLike, voltage_v: ArrayLike, ohm_per_v: float) -> Array:
    """Where R in kΩ × 1000 <= Ω/V × U (Q9: the text mixes Ω, Ω/V, V and kΩ), bool ``(n,)``.

    Compared in whole kΩ and tenths of a volt.
    """
    ohm = np.rint(np.asarray(insulation_kohm, np.float64)) * 10_000
    found: Array = ohm <= ohm_per_v * np.rint(np.asarray(voltage_v, np.float64) * 10)
    return found


def insulation(
    time_s: ArrayLike,
    vehicle_state: ArrayLike,
    charging: ArrayLike,
    insulation_kohm: ArrayLike,
    voltage_v: ArrayLike,
    *,
    ohm_per_v: float = OHM_PER_V,
    times: int = TIMES,
    spacing_s: float = 0.0,
) -> Insulation:
    """Frames with too low a resistance while started and discharging, any ``times`` of one day.

    ``voltage_v``: maximum working voltage of the model, else rated voltage, else of the frame;
    ``(n,)`` or one number. ``spacing_s``: low frames count at most once in so many seconds.
    """
    time, state = np.asarray(time_s, np.int64), np.asarray(vehicle_state)
    charge, ohm = np.asarray(charging), np.asarray(insulation_kohm, np.float64)
    volts = np.broadcast_to(np.asarray(voltage_v, np.float64), time.shape)
    rows = kept(
        time,
        np.isin(state, VEHICLE_STATES),
        np.isin(charge, CHARGE_STATES),
        known(ohm),
        known(volts),
    )
    rows = rows[(state[rows] == STARTED) & np.isin(charge[rows], DISCHARGING)]
    low, counted_at = 0, -np.inf
    for i in rows[is_low(ohm[rows], volts[rows], ohm_per_v)]:
        if time[i] - counted_at >= spacing_s:
            low, counted_at = low + 1, float(time[i])
    return Insulation(low, int(rows.size), int(low >= times) if rows.size else None)


def days(
    time_s: ArrayLike,
    vehicle_state: ArrayLike,
    charging: ArrayLike,
    insulation_kohm: ArrayLike,
    voltage_v: ArrayLike,
    *,
    ohm_per_v: float = OHM_PER_V,
    times: int = TIMES,
    spacing_s: float = 0.0,
) -> dict[int, Insulation]:
    """The same by calendar day in Beijing (``samples.day_of``)."""
    time = np.asarray(time_s, np.int64)
    volts = np.broadcast_to(np.asarray(voltage_v, np.float64), time.shape)
    state, charge = np.asarray(vehicle_state), np.asarray(charging)
    ohm, day = np.asarray(insulation_kohm), day_of(time)
    return {
        int(one): insulation(
            time[day == one],
            state[day == one],
            charge[day == one],
            ohm[day == one],
            volts[day == one],
            ohm_per_v=ohm_per_v,
            times=times,
            spacing_s=spacing_s,
        )
        for one in np.unique(day)
    }
