"""Refuses a body above the limit before the frame writes it to disk: Django takes it whole first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
FORM_BYTES = 1 << 20  # what a form adds round its file
DRAINED_BYTES = 1 << 30  # a sender who is not heard out sees a broken link, not our words
TEXT = "上传的内容超过上限 {limit} MiB，未保存。The upload is above the limit of {limit} MiB; nothing was kept.\n"


class BodyTooLarge(Exception):
    """More bytes came than were announced or are allowed."""


class BodyLimit:
    """An ASGI application round another; ``largest_bytes``: the largest file of a form."""

    def __init__(self, application: Application, largest_bytes: int) -> None:
        self.application, self.largest_bytes = application, largest_bytes

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        most, seen = self.largest_bytes + FORM_BYTES, 0
        announced = _announced(scope)
        if announced > most:
            if announced <= DRAINED_BYTES:
                await _drain(receive)
            await self._refuse(send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise BodyTooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except BodyTooLarge:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        body = TEXT.format(limit=self.largest_bytes >> 20).encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _announced(scope: dict[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _drain(receive: Receive) -> None:
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
