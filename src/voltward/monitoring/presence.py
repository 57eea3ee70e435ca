"""The fleet as it is now: how many vehicles are online, charging, driving, alarmed, and which."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voltward.fleet.selectors import vehicle_visible
from voltward.monitoring.store import store
from voltward.records.models import Person
from voltward.telemetry.queries.fleet import ONLINE_S
from voltward.telemetry.queries.presence import Presence, presence

FRESH_S = 1.5  # pages renew themselves every two seconds; all readers share one answer
OWNED_FRESH_S = 10.0


@dataclass(frozen=True)
class Fleet:
    """The vehicles of one maker that ever sent. ``at_ms``: when the store was asked, unix ms.

    Charging and driving are of those that send now; an alarm stays until a frame ends it.
    """

    all: Presence
    at_ms: int

    @cached_property
    def _here(self) -> NDArray[np.bool_]:
        return np.asarray(self.all.received_ms > self.at_ms - ONLINE_S * 1000)

    @cached_property
    def sending(self) -> Presence:
        return self.all.only(self._here)

    @cached_property
    def silent(self) -> Presence:
        return self.all.only(~self._here)

    @cached_property
    def charging(self) -> Presence:
        return self.all.only(self._here & self.all.charging)

    @cached_property
    def driving(self) -> Presence:
        return self.all.only(self._here & self.all.driving)

    @cached_property
    def alarmed(self) -> Presence:
        return self.all.only(self.all.alarm_level > 0)


class _Kept:
    """One answer for all readers; who comes while another asks waits for that answer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: tuple[Presence, int] | None = None
        self.asked_s = float("-inf")
        self.owned: dict[int, tuple[float, NDArray[np.uint64]]] = {}

    def forget(self) -> None:
        self.found, self.asked_s = None, float("-inf")
        self.owned.clear()


KEPT = _Kept()


def fleet_now(actor: Person) -> Fleet:
    """The actor's vehicles, at most ``FRESH_S`` old.

    Raises:
        StoreAway: the store does not answer.
    """
    with KEPT.lock:
        now_s = time.monotonic()
        if KEPT.found is None or now_s - KEPT.asked_s > FRESH_S:
            KEPT.found = None
            at_ms = time.time_ns() // 1_000_000
            with store() as client:
                KEPT.found = (presence(client), at_ms)
            KEPT.asked_s = now_s
        found, at_ms = KEPT.found
        owned = _owned(actor, now_s)
    return Fleet(found.only(np.isin(found.vehicle_id, owned)), at_ms)


def _owned(actor: Person, now_s: float) -> NDArray[np.uint64]:
    """Numbers of the vehicles in the books of the actor's maker."""
    key = actor.maker_id or 0
    kept = KEPT.owned.get(key)
    if kept is None or now_s - kept[0] > OWNED_FRESH_S:
        ids = vehicle_visible(actor).order_by().values_list("vehicle_id", flat=True)
        kept = (now_s, np.fromiter(ids, np.uint64))
        KEPT.owned[key] = kept
    return kept[1]
