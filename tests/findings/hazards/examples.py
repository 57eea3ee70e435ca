"""The worked examples of GB/T 45688-2025, by model, and what the tests of hazards share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EXAMPLES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "examples/gbt45688.json").read_text(encoding="utf-8")
)


def cases(*models: str) -> list[dict[str, Any]]:
    """The cases of models C.n, each with its model."""
    return [
        {"model": one["model"], **case}
        for one in EXAMPLES["models"]
        if one["model"] in models
        for case in one["cases"]
    ]


def numbers(samples: list[dict[str, Any]], name: str, *, times: float = 1) -> list[float]:
    """One field of all samples, NaN where missing; ``times`` 1000 gives whole mV."""
    told = [one[name] for one in samples]
    if times == 1:
        return [float("nan") if one is None else float(one) for one in told]
    return [float("nan") if one is None else float(round(one * times)) for one in told]


def named(case: dict[str, Any]) -> str:
    return str(case["id"])
