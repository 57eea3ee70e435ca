"""What every sender is: a message in, an outcome out, no database and no clock but the one handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voltward.pages.room import Text

LONGEST_ANSWER = 200


@dataclass(frozen=True)
class Message:
    """Plain words: ``title`` one line, ``body`` lines; ``link`` is ours. Senders escape for their channel.

    ``address``: the person's own, empty for a group. ``key``: the same for every try.
    """

    title: str
    body: str
    link: str
    language: str
    severity: int
    address: str
    key: str
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """``sent``; if not, ``again``: whether a later try may help; ``is_down``: nobody answered at all."""

    sent: bool
    answer: str = ""
    again: bool = False
    is_down: bool = False


@dataclass(frozen=True)
class Field:
    """A setting or a secret of a channel, as its page asks for it."""

    name: str
    title: Text
    is_required: bool = True
    default: str = ""
    choices: tuple[tuple[str, Text], ...] = ()


class Sender(Protocol):
    """``is_group``: goes to a group once, however many of its people are told.

    ``address``: "email", "phone" or "": what it needs to know of a person.
    """

    @property
    def is_group(self) -> bool: ...
    @property
    def address(self) -> str: ...
    @property
    def settings(self) -> tuple[Field, ...]: ...
    @property
    def secrets(self) -> tuple[Field, ...]: ...

    def send(
        self, message: Message, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Outcome:
        """Try once. What fails on the way comes back as an outcome or as OSError."""
        ...

    def shown(self, message: Message) -> str:
        """The words as they would leave, for the preview."""
        ...
