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
from voltward.frames.editions import INFO_TYPES
from voltward.frames.grammar import Edition, Flags
from voltward.frames.values import Reason
from voltward.frames.words import Phrase

POSITION = ("longitude_deg", "latitude_deg")
COARSE_DECIMALS = 2  # about 1 km: enough for a town, not for a door
GEAR_BITS = 0x0F
DASH = "—"
THERMAL_EVENT = 4  # level of the 2025 edition, table 18
_SCOPES = {"vehicle_state": ("state", "vehicle"), "engine_state": ("state", "engine")}
# What a bit means changed between the editions: a cell became a parallel unit.
_FLAG_NAMES = {
    int(edition): field.bits
    for edition, types in INFO_TYPES.items()
    for info in types.values()
    if info.name == "alarms"
    for field in info.fields
    if isinstance(field, Flags)
}


@dataclass(frozen=True)
class Text:
    """A value as shown; ``reason`` is set where it is missing, ``level`` on an alarm level."""

    value: str
    reason: str = ""
    level: str = ""


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
    if (
        column is None
        or not column.choices
        or column.dtype.startswith("f")
        or field == "alarm_flags"
    ):
        return None
    return column.choices.get(code & GEAR_BITS if field == "gear" else code)


def shown(
    field: str, value: Any, missing: Mapping[str, int], edition: int = int(Edition.Y2025)
) -> Text:
    """A value as a page shows it; a dash with the reason where there is none."""
    value = None if field in missing else coarse(field, exact(field, value))
    if value is None:
        reason = Reason(missing.get(field, Reason.ABSENT))
        return Text(DASH, here(words.reason(reason)))
    if field == "alarm_flags":
        return Text(_flags(value, edition))
    if field == "alarm_level":
        return Text(str(value), level=level_style(value))
    word = word_of(field, value) if isinstance(value, int) else None
    if word is not None:
        name, scope = _SCOPES.get(field, (field, ""))
        return Text(here(words.choice(word, name, scope)))
    column = COLUMNS.get(field)
    if isinstance(value, float) and column is not None:
        decimals = COARSE_DECIMALS if field in POSITION else column.decimals
        return Text(f"{value:.{decimals}f}")
    return Text(str(value))


def level_style(level: int) -> str:
    """The ending of the CSS class of an alarm level; none above the editions' levels."""
    return "thermal" if level == THERMAL_EVENT else str(level) if 0 <= level < THERMAL_EVENT else ""


def level_meaning(level: int) -> str:
    """What the standard says about an alarm level."""
    return here(words.alarm_level(level))


def _flags(flags: int, edition: int) -> str:
    names = _FLAG_NAMES[edition if edition in _FLAG_NAMES else int(Edition.Y2025)]
    found = [
        here(words.alarm_flag(names[bit])) if bit in names else _("位 %(bit)d") % {"bit": bit}
        for bit in range(32)
        if flags >> bit & 1
    ]
    return "、".join(found) if found else _("无")
