"""One look a second for everybody who watches: however many pages are open, the store is asked once.

A hub belongs to one event loop. It looks while somebody watches, for all watched vehicles at once,
and hands every watcher what was found.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from voltward.monitoring.store import StoreAway
from voltward.telemetry.queries import LatestState

LOOK_EVERY_S = 1.0

Look = Callable[[frozenset[int]], Awaitable[Mapping[int, LatestState]]]


@dataclass
class Sight:
    """What one look gave. ``away``: the store did not answer; the states are those before it.

    ``made`` keeps what was made of a state (a message in one language) for the next watcher.
    """

    states: Mapping[int, LatestState]
    away: bool = False
    made: dict[Any, asyncio.Future[Any]] = field(default_factory=dict)

    async def once(self, key: Any, make: Callable[[], Awaitable[Any]]) -> Any:
        """The result of ``make``, awaited once for each key."""
        if key not in self.made:
            self.made[key] = asyncio.ensure_future(make())
        return await asyncio.shield(self.made[key])


class Hub:
    """``watch`` gives a sight for each look; ``looks`` counts them."""

    def __init__(self, look: Look, every_s: float = LOOK_EVERY_S) -> None:
        self._look = look
        self._every_s = every_s
        self._watched: Counter[int] = Counter()
        self._changed = asyncio.Event()  # somebody new wants to see at once
        self._next: asyncio.Future[Sight] | None = None
        self._task: asyncio.Task[None] | None = None
        self.looks = 0

    async def watch(self, vehicle_id: int) -> AsyncGenerator[Sight]:
        """A sight now and after each look, until the caller stops."""
        self._watched[vehicle_id] += 1
        self._changed.set()
        try:
            while True:
                yield await asyncio.shield(self._following())
        finally:
            self._watched[vehicle_id] -= 1
            self._watched += Counter()  # drops what nobody watches
            if not self._watched and self._task is not None:
                self._task.cancel()
                self._task = self._next = None

    def _following(self) -> asyncio.Future[Sight]:
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return self._next

    async def _run(self) -> None:
        sight = Sight({})
        while self._watched:
            self._changed.clear()
            try:
                sight = await self._seen(sight)
            except Exception as error:  # a fault of ours: every watcher hears of it, none waits on
                if (waiting := self._taken()) is not None:
                    waiting.set_exception(error)
                return
            if (waiting := self._taken()) is not None:
                waiting.set_result(sight)
            try:
                await asyncio.wait_for(self._changed.wait(), self._every_s)
            except TimeoutError:
                continue

    def _taken(self) -> asyncio.Future[Sight] | None:
        """What the watchers wait for, if they do; the next ones wait for something new."""
        waiting, self._next = self._next, None
        return None if waiting is None or waiting.done() else waiting

    async def _seen(self, before: Sight) -> Sight:
        self.looks += 1
        try:
            return Sight(await self._look(frozenset(self._watched)))
        except StoreAway:
            return Sight(before.states, away=True)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_of_loop(look: Look) -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(look)
    return _hubs[loop]
