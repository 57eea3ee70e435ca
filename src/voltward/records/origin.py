"""Where the work in hand came from: the request's address and the number a person can quote."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """``address``: IP text, None for commands; ``number``: the request's, e.g. 7F3A-91C2."""

    address: str | None = None
    number: str = ""


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("_current", default=_NOWHERE)


def origin() -> Origin:
    return _current.get()


def new_number() -> str:
    """Eight characters that are easy to read out over the telephone."""
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


@contextmanager
def coming_from(address: str | None, number: str) -> Iterator[Origin]:
    token = _current.set(Origin(address, number))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
