"""Bodies above the limit: answered in words, never kept."""

from __future__ import annotations

import asyncio
from typing import Any

from voltward.entry.body_limit import FORM_BYTES, BodyLimit

MIB = 1 << 20


def asked(announced: int | None, pieces: list[bytes]) -> tuple[list[bytes], list[dict[str, Any]]]:
    """What the application inside took, and what was answered."""
    taken: list[bytes] = []
    answers: list[dict[str, Any]] = []
    left = list(pieces)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            taken.append(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    limited = BodyLimit(application, MIB)
    asyncio.run(limited({"type": "http", "headers": headers}, receive, send))
    return taken, answers


def test_a_body_within_the_limit_passes_untouched() -> None:
    taken, answers = asked(MIB, [b"x" * MIB])
    assert (taken, answers[0]["status"]) == ([b"x" * MIB], 200)


def test_a_body_announced_too_large_is_refused_before_anything_takes_it() -> None:
    taken, answers = asked(200 * MIB, [b"x"] * 3)
    assert (taken, answers[0]["status"]) == ([], 413)
    assert "1 MiB" in answers[1]["body"].decode()


def test_a_body_that_lies_about_its_size_is_cut_off() -> None:
    taken, answers = asked(None, [b"x" * MIB] * 5)
    assert sum(map(len, taken)) <= MIB + FORM_BYTES
    assert answers[0]["status"] == 413
