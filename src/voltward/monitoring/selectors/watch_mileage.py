"""How far vehicles with frequent alarms drove, and so how many alarms came on 1,000 km."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.monitoring.selectors.watch_fleet import Scene
from voltward.monitoring.selectors.watch_judged import Judged
from voltward.monitoring.store import StoreAway, store
from voltward.monitoring.watching import YES
from voltward.telemetry.queries.mileage import driven_km


def with_mileage(scene: Scene, judged: Judged) -> Judged:
    """The same answers, with mileage and alarms per 1,000 km among the numbers where they are known.

    They decide nothing: without the store, or without an odometer, the numbers come without them.
    """
    which = np.flatnonzero(judged.answer == YES)
    driven = _driven(scene, which) if which.size else {}

    def numbers(i: int) -> dict[str, Any]:
        found = judged.numbers(i)
        km = driven.get(int(scene.book.vehicle_id[i]), 0.0)
        if km <= 0:
            return found
        return {
            **found,
            "driven_km": round(km, 1),
            "per_1000_km": round(1000 * found["episodes"] / km, 2),
        }

    return replace(judged, numbers=numbers)


def _driven(scene: Scene, which: NDArray[np.int64]) -> dict[int, float]:
    since = scene.at - timedelta(days=scene.limits.value("frequent.window_d"))
    vehicles = scene.book.vehicle_id[which].tolist()
    try:
        with store() as client:
            return driven_km(client, vehicles, since, scene.at)
    except StoreAway:
        return {}
