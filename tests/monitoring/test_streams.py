"""The stream behind the live page, and the hub that asks for all who watch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import AsyncClient, Client
from tests.monitoring.car import NOON, report
from tests.monitoring.conftest import Session, Surroundings

from voltward.fleet.models import Vehicle
from voltward.monitoring.hub import LOOK_EVERY_S, Hub, Sight
from voltward.monitoring.store import StoreAway
from voltward.monitoring.ui import streams
from voltward.monitoring.ui.streams import Viewer, is_welcome, look, states
from voltward.records import selectors, services
from voltward.records.models import Person
from voltward.telemetry.queries import LatestState

AT_ONCE_S = 0.01


def said(chunk: bytes) -> tuple[str, Any]:
    name, data = chunk.decode().strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def run(test: Any) -> Any:
    """In an event loop of its own."""

    @wraps(test)
    def running(*arguments: Any, **named: Any) -> None:
        asyncio.run(test(*arguments, **named))

    return running


def run_beside_the_database(test: Any) -> Any:
    """So that what asks the database does so in this thread, inside the test's transaction."""

    @wraps(test)
    def running(*arguments: Any, **named: Any) -> None:
        async_to_sync(test)(*arguments, **named)

    return running


async def next_said(stream: AsyncIterator[bytes], name: str) -> Any:
    """The next event of that name; fails when none comes."""

    async def wait() -> Any:
        async for chunk in stream:
            kind, data = said(chunk)
            if kind == name:
                return data
        raise AssertionError(f"the stream ended without {name}")

    return await asyncio.wait_for(wait(), 60)


@pytest.fixture
def viewer(as_operator: Client, vehicle: Vehicle) -> Viewer:
    key = as_operator.session.session_key
    assert key is not None
    return Viewer(vehicle, "zh-hans", UTC, key, SessionStore, "telemetry.read")


# ---- the hub, with a store of its own


def state(vehicle_id: int, number: int) -> LatestState:
    at = NOON + timedelta(seconds=number)
    return LatestState(vehicle_id, at, at, 2016, 2, 0, 1, number, 1, {}, {})


class Looked:
    """Answers looks; each ``tick`` lets one through. ``faults`` are raised one by one."""

    def __init__(self) -> None:
        self.asked: list[frozenset[int]] = []
        self.faults: list[Exception] = []

    async def __call__(self, ids: frozenset[int]) -> Mapping[int, LatestState]:
        self.asked.append(ids)
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        return {one: state(one, len(self.asked)) for one in ids}


@run
async def test_many_watchers_share_one_look() -> None:
    looked = Looked()
    hub = Hub(looked, every_s=3600)
    watchers = [hub.watch(7) for _ in range(50)]
    sights = await asyncio.gather(*(anext(one) for one in watchers))
    assert hub.looks <= 2  # the first may have begun before the last came
    assert len({id(sight) for sight in sights}) <= 2
    for one in watchers:
        await one.aclose()


@run
async def test_a_new_watcher_need_not_wait_for_the_next_look() -> None:
    hub = Hub(Looked(), every_s=3600)
    first, second = hub.watch(1), hub.watch(2)
    await anext(first)

    async def seen() -> Sight:
        async for sight in second:
            if 2 in sight.states:
                return sight
        raise AssertionError

    assert set((await asyncio.wait_for(seen(), 60)).states) == {1, 2}
    await first.aclose()
    await second.aclose()


@run
async def test_nobody_watching_nothing_is_asked() -> None:
    looked = Looked()
    hub = Hub(looked, every_s=AT_ONCE_S)
    watcher = hub.watch(1)
    for _ in range(3):
        await anext(watcher)
    await watcher.aclose()
    asked = len(looked.asked)
    await asyncio.sleep(20 * AT_ONCE_S)
    assert len(looked.asked) == asked
    assert hub._task is None


@run
async def test_an_absent_store_keeps_what_was_seen_and_comes_back() -> None:
    looked = Looked()
    hub = Hub(looked, every_s=AT_ONCE_S)
    watcher = hub.watch(1)
    first = await anext(watcher)
    looked.faults = [StoreAway("away")]
    away = await anext(watcher)
    back = await anext(watcher)
    assert (first.away, away.away, back.away) == (False, True, False)
    assert away.states == first.states
    await watcher.aclose()


@run
async def test_a_fault_of_ours_ends_the_streams_instead_of_hanging_them() -> None:
    looked = Looked()
    looked.faults = [ZeroDivisionError()]
    hub = Hub(looked, every_s=AT_ONCE_S)
    watcher = hub.watch(1)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(anext(watcher), 60)
    again = hub.watch(1)
    assert (await asyncio.wait_for(anext(again), 60)).states
    await again.aclose()


@run
async def test_a_message_is_made_once_for_all_of_one_language() -> None:
    sight = Sight({})
    made: list[str] = []

    async def make() -> str:
        made.append("zh")
        await asyncio.sleep(0)
        return "said"

    found = await asyncio.gather(*(sight.once("zh", make) for _ in range(5)))
    assert (found, made) == (["said"] * 5, ["zh"])


# ---- the stream, with a real store and database


