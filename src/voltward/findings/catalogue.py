"""All detectors, and all rules by their codes."""

from __future__ import annotations

from typing import Final

from voltward.findings.detector import Detector, Rule
from voltward.findings.detectors import (
    cells,
    faults,
    hazard_insulation,
    hazard_matrix,
    hazard_sampling,
    hazard_spread,
    hazard_trips,
    insulation,
    sensors,
    soc_jump,
    tamper,
    temperature,
    thermal_runaway,
)

DETECTORS: Final[tuple[Detector, ...]] = (
    thermal_runaway.DETECTOR,
    faults.DETECTOR,
    temperature.DETECTOR,
    insulation.DETECTOR,
    cells.DETECTOR,
    soc_jump.DETECTOR,
    sensors.DETECTOR,
    tamper.DETECTOR,
    *hazard_matrix.DETECTORS,
    hazard_spread.DETECTOR,
    *hazard_trips.DETECTORS,
    hazard_insulation.DETECTOR,
    hazard_sampling.DETECTOR,
)
RULES: Final[dict[str, Rule]] = {
    rule.code: rule for detector in DETECTORS for rule in detector.rules
}
LIMIT_KEYS: Final = {
    detector.limit_key(k): limit
    for detector in DETECTORS
    for k, limit in enumerate(detector.limits)
}


def rule_of(code: str) -> Rule | None:
    """None: a rule of an earlier or later release."""
    return RULES.get(code)


def detector_of(code: str) -> Detector | None:
    """The detector of a rule."""
    return next((one for one in DETECTORS if any(rule.code == code for rule in one.rules)), None)
