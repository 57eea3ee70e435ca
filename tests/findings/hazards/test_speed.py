"""The detectors of hazards together cost at most a microsecond of one core for each row."""

from __future__ import annotations

import time

import numpy as np
from tests.findings.hazards.streams import START, limits_of, rows_of

from voltward.findings.catalogue import DETECTORS
from voltward.findings.detector import Rows

VEHICLES, EACH, TRIES = 20_000, 5, 7
NS_A_ROW = 1000


def batch(number: int, chance: np.random.Generator) -> Rows:
    """Five rows of each vehicle, 10 s apart; a third of them charge, some values lie beyond."""
    size = VEHICLES * EACH
    times = START + 10 * (number * EACH + np.arange(EACH))
    return rows_of(
        np.tile(times, VEHICLES),
        np.repeat(np.arange(VEHICLES), EACH),
        vehicle_state=np.where(chance.random(size) < 0.95, 1, 2),
        charging=np.repeat(np.where(chance.random(VEHICLES) < 0.3, 1, 3), EACH),
        highest_temp_c=chance.integers(20, 62, size),
        highest_cell_mv=chance.integers(3300, 4402, size),
        lowest_cell_mv=chance.integers(3000, 3300, size),
        median_cell_mv=np.full(size, 3300),
        highest_cell_at=chance.integers(0, 96, size),
        lowest_cell_at=chance.integers(0, 96, size),
        pack_of_highest=np.ones(size),
        pack_of_lowest=np.ones(size),
        highest_motor_c=chance.integers(40, 90, size),
        highest_controller_c=chance.integers(40, 130, size),
        dcdc_temp_c=chance.integers(40, 100, size),
        insulation_kohm=chance.integers(30, 2000, size),
        total_voltage_v=np.full(size, 400),
    )


def test_all_hazards_of_a_row_take_less_than_a_microsecond() -> None:
    chance = np.random.default_rng(3)
    batches = [batch(number, chance) for number in range(TRIES)]
    spent = 0.0
    for detector in DETECTORS:
        if not detector.name.startswith("hazard."):
            continue
        assert detector.memory is not None
        memory = np.zeros(VEHICLES, detector.memory)
        limits = limits_of(detector, {}, VEHICLES * EACH)
        tries = []
        for rows in batches:
            begun = time.process_time()
            detector.judge(rows, memory, limits)
            tries.append(time.process_time() - begun)
        spent += min(tries[1:])  # the first one compiles
    assert spent / (VEHICLES * EACH) * 1e9 < NS_A_ROW
