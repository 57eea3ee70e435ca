"""The number that stands for a journal stream in the store: the same everywhere, kept nowhere."""

import hashlib
import re
from collections.abc import Iterable

_GATEWAY = re.compile(r"gateway-(\d{1,5})")
_OTHERS = 1 << 15


def stream_number(stream: str) -> int:
    """``gateway-N`` is N; any other name a 15-bit number of its own, above those."""
    found = _GATEWAY.fullmatch(stream)
    if found and int(found[1]) < _OTHERS and str(int(found[1])) == found[1]:
        return int(found[1])
    return _OTHERS | int.from_bytes(hashlib.sha256(stream.encode()).digest()[:2], "big") >> 1


def streams_numbered(number: int, streams: Iterable[str]) -> list[str]:
    """Which of ``streams`` the number may stand for; two only by a chance of 1 in 32,768."""
    return [stream for stream in streams if stream_number(stream) == number]
