"""Holidays and make-up working days as the State Council published them, from the chinesecalendar library."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import NamedTuple

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

FIRST_YEAR = 2018  # nothing here was due earlier
_NAMES: dict[str, str] = {one.value: str(one.chinese) for one in Holiday}


class KnownDay(NamedTuple):
    """``works``: a make-up working day (调休上班), else a day off."""

    on: date
    works: bool
    name: str


def source() -> str:
    return f"国务院办公厅节假日安排（chinesecalendar {version('chinesecalendar')}）"


def known_years() -> frozenset[int]:
    return frozenset(day.year for day in holidays if day.year >= FIRST_YEAR)


def known_days(year: int) -> list[KnownDay]:
    """Days of ``year`` that differ from Monday to Friday; a weekend inside a holiday does not."""
    off = [
        KnownDay(day, False, _NAMES.get(name, name))
        for day, name in holidays.items()
        if day.year == year and day.weekday() < 5
    ]
    worked = [
        KnownDay(day, True, _NAMES.get(name, name))
        for day, name in workdays.items()
        if day.year == year
    ]
    return sorted(off + worked)
