"""The sweeper: each point is told of exactly once, whoever dies and however many sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker
from tests.records.clocks_made import started

from voltward.pages.room import REGISTRY
from voltward.records import selectors, services
from voltward.records.actions import write_row
from voltward.records.clock_events import ClockWarning
from voltward.records.events import _LISTENERS, listen
from voltward.records.models import AuditRow, Clock, ClockNews, Maker, Person
from voltward.records.selectors.clocks import point_locked
from voltward.records.services import clock_sweep as sweeping
from voltward.records.services.clock_sweep import clock_sweep, point_reach
from voltward.records.services.clocks import clock_stop

HOUR = timedelta(hours=1)
Reach = Callable[[Person, int, datetime], bool]


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture(autouse=True)
def _forget_listeners() -> Iterator[None]:
    known = list(_LISTENERS[ClockWarning])
    _LISTENERS[ClockWarning].clear()
    yield
    _LISTENERS[ClockWarning][:] = known


def hear(heard: list[ClockWarning]) -> None:
    @listen(ClockWarning)
    def keep(actor: Person, event: ClockWarning) -> None:
        heard.append(event)


@pytest.mark.django_db
def test_warnings_and_lateness_are_told_in_their_time_and_once(operator: Person) -> None:
    heard: list[ClockWarning] = []
    hear(heard)
    clock = started(operator, owner=operator)
    begin = clock.started_at
    told = [clock_sweep(begin + hours * HOUR) for hours in (5, 6, 6, 9, 11, 12, 13)]
    assert told == [0, 1, 0, 1, 1, 1, 0]
    assert [event.point for event in heard] == ["share_50", "share_75", "before_60", "late"]
    last = heard[-1]
    assert (last.is_late, last.clock_id, last.owner_id) == (True, clock.pk, operator.pk)
    assert last.roles == ("incident_desk", "safety_head")
    assert ClockNews.objects.get(pk=last.news_id).clock == clock
    clock.refresh_from_db()
    assert clock.state == "late"
    assert AuditRow.objects.filter(action="clock.sweep").count() == 4


@pytest.mark.django_db
def test_a_clock_that_ended_in_time_is_never_called_late(operator: Person) -> None:
    clock = started(operator)
    clock_stop(operator, clock_id=clock.pk, met=True, proof_text="回执 1")
    assert clock_sweep(timezone.now() + 99 * HOUR) == 0
    clock.refresh_from_db()
    assert clock.state == "met"


@pytest.mark.django_db
def test_a_point_that_a_listener_refuses_stays_and_holds_up_no_other(operator: Person) -> None:
    first, second = started(operator), started(operator, key="2")
    broken = True

    @listen(ClockWarning)
    def refuse(actor: Person, event: ClockWarning) -> None:
        if broken and event.clock_id == first.pk:
            raise ValueError("no channel")

    now = first.started_at + 7 * HOUR
    with pytest.raises(ValueError, match="no channel"):
        clock_sweep(now)
    assert list(ClockNews.objects.values_list("clock", flat=True)) == [second.pk]
    broken = False
    assert clock_sweep(now) == 1
    assert ClockNews.objects.count() == 2


@pytest.mark.django_db
def test_more_points_than_one_batch_are_all_told(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    for number in range(10):
        started(operator, key=str(number))
    assert clock_sweep(timezone.now() + 6 * HOUR) == 10


@pytest.mark.django_db
def test_the_sweeper_runs_by_itself_every_few_seconds() -> None:
    jobs = {job.name: job for job in REGISTRY.jobs()}
    assert jobs["clock-sweep"].every_s <= 5
    assert jobs["clock-sweep"].run() == 0


# ---- a kill between


def told_through(reach: Reach, operator: Person, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a listener's own row is there when the process was killed once just after telling."""
    clock = started(operator, ago=timedelta(hours=7))
    kills = [Killed()]

    @listen(ClockWarning)
    def write(actor: Person, event: ClockWarning) -> None:
        write_row(actor, "test.told", subject=f"{event.clock_id} {event.point}")

    @listen(ClockWarning)
    def die(actor: Person, event: ClockWarning) -> None:
        if kills and reach is point_reach:
            raise kills.pop()

    monkeypatch.setattr(sweeping, "point_reach", reach)
    for _round in range(3):
        try:
            clock_sweep(clock.started_at + 8 * HOUR)
        except Killed:
            continue
    return AuditRow.objects.filter(action="test.told").count()