async def put(around: Surroundings, *frames: bytes) -> None:
    await asyncio.to_thread(around.put, *frames)


@pytest.mark.django_db
@run
async def test_each_new_frame_is_pushed_once(viewer: Viewer, around: Surroundings) -> None:
    vin = viewer.vehicle.vin
    await put(around, report(vin, soc_pct=60, dcdc=None))
    stream = states(viewer, hub=Hub(look, AT_ONCE_S), check_every_s=3600, alive_every_s=3600)
    first = await next_said(stream, "state")
    assert first["collected_at_ms"] == int(NOON.timestamp() * 1000)
    assert first["texts"]["soc_pct"] == {"value": "60", "reason": "", "level": ""}
    assert first["texts"]["dcdc"] == {"value": "—", "reason": "无效", "level": ""}
    assert first["points"]["total_voltage_v"] == 350.1
    assert "单体电压" in first["tables"]
    assert abs(first["now_ms"] / 1000 - datetime.now(UTC).timestamp()) < 3600
    await put(around, report(vin, NOON + timedelta(seconds=10), soc_pct=59))
    second = await next_said(stream, "state")
    assert second["texts"]["soc_pct"]["value"] == "59"
    await stream.aclose()


@pytest.mark.django_db
@run
async def test_the_stream_survives_an_absent_store(viewer: Viewer, around: Surroundings) -> None:
    await put(around, report(viewer.vehicle.vin))
    stream = states(viewer, hub=Hub(look, AT_ONCE_S), check_every_s=3600, alive_every_s=3600)
    await next_said(stream, "state")
    around.is_away = True
    around.forget()
    assert "遥测存储暂不可用" in (await next_said(stream, "trouble"))["text"]
    around.is_away = False
    around.forget()
    await next_said(stream, "alive")  # nothing new, but back
    await put(around, report(viewer.vehicle.vin, NOON + timedelta(seconds=10)))
    assert (await next_said(stream, "state"))["texts"]["collected_at"]["value"].endswith(":10")
    await stream.aclose()


@pytest.mark.django_db
@run
async def test_silence_is_broken_by_a_sign_of_life(viewer: Viewer, around: Surroundings) -> None:
    stream = states(viewer, hub=Hub(look, AT_ONCE_S), check_every_s=3600, alive_every_s=AT_ONCE_S)
    assert (await next_said(stream, "alive"))["now_ms"] > 0
    await stream.aclose()


@pytest.mark.django_db
@run
async def test_each_event_says_whether_the_vehicle_is_logged_in(
    viewer: Viewer, around: Surroundings
) -> None:
    stream = states(viewer, hub=Hub(look, AT_ONCE_S), check_every_s=3600, alive_every_s=0)
    assert (await next_said(stream, "alive"))["online"] == {"state": "offline", "text": "离线"}
    around.sessions = [Session(viewer.vehicle.vin, datetime.now(UTC))]
    await next_said(stream, "alive")
    assert (await next_said(stream, "alive"))["online"] == {"state": "online", "text": "在线"}
    await stream.aclose()


@pytest.mark.django_db
@run
async def test_the_stream_ends_when_its_viewer_is_no_longer_welcome(
    viewer: Viewer, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, True, False])
    monkeypatch.setattr(streams, "is_welcome", lambda viewer: next(answers))
    stream = states(viewer, hub=Hub(look, AT_ONCE_S), check_every_s=0, alive_every_s=0)
    assert [said(chunk)[0] async for chunk in stream] == ["alive", "alive", "ended"]


def _log_out(viewer: Viewer, operator: Person) -> None:
    SessionStore(viewer.session_key).flush()


def _close_account(viewer: Viewer, operator: Person) -> None:
    Person.objects.filter(pk=operator.pk).update(is_active=False)


def _take_grant(viewer: Viewer, operator: Person) -> None:
    operator.assignments.all().delete()


def _new_password(viewer: Viewer, operator: Person) -> None:
    operator.set_password("another long pass phrase")
    operator.save()


def _other_maker(viewer: Viewer, operator: Person) -> None:
    maker = services.maker_create(selectors.installation(), name="第三家", wmis=[])
    Person.objects.filter(pk=operator.pk).update(maker=maker)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "happens", [_log_out, _close_account, _take_grant, _new_password, _other_maker]
)
def test_a_viewer_is_welcome_only_while_the_page_would_be_shown(
    viewer: Viewer, operator: Person, happens: Any
) -> None:
    assert is_welcome(viewer)
    happens(viewer, operator)
    assert not is_welcome(viewer)


@pytest.mark.django_db
@run_beside_the_database
async def test_the_address_answers_with_an_event_stream(
    viewer: Viewer, operator: Person, around: Surroundings
) -> None:
    await put(around, report(viewer.vehicle.vin))
    client = AsyncClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = viewer.session_key
    answer = await client.get(f"/vehicles/{viewer.vehicle.vin}/live/events/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    source = aiter(answer.streaming_content)
    assert said(await asyncio.wait_for(anext(source), 60))[0] == "state"
    await source.aclose()


def test_the_check_comes_within_five_seconds() -> None:
    assert streams.CHECK_EVERY_S + LOOK_EVERY_S <= 5.0
