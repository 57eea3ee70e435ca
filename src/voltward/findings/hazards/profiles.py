"""Temperatures of C.6 to C.8 by named profile: which one holds, each maker chooses per model (Q8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Profile:
    """``thresholds``: °C by rule code, None where the maker gives it."""

    name: str
    title_zh: str
    title_en: str
    thresholds: Mapping[str, float | None]
    source: str
    confidence: str
    note_zh: str
    note_en: str


@cache
def profiles() -> tuple[Profile, ...]:
    """All of them, those with numbers first."""
    text = (
        resources.files("voltward.findings.facts")
        .joinpath("hazard_profiles.json")
        .read_text("utf-8")
    )
    return tuple(Profile(**one) for one in json.loads(text)["profiles"])


def watched(rule: str) -> dict[str, float]:
    """Thresholds that are judged in shadow mode while a model has no choice, by profile."""
    told = {one.name: one.thresholds[rule] for one in profiles()}
    return {name: value for name, value in told.items() if value is not None}
