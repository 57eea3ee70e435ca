"""Server-sent events: one long answer that costs no thread and no database connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

WELCOME_EVERY_S = 3.0  # sessions are dead within 5 s of disabling; this leaves room for the look
Part = TypeVar("Part")


def event(name: str, data: Any) -> bytes:
    """One event of the stream; ``data`` is sent as JSON in one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def event_stream(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """The answer of an async page. Call it last: the request's database connection goes back now.

    ``events`` must not touch the database by itself; whatever it asks goes through
    ``sync_to_async`` and gives its connection back the same way.
    """
    await sync_to_async(give_back_connections)()
    response = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # tells proxies to pass each event on at once
    return response


def give_back_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


async def until_unwelcome(
    events: AsyncIterable[Part],
    is_welcome: Callable[[], bool],
    *,
    every_s: float = WELCOME_EVERY_S,
) -> AsyncGenerator[Part | bytes]:
    """``events`` while ``is_welcome``, which may ask the database; then ``ended``, and the end."""
    source = aiter(events)
    loop = asyncio.get_running_loop()
    due_s = loop.time() + every_s
    waiting = asyncio.ensure_future(anext(source))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=max(0.0, due_s - loop.time()))
            if loop.time() >= due_s:
                if not await sync_to_async(_asked, thread_sensitive=False)(is_welcome):
                    yield event("ended", {})
                    return
                due_s = loop.time() + every_s
            if done:
                try:
                    part = waiting.result()
                except StopAsyncIteration:
                    return
                yield part
                waiting = asyncio.ensure_future(anext(source))
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _asked(is_welcome: Callable[[], bool]) -> bool:
    try:
        return is_welcome()
    finally:
        give_back_connections()
