"""The stream behind the live page: what is new, that it is still there, and its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from voltward.base.errors import NotFound
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.monitoring import selectors
from voltward.monitoring.columns import online_cell
from voltward.monitoring.fault_words import Meanings, codes_of_state
from voltward.monitoring.hub import Hub, Sight, hub_of_loop
from voltward.monitoring.selectors.fault_codes import fault_meanings
from voltward.monitoring.ui.states import message_of, tables_of
from voltward.pages.live import event, give_back_connections
from voltward.records import wall
from voltward.records.models import Person
from voltward.telemetry.queries import LatestState

ALIVE_EVERY_S = 10.0
CHECK_EVERY_S = 4.0

Found = TypeVar("Found")


@dataclass(frozen=True)
class Viewer:
    """Who watches what. ``session``: the key and the kind of the browser's session."""

    vehicle: Vehicle
    language: str
    zone: Any
    session_key: str
    sessions: type[SessionBase]
    grant: str


def viewer_of(request: HttpRequest, vehicle: Vehicle, grant: str) -> Viewer:
    return Viewer(
        vehicle,
        translation.get_language() or "zh-hans",
        timezone.get_current_timezone(),
        request.session.session_key or "",
        type(request.session),
        grant,
    )


async def states(
    viewer: Viewer,
    *,
    hub: Hub | None = None,
    check_every_s: float = CHECK_EVERY_S,
    alive_every_s: float = ALIVE_EVERY_S,
) -> AsyncGenerator[bytes]:
    """``state`` for each new frame, ``trouble`` while the store is away, ``alive`` in silence.

    Ends with ``ended`` when the session is over, the account is closed, or the grant is gone.
    """
    loop = asyncio.get_running_loop()
    source = (hub or hub_of_loop(look)).watch(viewer.vehicle.vehicle_id)
    teller, checked_s = Teller(viewer, alive_every_s), loop.time()
    try:
        async for sight in source:
            now_s = loop.time()
            if now_s - checked_s >= check_every_s:
                checked_s = now_s
                if not await in_thread(partial(is_welcome, viewer)):
                    yield event("ended", {})
                    return
            told = await teller.about(sight, now_s)
            if told is not None:
                yield told
    finally:
        await source.aclose()


class Teller:
    """What one viewer has been told, and so what is new to them."""

    def __init__(self, viewer: Viewer, alive_every_s: float) -> None:
        self._viewer = viewer
        self._alive_every_s = alive_every_s
        self._seen: tuple[int, int] | None = None
        self._was_away = False
        self._said_s = float("-inf")

    async def about(self, sight: Sight, now_s: float) -> bytes | None:
        """The event that a sight is worth; None: nothing new, and not silent for long."""
        told = await self._new(sight, silent=now_s - self._said_s >= self._alive_every_s)
        self._was_away = sight.away
        if told is not None:
            self._said_s = now_s
        return told

    async def _new(self, sight: Sight, *, silent: bool) -> bytes | None:
        viewer = self._viewer
        if sight.away:
            is_new = silent or not self._was_away
            return event("trouble", {"text": trouble_text(viewer.language)}) if is_new else None
        state = sight.states.get(viewer.vehicle.vehicle_id)
        place = (state.stream, state.frame_position) if state else self._seen
        if state is not None and place != self._seen:
            self._seen = place
            told = {**await said_of(sight, state, viewer), **await signs_of(sight, viewer)}
            return event("state", told)
        return event("alive", await signs_of(sight, viewer)) if silent or self._was_away else None


async def look(vehicle_ids: frozenset[int]) -> Mapping[int, LatestState]:
    """The newest states, found in a thread; what ``Hub`` is made with."""
    return await in_thread(partial(selectors.latest_by_ids, vehicle_ids))


async def said_of(sight: Sight, state: LatestState, viewer: Viewer) -> dict[str, Any]:
    """The message about a state: made once for all who watch it in one language."""
    key = (state.vehicle_id, viewer.language, str(viewer.zone))
    made: dict[str, Any] = await sight.once(
        key, lambda: in_thread(partial(_message, state, viewer))
    )
    return made


async def signs_of(sight: Sight, viewer: Viewer) -> dict[str, Any]:
    """The server's clock, and whether the vehicle is logged in; found once for all who watch."""
    online = await sight.once("online", lambda: in_thread(selectors.online_vins))
    with translation.override(viewer.language):
        cell = online_cell(online.get(viewer.vehicle.vin))
        shown = {"state": cell.state, "text": str(cell.text)}
    return {"now_ms": time.time_ns() // 1_000_000, "online": shown}


def trouble_text(language: str) -> str:
    with translation.override(language):
        return _("遥测存储暂不可用，恢复后自动更新")


def is_welcome(viewer: Viewer) -> bool:
    """Whether a page of this session would still be shown: asked of the database, not of memory."""
    probe = HttpRequest()
    probe.session = viewer.sessions(viewer.session_key)
    person = get_user(probe)
    if not isinstance(person, Person) or viewer.grant not in person.grants:
        return False
    try:
        with wall.within(wall.of(person.maker_id)):
            vehicle_by_vin(person, viewer.vehicle.vin)
    except NotFound:
        return False
    return True


def _message(state: LatestState, viewer: Viewer) -> dict[str, Any]:
    with wall.within(wall.of(viewer.vehicle.maker_id)):
        meanings = meanings_of(viewer.vehicle, state)
    with translation.override(viewer.language), timezone.override(viewer.zone):
        tables = render_to_string("monitoring/tables.html", {"tables": tables_of(state)})
        return {**message_of(state, meanings), "tables": tables}


def meanings_of(vehicle: Vehicle, state: LatestState | None) -> Meanings:
    """What the vehicle's maker means by the codes that it sends; its watchers are all of that maker."""
    codes = codes_of_state(state.values) if state else None
    return fault_meanings(vehicle.maker_id, codes or ())


async def in_thread(work: Callable[[], Found]) -> Found:
    """Run in a thread of the pool; a database connection taken there goes back at once."""

    def run() -> Found:
        try:
            return work()
        finally:
            give_back_connections()

    return await sync_to_async(run, thread_sensitive=False)()
