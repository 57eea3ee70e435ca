"""The error classes and the limits they are judged by, as ``facts/`` lists them.

No list of the national platform is public (facts of GB/T 32960, data-quality rules): the classes are its
published examples and what follows from the protocol itself. The order of the files numbers them, and
compiled kernels hold the numbers: rows are added at the end only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from voltward.findings.detector import Detector, Limit

FACTS: Final = Path(__file__).parent / "facts"
NAME: Final = "quality"
TIMELINESS, COMPLETENESS, TRUTH = "timeliness", "completeness", "truth"
# what a vehicle's model says of it, behind the limits of a row
DRIVE_FACT, SIGN_FACT, LFP_FACT = "facts.drive", "facts.current_sign", "facts.is_lfp"
BEV, PHEV, EREV, FCEV = 1, 2, 3, 4  # value of DRIVE_FACT; NaN: not known
DRIVES: Final = {"bev": BEV, "phev": PHEV, "erev": EREV, "fcev": FCEV}


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """One thing that can be wrong with a vehicle's data.

    ``kind``: timeliness, completeness or truth. ``confidence``: A text seen, B secondary source, C
    unconfirmed, M engineering default. ``fails``: a vehicle with too much of it does not pass.
    """

    code: str
    kind: str
    title_zh: str
    title_en: str
    source: str
    confidence: str
    fails: bool


def facts_of(name: str) -> list[dict[str, Any]]:
    """The rows of a file of ``facts/``."""
    found: list[dict[str, Any]] = json.loads((FACTS / name).read_text(encoding="utf-8"))
    return found


CLASSES: Final = tuple(ErrorClass(**row) for row in facts_of("classes.json"))
CODES: Final = tuple(one.code for one in CLASSES)
BY_CODE: Final = {one.code: one for one in CLASSES}
PER_DAY: Final = frozenset({"odometer.track"})  # found once of a day, not of a row
NUMBER: Final = {code: number for number, code in enumerate(CODES)}
LIMITS: Final = tuple(
    Limit(
        row["code"], row["value"], row["unit"], row["source"], row["confidence"], row["lowest"],
        row["highest"],
    )
    for row in facts_of("limits.json")
)  # fmt: skip
PLACE: Final = {limit.name: number for number, limit in enumerate(LIMITS)}
DEFAULTS: Final = {limit.name: limit.default for limit in LIMITS}

# The limit book of findings/ carries these limits too: by group of vehicles and by date.
DETECTOR: Final = Detector(
    name=NAME,
    rules=(),
    reads=(),
    judge=lambda rows, memory, limits: (),  # noqa: ARG005 - counted by engine.py, not judged
    limits=LIMITS,
    facts=(DRIVE_FACT, SIGN_FACT, LFP_FACT),
)
DRIVE, SIGN, LFP = range(len(LIMITS), len(LIMITS) + 3)


def limit_key(name: str) -> str:
    """The name of a limit in the limit book: ``quality.late_s``."""
    return f"{NAME}.{name}"
