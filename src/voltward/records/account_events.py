"""What happens to somebody's account and matters to that very person, whoever did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voltward.records.models import Person, PersonSession


@dataclass(frozen=True)
class PasswordChanged:
    """The account has another password than before."""

    person: Person
    at: datetime


@dataclass(frozen=True)
class FactorsAdded:
    """``types``: keys of ``PersonSession.FACTORS``; new recovery codes are one of them."""

    person: Person
    types: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class FactorsRemoved:
    """As ``FactorsAdded``."""

    person: Person
    types: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class SignedInAnew:
    """A sign-in from a network or with a kind of device that the account was not seen with before."""

    session: PersonSession
    is_new_place: bool
    is_new_device: bool
