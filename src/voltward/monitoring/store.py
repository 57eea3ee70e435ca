"""How this room asks the telemetry store: its failures become one refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse_connect.driver.exceptions import ClickHouseError

from voltward.base.errors import Refused
from voltward.monitoring.ports import ports
from voltward.telemetry.client import Client

QUIET_S = 1.0


class StoreAway(Refused):
    """The telemetry store does not answer; frames go on being kept meanwhile."""

    code = "store_away"


AWAY = frozenset({StoreAway.code, "store_not_there"})


class Outage:
    """Remembers a failure for a moment: a page asks several times, and each may wait for long."""

    def __init__(self) -> None:
        self._until_s = float("-inf")

    def check(self) -> None:
        """
        Raises:
            StoreAway: it failed within the last ``QUIET_S`` seconds.
        """
        if time.monotonic() < self._until_s:
            raise StoreAway("the telemetry store did not answer a moment ago")

    def began(self) -> None:
        self._until_s = time.monotonic() + QUIET_S

    def ended(self) -> None:
        self._until_s = float("-inf")


OUTAGE = Outage()


@contextmanager
def store() -> Iterator[Client]:
    """A client for the questions inside.

    Raises:
        StoreAway: not started, not reachable, or it failed at the question.
    """
    OUTAGE.check()
    try:
        yield ports().client()
    except (ClickHouseError, OSError) as error:
        OUTAGE.began()
        raise StoreAway(f"the telemetry store does not answer ({type(error).__name__})") from error
    except Refused as refusal:
        if refusal.code not in AWAY:
            raise
        raise StoreAway(str(refusal)) from refusal
