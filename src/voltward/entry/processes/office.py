"""``voltward office``: news between the two halves. The registry goes out, newly seen vehicles come in."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter, start_http_server

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.office import begin_django
from voltward.entry.processes.logs import begin_log

if TYPE_CHECKING:  # Django is not ready while this module is loaded
    from voltward.monitoring.services.intake import Taken

NEWCOMERS = Counter("voltward_office_newcomers_total", "Vehicles admitted as seen but not on file")
EPISODES = Counter("voltward_office_episodes_total", "Episodes taken from the findings")
QUALITY_DAYS = Counter(
    "voltward_office_quality_days_total", "Days of vehicles brought in or renewed"
)
ALARMS = Counter("voltward_office_alarms_total", "Alarms opened on the desk")
_log = structlog.get_logger("voltward.office")


def run_office(settings: Settings) -> None:
    """Follow both directions until SIGTERM; a database that is away only makes them wait."""
    begin_log(settings.log_level)
    begin_django()
    from voltward.entry import demo_link, jobs, newcomers, security_jobs, watchdog_jobs
    from voltward.pages.room import REGISTRY

    gc.freeze()  # what stands now stays; a burst need not search it for garbage
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    start_http_server(settings.metrics_port, "127.0.0.1")
    following = [
        Thread(target=ending_all, args=(follow, stopping), daemon=True)
        for follow in (*_going_out(settings, stopping), *_coming_in(settings, stopping))
    ]
    for thread in following:
        thread.start()
    own = (*watchdog_jobs.jobs(settings), *security_jobs.jobs(settings), *demo_link.jobs(settings))
    working = jobs.follow([*REGISTRY.jobs(), *own], stopping)
    _log.info("office follows", journal=str(places.journal_folder(settings)))
    newcomers.follow(settings, stopping, NEWCOMERS.inc)
    for thread in (*following, *working):
        thread.join(5)


def _going_out(settings: Settings, stopping: Event) -> list[Callable[[], None]]:
    """What the office tells the vehicle side: vehicles, keys, limits, links."""
    from voltward.entry import (
        key_snapshot,
        limit_snapshot,
        link_snapshot,
        quality_snapshot,
        registry,
    )

    keys = key_snapshot.KeySnapshot(
        places.terminal_keys_file(settings), places.terminal_seal_key(settings)
    )
    limits, key = limit_snapshot.snapshot_folder(settings.data), places.link_key(settings)
    return [
        partial(registry.follow, places.registry_snapshot(settings), stopping, keys.publish),
        partial(keys.follow, stopping),
        partial(limit_snapshot.follow, limits, stopping),
        partial(link_snapshot.follow, places.links_folder(settings), key, stopping),
        partial(quality_snapshot.follow, places.quality_limits(settings), stopping),
    ]


def _coming_in(settings: Settings, stopping: Event) -> list[Callable[[], None]]:
    """What the vehicle side tells the office, but for vehicles seen for the first time."""
    from voltward.entry import (
        downlink_stream,
        finding_stream,
        quality_stream,
        report_answers,
        report_stream,
        request_files,
        security_stream,
    )

    return [
        partial(finding_stream.follow, settings, stopping, told),
        partial(security_stream.follow, settings, stopping),
        partial(downlink_stream.follow, settings, stopping),
        partial(request_files.follow, settings, stopping),
        partial(quality_stream.follow, settings, stopping, QUALITY_DAYS.inc),
        partial(report_stream.follow, settings, stopping),
        partial(report_answers.follow, settings, stopping),
    ]


def told(taken: Taken) -> None:
    """Count what came from the stream of findings."""
    EPISODES.inc(taken.episodes)
    ALARMS.inc(taken.alarms)


def ending_all(follow: Callable[[], None], stopping: Event) -> None:
    """Run ``follow``; should a fault of ours end it, the process ends too and is started anew."""
    try:
        follow()
    finally:
        stopping.set()
