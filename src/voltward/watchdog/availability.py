"""Minutes that each stage was watched and stopped: a small file a day, summed by the month (R35)."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from voltward.base.durable import replace_durably
from voltward.base.units import BEIJING

VERSION = 1


@dataclass(slots=True)
class Counted:
    """Seconds of one stage in one stretch. What was not watched is neither up nor down."""

    watched_s: float = 0.0
    down_s: float = 0.0

    @property
    def up_share(self) -> float | None:
        """None: never watched."""
        return None if self.watched_s <= 0 else 1 - min(1.0, self.down_s / self.watched_s)


Day = dict[str, Counted]


@dataclass
class Ledger:
    """Adds seconds to the day they belong to (Beijing's) and keeps them in ``folder``."""

    folder: Path
    _day: date | None = None
    _counted: Day = field(default_factory=dict)

    def add(self, stage: str, at_s: float, *, watched_s: float, down_s: float) -> None:
        """``at_s``: unix seconds; a stretch over midnight counts for the day it ends in."""
        self._turn(day_of(at_s))
        one = self._counted.setdefault(stage, Counted())
        one.watched_s += watched_s
        one.down_s = min(one.watched_s, one.down_s + down_s)

    def save(self) -> None:
        """
        Raises:
            OSError: the disk; what is counted stays in memory for the next try.
        """
        if self._day is not None:
            write_day(self.folder, self._day, self._counted)

    def _turn(self, day: date) -> None:
        if day == self._day:
            return
        self.save()
        self._day, self._counted = day, read_day(self.folder, day)


def day_of(at_s: float) -> date:
    return datetime.fromtimestamp(at_s, BEIJING).date()


def write_day(folder: Path, day: date, counted: Mapping[str, Counted]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stages = {
        name: {"watched_s": round(one.watched_s, 1), "down_s": round(one.down_s, 1)}
        for name, one in sorted(counted.items())
    }
    body = {"v": VERSION, "day": day.isoformat(), "stages": stages}
    replace_durably(_path(folder, day), json.dumps(body, indent=1).encode() + b"\n")


def read_day(folder: Path, day: date) -> Day:
    """Empty where nothing was kept, or nothing that can be read."""
    try:
        stages = json.loads(_path(folder, day).read_bytes())["stages"]
        return {
            name: Counted(float(one["watched_s"]), float(one["down_s"]))
            for name, one in stages.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def days_of_month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]


def read_month(folder: Path, year: int, month: int) -> dict[date, Day]:
    """Every day of the month that was watched at all."""
    found = {day: read_day(folder, day) for day in days_of_month(year, month)}
    return {day: counted for day, counted in found.items() if counted}


def summed(days: Iterable[Day]) -> Day:
    total: Day = {}
    for day in days:
        for stage, one in day.items():
            sum_of = total.setdefault(stage, Counted())
            sum_of.watched_s += one.watched_s
            sum_of.down_s += one.down_s
    return total


def elapsed_s(year: int, month: int, now: datetime) -> float:
    """Seconds of the month that have passed by ``now``."""
    start = datetime(year, month, 1, tzinfo=BEIJING)
    end = start + timedelta(days=calendar.monthrange(year, month)[1])
    return max(0.0, (min(now, end) - start).total_seconds())


def _path(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.json"
