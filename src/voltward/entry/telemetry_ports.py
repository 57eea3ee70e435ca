"""Hands the vehicle side to the pages: store, online sessions, processor status, raw frames, the demo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache, partial, wraps
from threading import Lock
from typing import ParamSpec, TypeVar

import numpy as np

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.fleet.current_sign import Series
from voltward.gateway.online import OnlineSession, read_online
from voltward.journal.errors import JournalError
from voltward.monitoring.ports import FramesUnreadable, Ports
from voltward.monitoring.store import store
from voltward.simulator.demo import FIRE_VIN, fire_again
from voltward.telemetry.archive.parquet import ArchiveDamaged
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.status import Status, read_status
from voltward.telemetry.queries import history
from voltward.telemetry.raw import RawFrames, RawPlaces
from voltward.watchdog import status as watchdog_status
from voltward.watchdog.availability import read_month

P = ParamSpec("P")
Found = TypeVar("Found")
JUDGED_ROWS = 50_000  # more rows than that come thinned, and are of no use for a trend
ANSWER_WITHIN_S = 20  # a page that waits longer says that the store is away


class _Clients:
    """One client for all threads; a new one when the store has come back under another address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._client: Client | None = None
        self._address = ""

    def __call__(self) -> Client:
        address = places.store_address(self._settings)
        with self._lock:
            if self._client is None or self._address != address:
                self._client = places.store_client(self._settings, timeout_s=ANSWER_WITHIN_S)
                self._address = address
            return self._client


def ports_of(settings: Settings) -> Ports:
    """Made once per process; nothing is opened before the first page asks."""
    raw = _raw_frames(settings)
    return Ports(
        client=_Clients(settings),
        online=partial(_online, settings),
        status=partial(_status, settings),
        frames=_readable(lambda vin, start, end, limit: raw().of(vin, start, end, limit)),
        frame_at=_readable(lambda position: raw().at(position)),
        frame_of_row=_readable(lambda stream, position: raw().of_row(stream, position)),
        fire_again=partial(fire_again, settings.data / "run") if settings.demo else None,
        fire_vin=FIRE_VIN if settings.demo else "",
        watchdog=partial(watchdog_status.read_status, places.watchdog_status(settings)),
        availability=partial(read_month, places.availability_folder(settings)),
    )


def _readable(read: Callable[P, Found]) -> Callable[P, Found]:
    """``read``, whose failures the pages understand."""

    @wraps(read)
    def reading(*arguments: P.args, **named: P.kwargs) -> Found:
        try:
            return read(*arguments, **named)
        except (JournalError, ArchiveDamaged, OSError) as error:
            raise FramesUnreadable(f"{type(error).__name__}: {error}") from error

    return reading


def _online(settings: Settings) -> Sequence[OnlineSession]:
    return read_online(places.journal_folder(settings))


def _status(settings: Settings) -> Status | None:
    return read_status(places.processor_status(settings))


def _raw_frames(settings: Settings) -> Callable[[], RawFrames]:
    @lru_cache(maxsize=1)
    def make() -> RawFrames:
        return RawFrames(
            RawPlaces(
                journal=places.journal_folder(settings),
                archive=places.archive_folder(settings),
                vehicle_key=places.vehicle_key(settings),
                journal_keys=places.journal_keys(settings),
            )
        )

    return make


def series_of(vehicle_id: int, start: datetime, stop: datetime) -> Series:
    """Total current and SOC of a vehicle, row by row.

    Raises:
        StoreAway: the store does not answer.
    """
    fields = ("total_current_a", "soc_pct")
    with store() as client:
        found = history(
            client, vehicle_id, start, stop, fields, JUDGED_ROWS, read_whole=JUDGED_ROWS
        )
    current, soc = (found.series[name] for name in fields)
    if found.bucket_s or len(current.at) != len(soc.at):
        return Series(*(np.empty(0) for _ in range(3)))
    return Series(current.at.astype(np.float64), current.values, soc.values)
