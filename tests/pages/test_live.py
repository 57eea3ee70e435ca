"""Server-sent events: their form, and that an open stream holds no database connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from django.http import StreamingHttpResponse

from voltward.pages import live


class FakeConnection:
    def __init__(self, in_atomic_block: bool) -> None:
        self.in_atomic_block = in_atomic_block
        self.closed = False

    def close(self) -> None:
        self.closed = True


class FakeConnections(list[FakeConnection]):
    def all(self, initialized_only: bool) -> list[FakeConnection]:
        assert initialized_only
        return self


async def events() -> AsyncIterator[bytes]:
    yield live.event("values", {"speed_kmh": 12.5, "words": "离线\n"})
    yield live.event("end", None)


def test_an_event_is_one_line_of_json() -> None:
    assert (
        live.event("values", {"a": "离线\n\n"})
        == 'event: values\ndata: {"a": "离线\\n\\n"}\n\n'.encode()
    )


def test_a_stream_gives_its_connections_back_before_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free, busy = FakeConnection(False), FakeConnection(True)
    monkeypatch.setattr(live, "connections", FakeConnections([free, busy]))

    async def ask() -> tuple[StreamingHttpResponse, list[bytes]]:
        response = await live.event_stream(events())
        assert free.closed
        return response, [part async for part in response]  # type: ignore[union-attr]

    response, parts = asyncio.run(ask())
    assert not busy.closed
    assert len(parts) == 2
    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Cache-Control"] == "no-store"
