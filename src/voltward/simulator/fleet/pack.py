"""The pack: cells with their own charge and resistance, one thermal mass, probes on it.

Deliberately simple (rest voltage, one resistance, one relaxation); deeper physics takes this
module's place.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voltward.simulator.fleet.cars import CELLS, MODELS, OCV_SOC_PCT, PROBES, Car

Floats = NDArray[np.float64]

CURVES = sorted({model.ocv_v for model in MODELS})

_RELAX_S = 45.0
_RELAX_SHARE = 0.5  # of the resistance, reached slowly
_HEAT_J_PER_K = 340e3
_COOLING_W_PER_K = 60.0
_NOISE_V = 0.0006
# Planted, so that there is something to find: car number -> what is odd about it.
WEAK_CELL = {7: 40}
DEAD_PROBE = {12: 5}
LOW_INSULATION = {18: 310.0}


@dataclass(frozen=True)
class Packs:
    """What never changes in (n,) packs of (n, CELLS) cells and (n, PROBES) probes."""

    capacity_ah: Floats
    soc_offset_pct: Floats
    cell_ohm: Floats
    probe_offset_c: Floats
    voltage_bias_v: Floats
    insulation_kohm: Floats
    curve: NDArray[np.int64]  # which of MODELS' rest voltage curves


def build_packs(seed: int, cars: list[Car]) -> Packs:
    """The packs of ``cars``: spread of cells by seed and car number."""
    draws = [_one_pack(np.random.default_rng([seed, car.number, 1]), car) for car in cars]
    return Packs(
        capacity_ah=np.array([car.model.capacity_ah for car in cars]),
        soc_offset_pct=np.stack([draw[0] for draw in draws]),
        cell_ohm=np.stack([draw[1] for draw in draws]),
        probe_offset_c=np.stack([draw[2] for draw in draws]),
        voltage_bias_v=np.array([draw[3] for draw in draws]),
        insulation_kohm=np.array([draw[4] for draw in draws]),
        curve=np.array([CURVES.index(car.model.ocv_v) for car in cars]),
    )


def _one_pack(rng: np.random.Generator, car: Car) -> tuple[Floats, Floats, Floats, float, float]:
    soc_offset_pct = rng.normal(0.0, 0.3, CELLS)
    cell_ohm = car.model.cell_ohm * rng.normal(1.0, 0.05, CELLS)
    # the middle of the pack is warmer than its ends
    shape = 1.6 * np.sin(np.linspace(0.3, np.pi - 0.3, PROBES)) - 1.0
    probe_offset_c = shape + rng.normal(0.0, 0.35, PROBES)
    insulation_kohm = LOW_INSULATION.get(car.number, float(rng.uniform(1800, 9000)))
    if (weak := WEAK_CELL.get(car.number)) is not None:
        soc_offset_pct[weak] -= 6.0
        cell_ohm[weak] *= 1.6
    if (dead := DEAD_PROBE.get(car.number)) is not None:
        probe_offset_c[dead] = np.nan
    return soc_offset_pct, cell_ohm, probe_offset_c, float(rng.normal(0, 0.15)), insulation_kohm


def take(packs: Packs, which: NDArray[np.int64]) -> Packs:
    """The packs of ``which``, in its order."""
    return Packs(*(getattr(packs, field.name)[which] for field in fields(packs)))


def cell_voltages_v(
    packs: Packs, soc_pct: Floats, current_a: Floats, slow_v: Floats, rng: np.random.Generator
) -> Floats:
    """(n, CELLS) volts to the millivolt. ``current_a`` and ``slow_v`` (n,): discharge positive."""
    rest = rest_voltages_v(packs, soc_pct[:, None] + packs.soc_offset_pct)
    drop = packs.cell_ohm * current_a[:, None] * (1 - _RELAX_SHARE) + slow_v[:, None]
    return np.round(rest - drop + rng.normal(0.0, _NOISE_V, rest.shape), 3)


def rest_voltages_v(packs: Packs, soc_pct: Floats) -> Floats:
    """(n, k) volts of a cell at rest at ``soc_pct`` (n, k), each by its own pack's curve."""
    rest = np.empty_like(soc_pct)
    for number, curve in enumerate(CURVES):
        same = packs.curve == number
        rest[same] = np.interp(soc_pct[same], OCV_SOC_PCT, curve)
    return rest


def relaxed_v(packs: Packs, slow_v: Floats, current_a: Floats, dt_s: float) -> Floats:
    """(n,) the slow part of the voltage drop one step later."""
    final = packs.cell_ohm.mean(axis=1) * current_a * _RELAX_SHARE
    later: Floats = final + (slow_v - final) * np.exp(-dt_s / _RELAX_S)
    return later


def warmed_c(
    packs: Packs, temp_c: Floats, current_a: Floats, ambient_c: Floats, dt_s: float
) -> Floats:
    """(n,) pack temperature one step later."""
    heat_w = packs.cell_ohm.sum(axis=1) * current_a**2
    later: Floats = (
        temp_c + dt_s * (heat_w - _COOLING_W_PER_K * (temp_c - ambient_c)) / _HEAT_J_PER_K
    )
    return later


def probe_temps_c(packs: Packs, temp_c: Floats, rng: np.random.Generator) -> Floats:
    """(n, PROBES) whole degrees; NaN is a dead probe."""
    noise = rng.normal(0.0, 0.15, packs.probe_offset_c.shape)
    return np.round(temp_c[:, None] + packs.probe_offset_c + noise)
