"""Which models have so many vehicles with faults or hazards that their batch is to be reviewed.

GB/T 45688-2025 table D.1 row 4 and table D.2 row 3. Judged from the office's books alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Count, Max, Q, QuerySet

from voltward.findings.appendix_d import model_needs_review
from voltward.fleet import states
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Episode, WatchCase
from voltward.monitoring.models.alarms import GRAVE, LEVELS
from voltward.monitoring.models.watch import MODEL_SHARE, SHARE_KINDS
from voltward.monitoring.selectors.watch_fleet import Scene
from voltward.monitoring.selectors.watch_judged import Judged
from voltward.monitoring.watching import NO, UNKNOWN, YES
from voltward.pages.room import Text
from voltward.records.models import Person

HAZARD_RULES: Final = "hazard."
PERIOD: Final = "share.period_d"
FEWEST: Final = "share.fewest_in_use"
# who left use after it happened still tells of the batch: a burnt vehicle must not lower the share
ONCE_IN_USE: Final = (states.IN_USE, states.OFFLINE_CONFIRMED, states.SCRAPPED)
NO_EVENT: Final = ("false", "test")  # verdicts by which nothing happened
LISTED: Final = 200


@dataclass(frozen=True)
class ShareVehicle:
    """A vehicle that counts for a case. ``level``: the highest; ``newest_at``: when it last began."""

    vehicle: Vehicle
    episodes: int
    level: int
    newest_at: datetime

    @property
    def level_title(self) -> Text:
        return dict(LEVELS)[self.level]


def shares_judged(scene: Scene) -> Judged:
    """Each kind for each model of the book; one with too few vehicles in use is not judged."""
    limits, book = scene.limits, scene.book
    period_d, fewest = limits.value(PERIOD), int(limits.value(FEWEST))
    since = scene.at - timedelta(days=period_d)
    in_use = np.bincount(book.model[book.in_use], minlength=len(book.models))
    about = [
        (kind, model, int(number))
        for kind, _title in SHARE_KINDS
        for model, number in zip(book.models, in_use, strict=True)
        if model
    ]
    share_limit = {kind: limits.value(f"share.{kind}_pct") for kind, _title in SHARE_KINDS}
    affected = {
        kind: dict(
            _episodes(scene.maker_id, kind, since, scene.at)
            .order_by().values_list("vehicle__model_name")
            .annotate(Count("vehicle", distinct=True))
        )
        for kind, _title in SHARE_KINDS
    }  # fmt: skip

    def answer(kind: str, model: str, number: int) -> int:
        if number < fewest:
            return UNKNOWN
        found = affected[kind].get(model, 0)
        share_pct = share_limit[kind]
        needed = model_needs_review(found, number, share_pct=share_pct, fewest_in_use=fewest)
        return YES if needed else NO

    def numbers(i: int) -> dict[str, Any]:
        kind, model, number = about[i]
        found = affected[kind].get(model, 0)
        share_pct = round(100 * found / number, 2) if number else None
        return {
            "affected": found,
            "in_use": number,
            "share_pct": share_pct,
            "share_limit_pct": share_limit[kind],
            "period_d": period_d,
            "until": scene.at.isoformat(),
        }

    # how many times the share of its kind: comparable between faults and hazards
    measure = [
        100 * affected[kind].get(model, 0) / max(number, 1) / share_limit[kind]
        for kind, model, number in about
    ]
    return Judged(
        MODEL_SHARE,
        np.array([answer(*one) for one in about], np.int8),
        np.array(measure, np.float64),
        numbers,
        lambda i: limits.shown(PERIOD, f"share.{about[i][0]}_pct", FEWEST),
        subjects=tuple(f"{kind}:{model}" for kind, model, _number in about),
    )


def share_vehicles(actor: Person, case: WatchCase) -> tuple[list[ShareVehicle], int]:
    """The vehicles that counted when a model's case was last judged, the gravest and then the newest
    first, at most ``LISTED``; and how many there are."""
    until = datetime.fromisoformat(case.now["until"])
    since = until - timedelta(days=case.now["period_d"])
    rows = _episodes(case.maker_id, case.kind, since, until)
    of_model = rows.filter(maker=actor.maker, vehicle__model_name=case.model_name)
    told = of_model.order_by().values("vehicle").annotate(
        episodes=Count("pk"), level=Max("level"), newest_at=Max("opened_at")
    )  # fmt: skip
    ordered = told.order_by("-level", "-newest_at", "vehicle")
    shown = list(ordered[:LISTED])
    vehicles = Vehicle.objects.in_bulk([one["vehicle"] for one in shown])
    found = [
        ShareVehicle(vehicles[one["vehicle"]], one["episodes"], one["level"], one["newest_at"])
        for one in shown
    ]
    return found, len(found) if len(found) < LISTED else told.count()


def _episodes(maker_id: int, kind: str, since: datetime, until: datetime) -> QuerySet[Episode]:
    """What counts for a kind: faults of level 3 and above, or hazards, of vehicles once in use."""
    is_hazard = Q(rule__begins=HAZARD_RULES)
    of_kind = is_hazard if kind == "hazard" else ~is_hazard
    rows = Episode.objects.filter(
        of_kind, maker=maker_id, profile="", level__gte=1 if kind == "hazard" else GRAVE,
        opened_at__gte=since, opened_at__lt=until, vehicle__state__in=ONCE_IN_USE,
    )  # fmt: skip
    return rows.exclude(alarm__verdict__in=NO_EVENT)
