"""Asks the store which vehicles' data came again, for the list of security events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.exchange.services.replays import replays_take
from voltward.pages.room import Job
from voltward.records.selectors import installation
from voltward.telemetry.queries.refusals import replays

EVERY_S: Final = 30.0
LOOK_BACK: Final = timedelta(days=2)  # what is known already changes nothing


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Away from the store it waits for the next round, as every job does."""
    return (Job("security-replays", EVERY_S, lambda: take(settings)),)


def take(settings: Settings) -> int:
    """
    Raises:
        StoreNotThere: no store serves the data folder.
    """
    client = places.store_client(settings, timeout_s=20)
    try:
        found = replays(client, datetime.now(UTC) - LOOK_BACK)
    finally:
        client.close()
    return replays_take(installation(), replays=found) if found else 0
