"""Who belongs into a watch queue now: the scene of a round against the limits in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from voltward.findings.hazards.c11 import StandingLimits, long_off_line, over_discharged
from voltward.monitoring.models import Episode
from voltward.monitoring.models.watch import FREQUENT_ALARMS, LONG_OFFLINE, OVER_DISCHARGE
from voltward.monitoring.selectors.watch_fleet import DAY_S, HOUR_S, PRIVATE, Scene
from voltward.monitoring.watching import NO, YES
from voltward.monitoring.watching.alarming import frequent
from voltward.telemetry.client import Client
from voltward.telemetry.queries.parked import CHARGING, STARTED, standing_since

LOOKED_BEFORE_S: Final = 2 * HOUR_S
SELF_DISCHARGE: Final = "standing.self_discharge_pct_per_d"


@dataclass(frozen=True)
class Judged:
    """The answers of one queue for the ``(n,)`` vehicles of a scene's book, or for ``subjects``.

    ``measure``: what the queue is ordered by, larger is worse. ``numbers(i)``, ``limits(i)``: what a
    case of entry ``i`` keeps. ``subjects``: as ``WatchCase.subject``, of a queue of models.
    """

    queue: str
    answer: NDArray[np.int8]
    measure: NDArray[np.float64]
    numbers: Callable[[int], dict[str, Any]]
    limits: Callable[[int], dict[str, Any]]
    subjects: tuple[str, ...] | None = None


def offline_judged(scene: Scene) -> Judged:
    """C.11 b. A vehicle in use that never sent is away since its first day of use."""
    limits, book = scene.limits, scene.book
    heard_s, since_s = scene.heard_s(), np.where(book.since_s > 0, book.since_s, np.nan)
    start_s = np.where(np.isnan(heard_s), since_s, heard_s)
    offline_d = (scene.at_s - start_s) / DAY_S
    private = _is(book.usage, book.usages, PRIVATE)
    codes = ("offline.private_d", "offline.other_d")
    of_model = standing_limits(scene)
    limit_d = np.where(private, of_model.private_days, of_model.other_days)
    answer = long_off_line(offline_d * DAY_S, private, of_model)
    answer[~book.in_use] = NO

    def numbers(i: int) -> dict[str, Any]:
        return {
            "offline_d": round(float(offline_d[i]), 2),
            "limit_d": float(limit_d[i]),
            "last_at": instant(heard_s[i]),
            "since": instant(start_s[i]),
        }

    def of(i: int) -> dict[str, Any]:
        return limits.shown(codes[0] if private[i] else codes[1])

    return Judged(LONG_OFFLINE, answer, offline_d, numbers, of)


def over_discharge_judged(scene: Scene, client: Client) -> Judged:
    """C.11 a, for every vehicle that is not scrapped: it may stand unsold."""
    limits, seen = scene.limits, scene.seen
    soc_pct, data_s = scene.seen_values(seen.soc_pct), scene.data_s()
    discharge = self_discharge(scene)
    of_model = standing_limits(scene)
    off_s = scene.at_s - data_s
    low = over_discharged(soc_pct, discharge, np.full(off_s.size, np.inf), of_model)
    # an off vehicle may go on reporting: then the frames say since when it is off
    still = _still(scene) & (low == YES) & (off_s < of_model.off_s)
    off_s = _off_longer(scene, client, off_s, np.flatnonzero(still), of_model.off_s)
    answer = over_discharged(soc_pct, discharge, off_s, of_model)
    with np.errstate(divide="ignore", invalid="ignore"):
        lasts_d = soc_pct / discharge

    def numbers(i: int) -> dict[str, Any]:
        return {
            "soc_pct": float(soc_pct[i]),
            "self_discharge_pct_per_d": float(discharge[i]),
            "lasts_d": round(float(lasts_d[i]), 2),
            "off_h": round(float(off_s[i]) / HOUR_S, 1),
            "last_at": instant(data_s[i]),
        }

    def of(i: int) -> dict[str, Any]:
        battery = int(scene.book.battery_type[i])
        codes = ("standing.within_d", "standing.least_off_h", SELF_DISCHARGE)
        return limits.shown(*codes, battery_type_id=battery)

    return Judged(OVER_DISCHARGE, answer, -lasts_d, numbers, of)


def standing_limits(scene: Scene) -> StandingLimits:
    """The numbers of C.11 that are in force."""
    value = scene.limits.value
    return StandingLimits(
        days_left=value("standing.within_d"),
        off_s=value("standing.least_off_h") * HOUR_S,
        private_days=value("offline.private_d"),
        other_days=value("offline.other_d"),
    )


def self_discharge(scene: Scene) -> NDArray[np.float64]:
    """Of each vehicle's battery type, %/day; NaN where its maker gave none."""
    own = scene.limits.of_battery.get(SELF_DISCHARGE, {})
    values = {key: row.value for key, row in own.items() if row.value is not None}
    found = np.full(len(scene.book), np.nan)
    for key, value in values.items():
        found[scene.book.battery_type == key] = value
    return found


