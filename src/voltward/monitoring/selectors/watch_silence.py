"""Who is silent for longer than its own habit, and the habits that had to be read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.models import VehicleHabit
from voltward.monitoring.models.watch import SUDDENLY_SILENT
from voltward.monitoring.selectors.watch_fleet import DAY_S, Scene
from voltward.monitoring.selectors.watch_judged import Judged, instant
from voltward.monitoring.watching import NO
from voltward.monitoring.watching.silence import (
    Habit,
    habit_of,
    longest_usual,
    suddenly_silent,
)
from voltward.records.copying import among
from voltward.telemetry.client import Client
from voltward.telemetry.queries.habits import days_with_data

BEIJING_S: Final = 8 * 3600  # ahead of UTC
LONGEST_D: Final = 120.0  # silent for longer: the queue of long absence has it
CODES: Final = (
    "silent.floor_d", "silent.factor", "silent.percentile", "silent.window_d", "silent.least_days",
)  # fmt: skip


@dataclass(frozen=True)
class NewHabit:
    """The habit of vehicle ``i`` of the book before its silence, read now."""

    i: int
    last_day: date
    habit: Habit


def silence_judged(scene: Scene, client: Client) -> tuple[Judged, list[NewHabit]]:
    """Of sold vehicles in use. Only those silent for longer than the shortest limit are looked into, and
    each once in a silence: what a vehicle did before it does not change."""
    limits, book = scene.limits, scene.book
    heard_s = scene.heard_s()
    silent_d = (scene.at_s - heard_s) / DAY_S
    watched = book.in_use & book.sold
    floor_d = limits.value("silent.floor_d")
    asked = watched & (silent_d > floor_d) & (silent_d <= LONGEST_D)
    which = np.flatnonzero(asked)
    last_day = _days(heard_s)
    known = _kept(scene, which, last_day)
    fresh = _read(scene, client, [i for i in which.tolist() if i not in known], last_day)
    habits = {**known, **{one.i: one.habit for one in fresh}}
    gap_d, days = np.full(len(book), np.nan), np.zeros(len(book), np.int64)
    for i, habit in habits.items():
        days[i] = habit.days
        if habit.days >= limits.value("silent.least_days"):
            gap_d[i] = habit.gap_d
    usual_d = longest_usual(gap_d, floor_d=floor_d, factor=limits.value("silent.factor"))
    answer = suddenly_silent(silent_d, usual_d)
    # who sent a short while ago needs no habit to be told from the silent
    answer[~watched | (silent_d <= floor_d)] = NO

    def numbers(i: int) -> dict[str, Any]:
        return {
            "silent_d": round(float(silent_d[i]), 2),
            "usual_d": round(float(usual_d[i]), 2),
            "gap_d": float(gap_d[i]),
            "days": int(days[i]),
            "last_at": instant(heard_s[i]),
        }

    return (
        Judged(
            SUDDENLY_SILENT, answer, silent_d / usual_d, numbers, lambda _i: limits.shown(*CODES)
        ),
        fresh,
    )


def _days(unix_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Beijing days since 1970; 0 for NaN."""
    return np.nan_to_num((unix_s + BEIJING_S) // DAY_S).astype(np.int64)


def _kept(scene: Scene, which: NDArray[np.int64], last_day: NDArray[np.int64]) -> dict[int, Habit]:
    """Habits that an earlier round read, of vehicles that sent nothing since."""
    if not which.size:
        return {}
    of_pk = {int(scene.book.pk[i]): i for i in which.tolist()}
    rows = VehicleHabit.objects.filter(
        among("monitoring_vehiclehabit.vehicle_id", "bigint", list(of_pk)), maker=scene.maker_id
    )
    found: dict[int, Habit] = {}
    for pk, day, days, gap_d in rows.values_list("vehicle", "last_day", "days", "gap_d"):
        i = of_pk[pk]
        if (day - date(1970, 1, 1)).days == last_day[i]:
            found[i] = Habit(days, np.nan if gap_d is None else gap_d)
    return found


def _read(
    scene: Scene, client: Client, which: list[int], last_day: NDArray[np.int64]
) -> list[NewHabit]:
    if not which:
        return []
    window_d = int(scene.limits.value("silent.window_d"))
    percentile = scene.limits.value("silent.percentile")
    begun = scene.at - timedelta(days=LONGEST_D + window_d + 1)
    ids = scene.book.vehicle_id
    found = days_with_data(client, [int(ids[i]) for i in which], begun, scene.at)
    nothing = np.zeros(0, np.int64)
    return [
        NewHabit(
            i,
            date(1970, 1, 1) + timedelta(days=int(last_day[i])),
            habit_of(
                found.get(int(ids[i]), nothing), int(last_day[i]),
                window_d=window_d, percentile=percentile,
            ),
        )
        for i in which
    ]  # fmt: skip
