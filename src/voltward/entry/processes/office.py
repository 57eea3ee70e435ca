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
    from voltward.entry import (
        downlink_stream,
        finding_stream,
        jobs,
        key_snapshot,
        limit_snapshot,
        link_snapshot,
        newcomers,
        quality_snapshot,
        quality_stream,
        registry,
        report_answers,
        report_stream,
        request_files,
        security_jobs,
        security_stream,
        watchdog_jobs,
    )
    from voltward.pages.room import REGISTRY

    gc.freeze()  # what stands now stays; a burst need not search it for garbage
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    start_http_server(settings.metrics_port, "127.0.0.1")
    keys = key_snapshot.KeySnapshot(
        places.terminal_keys_file(settings), places.terminal_seal_key(settings)
    )
    publish = partial(registry.follow, places.registry_snapshot(settings), stopping, keys.publish)
    security = partial(security_stream.follow, settings, stopping)
    downlink = partial(downlink_stream.follow, settings, stopping)
    requests = partial(request_files.follow, settings, stopping)
    limits = partial(limit_snapshot.follow, limit_snapshot.snapshot_folder(settings.data), stopping)
    key = places.link_key(settings)
    links = partial(link_snapshot.follow, places.links_folder(settings), key, stopping)
    findings = partial(finding_stream.follow, settings, stopping, told)
    quality_limits = partial(quality_snapshot.follow, places.quality_limits(settings), stopping)
    quality = partial(quality_stream.follow, settings, stopping, QUALITY_DAYS.inc)
    following = [
        Thread(target=ending_all, args=(follow, stopping), daemon=True)
        for follow in (
            publish,
            partial(keys.follow, stopping),
            limits,
            links,
            findings,
            security,
            downlink,
            requests,
            quality_limits,
            quality,
            partial(report_stream.follow, settings, stopping),
            partial(report_answers.follow, settings, stopping),
        )
    ]
    for thread in following:
        thread.start()
    own = (*watchdog_jobs.jobs(settings), *security_jobs.jobs(settings))
    working = jobs.follow([*REGISTRY.jobs(), *own], stopping)
    _log.info("office follows", journal=str(places.journal_folder(settings)))
    newcomers.follow(settings, stopping, NEWCOMERS.inc)
    for thread in (*following, *working):
        thread.join(5)


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
