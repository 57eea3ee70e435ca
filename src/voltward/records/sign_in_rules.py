"""What holds for passwords, sessions and the company's sign-in: values that ``entry/`` hands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class Company:
    """The company's sign-in (OpenID Connect). ``acr``: values that stand for two factors."""

    issuer: str
    name: str
    client_id: str
    client_secret: str
    login_claim: str
    acr: frozenset[str]


@dataclass(frozen=True)
class SignInRules:
    """``idle`` and ``absolute``: life of a session; ``stale``: of an account nobody uses.

    ``rotate``: how old a password may be, None: as old as it likes. ``kinds``: how many of the
    four kinds of characters it needs. ``origin``: of the pages, empty: as the browser says.
    """

    is_demo: bool
    idle: timedelta
    absolute: timedelta
    stale: timedelta
    rotate: timedelta | None
    kinds: int
    words: tuple[str, ...]
    breached: Path | None
    origin: str
    company: Company | None


_source: list[Callable[[], SignInRules]] = []


def hand_in_rules(source: Callable[[], SignInRules]) -> None:
    """``entry/`` says where the rules come from; asked anew each time."""
    _source[:] = [source]


def rules() -> SignInRules:
    return _source[0]()
