"""What the three group robots share: how an answer is read, and text that no chat program takes for markup."""

from __future__ import annotations

import json
from typing import Any

from voltward.records.senders.http import Reply
from voltward.records.senders.protocol import LONGEST_ANSWER, Outcome

# markup, mentions and links of the vendors' dialects; none of them has a dependable way to escape
_FULL_WIDTH = str.maketrans("\\`*_[]()<>#|~!@", "＼｀＊＿［］（）＜＞＃｜～！＠")


def harmless(text: str) -> str:
    """Text with full-width signs in place of markup; ``>`` and the like start no quotation."""
    return text.translate(_FULL_WIDTH)


def as_json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def shortened(text: str, limit_bytes: int) -> str:
    """At most ``limit_bytes`` of UTF-8, never half a character."""
    raw = text.encode()
    if len(raw) <= limit_bytes:
        return text
    return raw[: limit_bytes - 3].decode("utf-8", "ignore") + "…"


def outcome_of(reply: Reply, code: Any, words: Any, *, busy: frozenset[int]) -> Outcome:
    """Read a robot's answer: code 0 is sent; ``busy``: codes that ask to come again later."""
    answer = f"{reply.status} {code} {words}"[:LONGEST_ANSWER]
    if reply.status == 200 and code == 0 and not isinstance(code, bool):
        return Outcome(True, answer)
    again = reply.status == 429 or reply.status >= 500 or (reply.status == 200 and code in busy)
    return Outcome(False, answer, again=again)