def _still(scene: Scene) -> NDArray[np.bool_]:
    state = scene.seen_codes(scene.seen.state)
    charging = scene.seen_codes(scene.seen.charging)
    return np.asarray((state != STARTED) & ~np.isin(charging, CHARGING) & scene.has_sent)


def _off_longer(
    scene: Scene,
    client: Client,
    off_s: NDArray[np.float64],
    which: NDArray[np.int64],
    least_s: float,
) -> NDArray[np.float64]:
    """``off_s`` with what the newest frames tell of vehicles that still report."""
    if not which.size:
        return off_s
    ids = scene.book.vehicle_id[which].tolist()
    # a little longer, so that who has stood for just so long has a frame from before
    days = (least_s + LOOKED_BEFORE_S) / DAY_S
    found = standing_since(client, ids, scene.at, days=days, counts_charging=True)
    longer = off_s.copy()
    for i, vehicle in zip(which.tolist(), ids, strict=True):
        if vehicle in found:
            longer[i] = max(longer[i], scene.at_s - found[vehicle].at_s)
    return longer


def alarms_judged(scene: Scene) -> Judged:
    """Against the vehicles of the same model and usage that are in use; see ``watching.alarming``."""
    limits, book = scene.limits, scene.book
    window_d = limits.value("frequent.window_d")
    since = scene.at - timedelta(days=window_d)
    episodes = _episodes(scene, since)
    used_d = np.clip((scene.at_s - book.since_s) / DAY_S, 0, window_d)
    exposure = np.where(book.in_use, used_d / window_d, 0.0)
    found = frequent(
        episodes, exposure, book.model * len(book.usages) + book.usage,
        least_episodes=int(limits.value("frequent.least_episodes")),
        least_peers=int(limits.value("frequent.least_peers")),
        least_ratio=limits.value("frequent.least_ratio"),
        false_share=limits.value("frequent.false_share_pct") / 100,
    )  # fmt: skip
    # one that is no longer in use has left; too few peers is no answer
    answer = np.where(book.in_use, found.answer, NO).astype(np.int8)

    def numbers(i: int) -> dict[str, Any]:
        return {
            "episodes": int(episodes[i]),
            "used_d": round(float(used_d[i]), 1),
            "peers": int(found.peers[i]),
            "expected": round(float(found.expected[i]), 3),
            "ratio": round(float(found.ratio[i]), 2),
            "tail": float(f"{found.tail[i]:.2e}"),
        }

    codes = [code for code in limits.usual if code.startswith("frequent.")]
    return Judged(FREQUENT_ALARMS, answer, found.ratio, numbers, lambda _i: limits.shown(*codes))


def _episodes(scene: Scene, since: datetime) -> NDArray[np.int64]:
    """Episodes in force of each vehicle since then, remarks on data quality left out."""
    rows = Episode.objects.filter(
        maker=scene.maker_id, opened_at__gte=since, opened_at__lt=scene.at, level__gte=1, profile=""
    )
    counts = dict(rows.order_by().values_list("vehicle").annotate(Count("pk")))
    found = np.zeros(len(scene.book), np.int64)
    if counts:
        order = np.argsort(scene.book.pk)
        keys = np.fromiter(counts, np.int64)
        place = np.minimum(np.searchsorted(scene.book.pk[order], keys), max(len(order) - 1, 0))
        place = order[place]
        hit = scene.book.pk[place] == keys
        found[place[hit]] = np.fromiter(counts.values(), np.int64)[hit]
    return found


def _is(codes: NDArray[np.int64], names: list[str], name: str) -> NDArray[np.bool_]:
    return (
        np.asarray(codes == names.index(name)) if name in names else np.zeros(codes.size, np.bool_)
    )


def instant(unix_s: float) -> str | None:
    """As cases keep it; None for NaN."""
    return None if np.isnan(unix_s) else datetime.fromtimestamp(float(unix_s), UTC).isoformat()
