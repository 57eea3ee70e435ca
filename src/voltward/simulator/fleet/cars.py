"""Which cars there are: invented models, made-up VINs, homes near Chinese cities."""

from dataclasses import dataclass

import numpy as np

from voltward.base.vin import with_check_digit
from voltward.frames.grammar import Edition

CELLS = 96
PROBES = 24
# LTE is no maker's code; the vectors of the project use it too.
_VIN_FORM = "LTESTV{letter}H0SV{serial:06d}"
# Two of five cars speak the 2025 edition.
_NEWER = (1, 3)
_CITIES = (
    (121.47, 31.23),
    (120.16, 30.27),
    (113.26, 23.13),
    (104.07, 30.67),
    (116.40, 39.90),
    (114.31, 30.59),
)


@dataclass(frozen=True)
class CarModel:
    """An invented car model. ``ocv_v``: cell voltage at rest at ``OCV_SOC_PCT``."""

    letter: str
    name: str
    chemistry: str
    capacity_ah: float
    mass_kg: float
    motors: int
    cell_ohm: float
    ocv_v: tuple[float, ...]


OCV_SOC_PCT = (0.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0)
_NCM = (3.10, 3.38, 3.48, 3.56, 3.61, 3.65, 3.70, 3.78, 3.87, 3.97, 4.08, 4.19)
_LFP = (2.80, 3.12, 3.19, 3.235, 3.265, 3.282, 3.288, 3.296, 3.316, 3.326, 3.331, 3.400)
MODELS = (
    CarModel("A", "Lanting 500", "NCM", 150.0, 1720.0, 1, 0.00085, _NCM),
    CarModel("B", "Lanting 700", "NCM", 205.0, 2280.0, 2, 0.00062, _NCM),
    CarModel("C", "Xiaohe 400", "LFP", 130.0, 1410.0, 1, 0.00072, _LFP),
)


@dataclass(frozen=True)
class Car:
    """One simulated car; ``phase_s``: seconds after each full period at which it reports."""

    number: int
    vin: str
    edition: Edition
    model: CarModel
    home_longitude_deg: float
    home_latitude_deg: float
    phase_s: int


def roster(seed: int, count: int, period_s: int = 10) -> list[Car]:
    """The first ``count`` cars of the fleet of ``seed``; a longer fleet begins with the same."""
    cars = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        model = MODELS[int(rng.choice(len(MODELS), p=(0.5, 0.2, 0.3)))]
        longitude_deg, latitude_deg = _CITIES[int(rng.integers(len(_CITIES)))]
        cars.append(
            Car(
                number=number,
                vin=with_check_digit(_VIN_FORM.format(letter=model.letter, serial=number + 1)),
                edition=Edition.Y2025 if number % 5 in _NEWER else Edition.Y2016,
                model=model,
                home_longitude_deg=longitude_deg + float(rng.normal(0, 0.08)),
                home_latitude_deg=latitude_deg + float(rng.normal(0, 0.06)),
                phase_s=number % period_s,
            )
        )
    return cars
