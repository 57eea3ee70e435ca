"""Jobs of the rooms: one process at a time each, and a fault in one ends nothing."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import connection, connections

from voltward.entry import jobs
from voltward.pages.room import Job

pytestmark = pytest.mark.django_db


def test_a_job_runs_and_counts_what_it_did() -> None:
    before = jobs.DONE.labels("test.count")._value.get()
    assert jobs.run_once(Job("test.count", 1.0, lambda: 3)) == 3
    assert jobs.DONE.labels("test.count")._value.get() == before + 3


def test_a_job_that_another_process_runs_is_left_to_it() -> None:
    job = Job("test.alone", 1.0, lambda: pytest.fail("ran twice"))
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", jobs.lock_of(job))
            assert cursor.fetchone() == (True,)
            assert jobs.run_once(job) is None
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", jobs.lock_of(job))
    finally:
        other.close()
    assert jobs.run_once(Job("test.alone", 1.0, lambda: 1)) == 1


def test_the_lock_is_given_back_when_a_job_fails() -> None:
    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        jobs.run_once(Job("test.fails", 1.0, fail))
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            number = jobs.lock_of(Job("test.fails", 1.0, fail))
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", number)
            assert cursor.fetchone() == (True,)
    finally:
        other.close()


def test_a_failing_job_is_tried_again_in_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)  # this test's transaction goes on
    stopping, runs = Event(), []

    def run() -> int:
        runs.append(len(runs))
        if len(runs) == 1:
            raise ZeroDivisionError
        stopping.set()
        return 0

    jobs.follow_one(Job("test.again", 0.0, run), stopping)
    assert runs == [0, 1]
