"""What an answer holds, streamed or not."""

from __future__ import annotations

from typing import Any


def body_of(answer: Any) -> bytes:
    """All octets of an answer; reading a streamed one to its end closes it."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
