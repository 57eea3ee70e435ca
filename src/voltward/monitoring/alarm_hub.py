"""One look twice a second for everybody who watches alarms: however many pages are open, one question.

A hub belongs to one event loop. It looks while somebody watches and hands each watcher what is new,
in the order of the changes. Whoever asks the database himself after ``watching`` began misses nothing:
what he does not see yet comes through the queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseAway

from voltward.monitoring.selectors.alarms import Change

LOOK_EVERY_S = 0.5
MOST_WAITING = (
    1000  # a watcher so far behind is let go; his page comes again and reads what he missed
)

Look = Callable[[int], Awaitable[tuple[list[Change], int]]]
FirstMark = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class News:
    """What one look found. ``away``: the database did not answer; ``fault``: ours, the stream ends."""

    changes: tuple[Change, ...] = ()
    mark: int = 0
    away: bool = False
    fault: Exception | None = None


Waiting = asyncio.Queue[News]


class AlarmHub:
    """``looks`` counts its questions."""

    def __init__(self, look: Look, first_mark: FirstMark, every_s: float = LOOK_EVERY_S) -> None:
        self._look = look
        self._first_mark = first_mark
        self._every_s = every_s
        self._watchers: set[Waiting] = set()
        self._starting = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._mark = 0
        self._known: dict[int, int] = {}  # of the last look: alarm to the number of its change
        self.looks = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Waiting]:
        """A queue of news from now on."""
        waiting: Waiting = asyncio.Queue(MOST_WAITING)
        async with self._starting:
            if self._task is None or self._task.done():
                self._mark, self._known = await self._first_mark(), {}
                self._task = asyncio.create_task(self._run())
            self._watchers.add(waiting)
        try:
            yield waiting
        finally:
            self._watchers.discard(waiting)
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        while True:
            news = await self._news()
            for waiting in list(self._watchers):
                self._tell(waiting, news)
            if news.fault is not None:
                return
            await asyncio.sleep(self._every_s)

    async def _news(self) -> News:
        self.looks += 1
        try:
            found, mark = await self._look(self._mark)
        except DatabaseAway:
            return News(mark=self._mark, away=True)
        except Exception as error:  # every watcher hears of it, none waits on
            return News(mark=self._mark, fault=error)
        new = tuple(one for one in found if self._known.get(one.alarm_id) != one.number)
        self._mark, self._known = mark, {one.alarm_id: one.number for one in found}
        return News(new, mark)

    def _tell(self, waiting: Waiting, news: News) -> None:
        if waiting.full():
            waiting.get_nowait()
            self._watchers.discard(waiting)
            news = News(mark=news.mark, fault=OverflowError("a watcher fell behind"))
        waiting.put_nowait(news)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, AlarmHub] = WeakKeyDictionary()


def hub_of_loop(look: Look, first_mark: FirstMark) -> AlarmHub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = AlarmHub(look, first_mark)
    return _hubs[loop]
