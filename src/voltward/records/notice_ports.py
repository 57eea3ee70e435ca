"""What notices need from outside this room: keys, allowed hosts, a file and the time; entry/ hands it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from voltward.base.clock import Clock, SystemClock, utc
from voltward.base.errors import BadSetting


class SecretSource(Protocol):
    """Seals what may not lie open in the database; ``purpose`` ties a seal to its row."""

    def seal(self, purpose: str, text: str) -> bytes: ...

    def unseal(self, purpose: str, sealed: bytes) -> str:
        """
        Raises:
            BadSetting: another key, another purpose, or changed bytes.
        """
        ...


@dataclass(frozen=True)
class NoticePorts:
    """``hosts``: who may be reached at all; ``private_hosts``: also by plain http or inside the house.

    ``outbox``: where the file adapter writes. ``origin``: public origin of the pages, for links.
    """

    secrets: SecretSource
    hosts: frozenset[str]
    private_hosts: frozenset[str]
    outbox: Path
    origin: str
    clock: Clock = field(default_factory=SystemClock)


def _none() -> NoticePorts:
    raise BadSetting("the ports of notices were not handed in")


_source: list[Callable[[], NoticePorts]] = [_none]


def hand_in_notice_ports(source: Callable[[], NoticePorts]) -> None:
    """``source`` is asked each time, so that settings are read when they are needed."""
    _source[0] = source


def ports() -> NoticePorts:
    return _source[0]()


def now() -> datetime:
    """The time that notices go by, aware UTC."""
    return utc(ports().clock.now_ns())
