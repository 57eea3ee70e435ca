"""Server-sent events: one long answer that costs no thread and no database connection."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse


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
