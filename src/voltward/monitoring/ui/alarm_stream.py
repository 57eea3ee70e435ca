"""The stream behind the alarm centre: what changed, what calls for somebody, that it is still there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from voltward.monitoring.alarm_hub import AlarmHub, hub_of_loop
from voltward.monitoring.models.alarms import THERMAL_EVENT
from voltward.monitoring.selectors import alarms as selectors
from voltward.monitoring.selectors.alarms import Change
from voltward.monitoring.ui.streams import in_thread
from voltward.pages.live import event
from voltward.records import wall
from voltward.records.models import Person

ALIVE_EVERY_S = 5.0
MOST_MISSED = 2000  # more changes than this are not told one by one


@dataclass(frozen=True)
class Watcher:
    """Who watches. ``since``: the mark of the page, or of what its stream had told before it broke."""

    person: Person
    since: int | None
    language: str
    session_key: str
    sessions: type[SessionBase]
    grant: str


def watcher_of(request: HttpRequest, person: Person, grant: str) -> Watcher:
    given = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    return Watcher(
        person,
        int(given) if given.isdecimal() and len(given) < 19 else None,
        translation.get_language() or "zh-hans",
        request.session.session_key or "",
        type(request.session),
        grant,
    )


async def changes(
    watcher: Watcher, *, hub: AlarmHub | None = None, alive_every_s: float = ALIVE_EVERY_S
) -> AsyncGenerator[bytes]:
    """``changed`` for each change, in order; ``alive`` with all that calls, at once and in silence.

    The last event of what one look found bears the mark from which a broken stream is taken up; what
    is then told twice has the same number. ``trouble`` while the database is away; ``stale`` where a
    page was away for so long that it must ask for its rows anew.
    """
    loop = asyncio.get_running_loop()
    async with (hub or hub_of_loop(look, first_mark)).watching() as waiting:
        yield await _alive(watcher)
        for told in await _missed(watcher):
            yield told
        said_s, was_away = loop.time(), False
        while True:
            news = await waiting.get()
            if news.fault is not None:
                raise news.fault
            for told in _told(watcher, news.changes, news.mark):
                said_s = loop.time()
                yield told
            if news.away and not was_away:
                yield event("trouble", {"text": _away(watcher.language)})
            elif not news.away and (was_away or loop.time() - said_s >= alive_every_s):
                said_s = loop.time()
                yield await _alive(watcher, news.mark)
            was_away = news.away


async def look(since: int) -> tuple[list[Change], int]:
    return await in_thread(partial(selectors.alarm_changes, since))


async def first_mark() -> int:
    return await in_thread(selectors.alarm_mark)


def is_welcome(watcher: Watcher) -> bool:
    """Whether a page of this session would still be shown: asked of the database, not of memory."""
    probe = HttpRequest()
    probe.session = watcher.sessions(watcher.session_key)
    person = get_user(probe)
    return (
        isinstance(person, Person)
        and person.maker_id == watcher.person.maker_id
        and watcher.grant in person.grants
    )


async def _missed(watcher: Watcher) -> list[bytes]:
    """What changed since the watcher's mark; it sets the first mark of one who brings none."""
    if watcher.since is None:
        return [_with_mark(await first_mark(), event("begun", {}))]
    found, mark = await in_thread(partial(selectors.alarm_changes, watcher.since, MOST_MISSED + 1))
    if len(found) > MOST_MISSED:
        return [_with_mark(mark, event("stale", {}))]
    return _told(watcher, found, mark) or [_with_mark(mark, event("begun", {}))]


def _told(watcher: Watcher, found: Iterable[Change], mark: int) -> list[bytes]:
    mine = [one for one in found if one.maker_id == watcher.person.maker_id]
    told = [event("changed", said_of(one)) for one in mine]
    return [*told[:-1], _with_mark(mark, told[-1])] if told else []


def said_of(change: Change) -> dict[str, Any]:
    """``calls``: it must be heard until somebody claims it."""
    return {
        "id": change.alarm_id,
        "change": change.number,
        "level": change.level,
        "state": change.state,
        "calls": change.calls,
        "thermal": change.level == THERMAL_EVENT,
    }


async def _alive(watcher: Watcher, mark: int | None = None) -> bytes:
    calling = await in_thread(partial(_calling, watcher.person))
    told = event("alive", {"calling": [said_of(one) for one in calling]})
    return told if mark is None else _with_mark(mark, told)


def _calling(person: Person) -> list[Change]:
    with wall.within(wall.of(person.maker_id)):
        return selectors.alarm_calling(person)


def _with_mark(mark: int, told: bytes) -> bytes:
    return f"id: {mark}\n".encode() + told


def _away(language: str) -> str:
    with translation.override(language):
        return _("办公数据库暂不可用，恢复后自动补齐")
