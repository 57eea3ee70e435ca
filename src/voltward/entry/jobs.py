"""Work that the office process does by itself: each room's jobs, one process at a time per job."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from threading import Event, Thread

import structlog
from django.db import connection
from prometheus_client import Counter, Gauge

from voltward.base.right_of_way import FINDINGS
from voltward.pages.room import Job

DONE = Counter("voltward_job_done_total", "Rows a job worked off", ["job"])
FAILED = Counter("voltward_job_failed_total", "Runs of a job that failed", ["job"])
LAST = Gauge("voltward_job_last_run_timestamp_seconds", "When a job last ended well", ["job"])
_LOCKS = 0x766F6C74  # "volt": our part of PostgreSQL's space of advisory locks
_log = structlog.get_logger("voltward.jobs")


def follow(jobs: Sequence[Job], stopping: Event) -> list[Thread]:
    """Start every job; threads that end soon after ``stopping`` is set."""
    threads = [
        Thread(target=follow_one, args=(job, stopping), name=job.name, daemon=True) for job in jobs
    ]
    for thread in threads:
        thread.start()
    return threads


def follow_one(job: Job, stopping: Event) -> None:
    """Run a job again and again until ``stopping`` is set."""
    due = time.monotonic()
    while not stopping.wait(max(0.0, due - time.monotonic())):
        FINDINGS.give()
        due = time.monotonic() + job.every_s
        try:
            run_once(job)
        except Exception as error:  # the next round tries again; the figures tell
            FAILED.labels(job.name).inc()
            _log.error("job failed", job=job.name, error=str(error), exc_info=True)
        finally:
            connection.close()


def run_once(job: Job) -> int | None:
    """Run a job now; None: another process runs it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock_of(job))
        if not cursor.fetchone()[0]:
            return None
    try:
        done = job.run()
    finally:
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock_of(job))
    DONE.labels(job.name).inc(done)
    LAST.labels(job.name).set_to_current_time()
    return done


def lock_of(job: Job) -> tuple[int, int]:
    """The advisory lock that a running job holds."""
    return _LOCKS, zlib.crc32(job.name.encode()) - (1 << 31)
