"""Deliberately wrong uplinks. Each fault test must fail on the one made for it."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from voltward.uplink.client import PlatformClient
from voltward.uplink.desk import Desk
from voltward.uplink.items import Items, with_outcome
from voltward.uplink.messages import SUCCESS
from voltward.uplink.proof import ACCEPTED
from voltward.uplink.reports import answer_of


class SendsAndForgets(Desk):
    """What was sent counts as accepted: fire and forget."""

    def _hand_over(self, items: Items) -> int:
        count = super()._hand_over(items)
        self.books.pend(with_outcome(self.client._flight.clear(), ACCEPTED))
        return count


class ForgetsTheQueue(Desk):
    """Keeps what is due in memory alone: a restart loses it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        due = self.books.due
        kept: deque[Any] = deque()

        def flush() -> None:
            kept.extend(due._fresh)
            due._fresh, due.waiting = [], 0

        def take() -> Any:
            if kept:
                due._fresh = list(kept)
                kept.clear()
                type(due).flush(due)
            return type(due).take(due)

        due.flush = flush  # type: ignore[method-assign]
        due.take = take  # type: ignore[method-assign]


class TriesForEver(Desk):
    """Sends a refused frame again at once, whatever the platform said."""

    def _is_final(self, item: np.void) -> bool:
        super()._is_final(item)
        hold = self.books.holds.of[int(item["vehicle"])]
        hold.next_s = hold.interval_s = 0.0
        hold.planned_s = -1.0
        return False


class ForgetsReports(Desk):
    """Believes that what it has read of the reports it has also sent."""

    def __post_init__(self) -> None:
        super().__post_init__()
        reports, save = self._reports, self._reports.save

        def saved() -> None:
            reports.open.clear()
            save()

        reports.save = saved  # type: ignore[method-assign]


class AnswersBeforeTheDisk(Desk):
    """Says that feedback was taken, and then tries to keep it."""

    def _hear(self) -> None:
        self.client.output += [answer_of(frame, SUCCESS) for frame in self.client.told]
        super()._hear()


class SendsPlainText(Desk):
    """Logs in as agreed, and then sends vehicles' frames in the clear."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.client._cover.sealed_items = lambda items: items.data  # type: ignore[method-assign]


class _Impatient(PlatformClient):
    @property
    def takes(self) -> bool:
        return self.is_up


class SendsWhileAKeyIsOffered(Desk):
    """Frames go on under the old key before the platform has said that it takes the new one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.client.__class__ = _Impatient


class SealsOnceForAll(Desk):
    """Keeps frames as they were sealed the first time: what goes again goes under the old key."""

    def __post_init__(self) -> None:
        super().__post_init__()
        cover = self.client._cover
        sealed, kept = cover.sealed_items, dict[bytes, bytes]()
        cover.sealed_items = lambda items: kept.setdefault(  # type: ignore[method-assign]
            items.data, sealed(items)
        )


class TellsOfItAfterwards(Desk):
    """Sends a thermal event as level 3, and lets the office know when it is answered."""

    def _tell_lowered(self, items: Items) -> None:
        self._untold = [*getattr(self, "_untold", []), items]

    def _collect(self) -> None:
        if self.client.answered:
            for items in getattr(self, "_untold", []):
                super()._tell_lowered(items)
            self._untold = []
        super()._collect()
