"""The stream behind the alarm centre, and the hub that asks for all who watch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from tests.monitoring.alarms import opened, worse
from tests.monitoring.test_streams import run

from voltward.fleet.models import Vehicle
from voltward.monitoring.alarm_hub import AlarmHub
from voltward.monitoring.models import Alarm
from voltward.monitoring.selectors.alarms import Change, alarm_mark
from voltward.monitoring.ui import alarm_stream
from voltward.monitoring.ui.alarm_stream import Watcher, changes, first_mark, is_welcome, look
from voltward.records.models import Person

AT_ONCE_S = 0.01


def change(number: int, alarm_id: int = 1, **more: Any) -> Change:
    values = {
        "maker_id": 1, "level": 3, "state": "new", "owner_id": None, "is_late": False,
        "is_cleared": False, **more,
    }  # fmt: skip
    return Change(number, alarm_id, **values)


class Database:
    """Rows by alarm, as looks find them; ``faults`` are raised one by one."""

    def __init__(self) -> None:
        self.rows: list[Change] = []
        self.faults: list[Exception] = []
        self.asked: list[int] = []
        self.mark = 10

    async def look(self, since: int) -> tuple[list[Change], int]:
        self.asked.append(since)
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        return list(self.rows), self.mark

    async def first_mark(self) -> int:
        return self.mark


async def until_news(waiting: asyncio.Queue[Any]) -> Any:
    while True:
        news = await asyncio.wait_for(waiting.get(), 60)
        if news.changes or news.away or news.fault:
            return news


@run
async def test_a_hundred_watchers_cost_one_question() -> None:
    database = Database()
    hub = AlarmHub(database.look, database.first_mark, every_s=3600)
    watchers = [hub.watching() for _ in range(100)]
    queues = [await one.__aenter__() for one in watchers]
    await asyncio.gather(*(asyncio.wait_for(one.get(), 60) for one in queues))
    assert hub.looks == 1
    for one in watchers:
        await one.__aexit__(None, None, None)
    assert hub._task is None


@run
async def test_what_is_given_again_while_a_long_transaction_runs_is_told_once() -> None:
    database = Database()
    hub = AlarmHub(database.look, database.first_mark, AT_ONCE_S)
    async with hub.watching() as waiting:
        database.rows = [change(7)]
        assert (await until_news(waiting)).changes == (change(7),)
        database.rows = [change(6, 2), change(7)]  # its transaction took longer
        assert (await until_news(waiting)).changes == (change(6, 2),)
        database.rows = [change(6, 2), change(8)]
        assert (await until_news(waiting)).changes == (change(8),)


@run
async def test_an_absent_database_is_said_and_nothing_is_missed() -> None:
    database = Database()
    hub = AlarmHub(database.look, database.first_mark, AT_ONCE_S)
    async with hub.watching() as waiting:
        await waiting.get()
        database.faults = [OperationalError()]
        database.mark, database.rows = 99, [change(9)]
        assert (await until_news(waiting)).away
        assert (await until_news(waiting)).changes == (change(9),)
    assert database.asked[:3] == [10, 10, 10]


@run
async def test_a_fault_of_ours_ends_the_streams_instead_of_hanging_them() -> None:
    database = Database()
    database.faults = [ZeroDivisionError()]
    hub = AlarmHub(database.look, database.first_mark, AT_ONCE_S)
    async with hub.watching() as waiting:
        assert isinstance((await until_news(waiting)).fault, ZeroDivisionError)
    async with hub.watching() as waiting:
        database.rows = [change(1)]
        assert (await until_news(waiting)).changes


@run
async def test_a_watcher_who_does_not_listen_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voltward.monitoring.alarm_hub.MOST_WAITING", 2)
    database = Database()
    hub = AlarmHub(database.look, database.first_mark, 0)
    async with hub.watching() as waiting:
        while hub._watchers:
            await asyncio.sleep(AT_ONCE_S)
        last = [waiting.get_nowait() for _ in range(waiting.qsize())][-1]
        assert isinstance(last.fault, OverflowError)


# ---- the stream, with the database


def said(chunk: bytes) -> tuple[str, Any, str]:
    """Name, data and mark of an event."""
    lines = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
    return lines["event"], json.loads(lines["data"]), lines.get("id", "")


async def next_said(stream: AsyncIterator[bytes], name: str) -> tuple[Any, str]:
    async def wait() -> tuple[Any, str]:
        async for chunk in stream:
            kind, data, mark = said(chunk)
            if kind == name:
                return data, mark
        raise AssertionError(f"the stream ended without {name}")

    return await asyncio.wait_for(wait(), 60)


@pytest.fixture
def watcher(as_operator: Client, operator: Person) -> Watcher:
    key = as_operator.session.session_key
    assert key is not None
    return Watcher(operator, None, "zh-hans", key, SessionStore, "alarm.read")


@pytest.fixture(autouse=True)
def in_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks the database does so in the test's own transaction."""

    async def here(work: Any) -> Any:
        from asgiref.sync import sync_to_async

        return await sync_to_async(work)()

    monkeypatch.setattr(alarm_stream, "in_thread", here)