@pytest.mark.django_db
def test_after_a_kill_between_marking_and_committing_it_is_told_once(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_through(point_reach, operator, monkeypatch) == 1
    assert ClockNews.objects.count() == 1


@pytest.mark.django_db
def test_a_sweeper_that_marks_after_its_commit_is_found_to_tell_twice(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = [Killed()]

    def marks_afterwards(actor: Person, point_id: int, now: datetime) -> bool:
        with transaction.atomic():
            point = point_locked(point_id)
            if point is None:
                return False
            for listener in _LISTENERS[ClockWarning]:
                event = ClockWarning(
                    0, point.clock_id, point.clock.maker_id, point.name, "", "", "", "", now, now,
                    (), None, None,
                )  # fmt: skip
                listener(actor, event)
        if kills:
            raise kills.pop()  # told and committed, not marked yet
        point.reached_at = now
        point.save()
        return True

    assert told_through(marks_afterwards, operator, monkeypatch) == 2


# ---- two processes


@pytest.fixture
def lasting(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clock]:
    """A committed clock, so that two connections see it; taken away by the tables' owner."""
    with django_db_blocker.unblock():
        newest = AuditRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        maker = services.maker_create(selectors.installation(), name="两个进程")
        operator = services.person_create(
            selectors.installation(), login="sweeper-test", display_name="x", maker=maker,
            roles=["monitoring_operator"],
        )  # fmt: skip
        yield started(operator, ago=timedelta(hours=7))
        _taken_away(maker, newest)


def _taken_away(maker: Maker, newest: int) -> None:
    of_clock = f"clock_id IN (SELECT id FROM records_clock WHERE maker_id = {maker.pk})"
    people = f"person_id IN (SELECT id FROM records_person WHERE maker_id = {maker.pk})"
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table, rows in (("auditrow", f"id > {newest}"), ("clocknews", of_clock)):
            cursor.execute(f"ALTER TABLE records_{table} DISABLE TRIGGER append_only")
            cursor.execute(f"ALTER TABLE records_{table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DELETE FROM records_{table} WHERE {rows}")
            cursor.execute(f"ALTER TABLE records_{table} ENABLE TRIGGER append_only")
        cursor.execute("ALTER TABLE records_auditrow FORCE ROW LEVEL SECURITY")
        cursor.execute(f"DELETE FROM records_clockpoint WHERE {of_clock}")
        cursor.execute(f"DELETE FROM records_clock WHERE maker_id = {maker.pk}")
        cursor.execute(f"DELETE FROM records_assignment WHERE {people}")
        cursor.execute(f"DELETE FROM records_person WHERE maker_id = {maker.pk}")
        cursor.execute(f"DELETE FROM records_maker WHERE id = {maker.pk}")
    connections["owner"].close()


def test_two_processes_that_sweep_at_once_tell_once(lasting: Clock) -> None:
    telling, may_end, counts = Event(), Event(), list[int]()

    @listen(ClockWarning)
    def wait(actor: Person, event: ClockWarning) -> None:
        telling.set()
        assert may_end.wait(20)

    def sweep() -> None:
        counts.append(clock_sweep())
        connection.close()

    first = Thread(target=sweep)
    first.start()
    assert telling.wait(20)  # the first holds the point in an open transaction
    try:
        assert clock_sweep() == 0  # the second passes it over and does not wait
    finally:
        may_end.set()
        first.join(20)
    assert counts == [1]
    assert clock_sweep() == 0
    assert ClockNews.objects.filter(clock=lasting).count() == 1


def test_two_processes_that_start_one_clock_at_once_start_one(lasting: Clock) -> None:
    made: list[int] = []
    ready = Event()

    def start() -> None:
        operator = Person.objects.get(login="sweeper-test")
        ready.wait(20)
        made.append(started(operator, key="twice").pk)
        connection.close()

    threads = [Thread(target=start) for _ in range(4)]
    for one in threads:
        one.start()
    ready.set()
    for one in threads:
        one.join(20)
    assert len(made) == 4
    assert len(set(made)) == 1
