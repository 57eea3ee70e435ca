"""Values of the store in words: numbers with their decimals, codes by name, reasons for what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from voltward.columns.fields import COLUMNS
from voltward.frames import words
from voltward.frames.values import Reason
from voltward.frames.words import Phrase

POSITION = ("longitude_deg", "latitude_deg")
COARSE_DECIMALS = 2  # about 1 km: enough for a town, not for a door
GEAR_BITS = 0x0F
_SCOPES = {"vehicle_state": ("state", "vehicle"), "engine_state": ("state", "engine")}


@dataclass(frozen=True)
class Text:
    """A value as shown; ``reason`` is set where it is missing."""

    value: str
    reason: str = ""


def here(phrase: Phrase) -> str:
    """The phrase in the page's language."""
    return phrase.text(translation.get_language() or "zh-hans")


def title_of(field: str) -> str:
    """What a column is called."""
    name, scope = _SCOPES.get(field, (field, ""))
    if field in ("alarm_level", "alarm_flags"):
        name, scope = field.removeprefix("alarm_"), "alarms"
    found = words.field(name, scope)
    return here(found)


def unit_of(field: str) -> str:
    return COLUMNS[field].unit if field in COLUMNS else ""


def exact(field: str, value: Any) -> Any:
    """A number with the decimals that the protocol gives it; codes and lists as they are."""
    column = COLUMNS.get(field)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return round(value, column.decimals) if column else value
    if isinstance(value, list):
        return [exact(field, item) for item in value]
    return value


def coarse(field: str, value: Any) -> Any:
    """Positions rounded for readers without the grant for exact ones (and by default for all)."""
    return round(value, COARSE_DECIMALS) if field in POSITION and value is not None else value


def word_of(field: str, code: int) -> str | None:
    """The platform's word for a code, e.g. ``started``; None: the column has no words, or not this."""
    column = COLUMNS.get(field)
    if column is None or not column.choices or column.dtype.startswith("f") or field == "alarm_flags":
        return None
    return column.choices.get(code & GEAR_BITS if field == "gear" else code)


def shown(field: str, value: Any, missing: Mapping[str, int]) -> Text:
    """A value as a page shows it; a dash with the reason where there is none."""
    value = coarse(field, exact(field, value))
    if value is None:
        reason = Reason(missing.get(field, Reason.ABSENT))
        return Text("—", here(words.reason(reason)))
    if field == "alarm_flags":
        return Text(_flags(value))
    if field == "alarm_level":
        return Text(str(value))
    word = word_of(field, value) if isinstance(value, int) else None
    if word is not None:
        name, scope = _SCOPES.get(field, (field, ""))
        return Text(here(words.choice(word, name, scope)))
    column = COLUMNS.get(field)
    if isinstance(value, float) and column is not None:
        decimals = COARSE_DECIMALS if field in POSITION else column.decimals
        return Text(f"{value:.{decimals}f}")
    return Text(str(value))


def _flags(flags: int) -> str:
    names = COLUMNS["alarm_flags"].choices
    found = [
        here(words.alarm_flag(names[bit])) if bit in names else _("位 %(bit)d") % {"bit": bit}
        for bit in range(32)
        if flags >> bit & 1
    ]
    return "、".join(found) if found else _("无")