async def asked(work: Any, *arguments: Any, **named: Any) -> Any:
    from asgiref.sync import sync_to_async

    return await sync_to_async(work)(*arguments, **named)


def beside(test: Any) -> Any:
    from functools import wraps

    from asgiref.sync import async_to_sync

    @wraps(test)
    def running(*arguments: Any, **named: Any) -> None:
        async_to_sync(test)(*arguments, **named)

    return running


def hub() -> AlarmHub:
    return AlarmHub(look, first_mark, AT_ONCE_S)


@pytest.mark.django_db
@beside
async def test_opened_worse_and_claimed_are_told_in_their_order(
    watcher: Watcher, vehicle: Vehicle, operator: Person
) -> None:
    stream = changes(watcher, hub=hub(), alive_every_s=3600)
    assert (await next_said(stream, "alive"))[0] == {"calling": []}
    alarm = await asked(opened, vehicle, level=2)
    first, _mark = await next_said(stream, "changed")
    assert (first["id"], first["level"], first["calls"]) == (alarm.pk, 2, False)
    await asked(worse, alarm, 4)
    second, _mark = await next_said(stream, "changed")
    assert (second["level"], second["calls"], second["thermal"]) == (4, True, True)
    await asked(Alarm.objects.filter(pk=alarm.pk).update, state="claimed", owner=operator)
    third, mark = await next_said(stream, "changed")
    assert (third["state"], third["calls"]) == ("claimed", False)
    assert first["change"] < second["change"] < third["change"]
    assert mark.isdecimal()
    await stream.aclose()


@pytest.mark.django_db
@beside
async def test_what_happened_while_the_stream_was_broken_comes_after_it(
    watcher: Watcher, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    mark = await asked(alarm_mark)
    mine = await asked(opened, vehicle, level=3)
    await asked(opened, other_vehicle, level=3)
    back = Watcher(
        watcher.person, mark, "zh-hans", watcher.session_key, SessionStore, watcher.grant
    )
    stream = changes(back, hub=hub(), alive_every_s=3600)
    calling, no_mark = await next_said(stream, "alive")
    assert [one["id"] for one in calling["calling"]] == [mine.pk]
    assert no_mark == ""  # it would make what follows be missed
    told, new_mark = await next_said(stream, "changed")
    assert told["id"] == mine.pk
    assert int(new_mark) >= mark
    await stream.aclose()


@pytest.mark.django_db
@beside
async def test_a_page_that_was_away_for_very_long_asks_for_its_rows_anew(
    watcher: Watcher, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm_stream, "MOST_MISSED", 1)
    for rule in ("cell.spread", "soc.jump", "insulation.low"):
        await asked(opened, vehicle, rule=rule)
    back = Watcher(watcher.person, 0, "zh-hans", watcher.session_key, SessionStore, watcher.grant)
    stream = changes(back, hub=hub(), alive_every_s=3600)
    _data, mark = await next_said(stream, "stale")
    assert mark.isdecimal()
    await stream.aclose()


@pytest.mark.django_db
@beside
async def test_silence_is_broken_with_all_that_calls(watcher: Watcher, vehicle: Vehicle) -> None:
    stream = changes(watcher, hub=hub(), alive_every_s=0)
    await next_said(stream, "alive")
    alarm = await asked(opened, vehicle, level=3)
    while True:
        told, _mark = await next_said(stream, "alive")
        if told["calling"]:
            break
    assert told["calling"][0]["id"] == alarm.pk
    await stream.aclose()


@pytest.mark.django_db
def test_a_watcher_is_welcome_only_while_the_page_would_be_shown(
    watcher: Watcher, operator: Person
) -> None:
    assert is_welcome(watcher)
    operator.assignments.all().delete()
    assert not is_welcome(watcher)
