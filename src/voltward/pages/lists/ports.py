"""What lists need of the room that keeps people and records; entry/ hands it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Saved:
    """A saved filter as drawn. ``query``: the whole address query that shows it."""

    id: int
    name: str
    query: str
    is_shared: bool
    is_own: bool
    is_default: bool
    is_subscribed: bool


@dataclass(frozen=True)
class Left:
    """An export: which rows and columns, in which format, how many, and why."""

    of: str
    query: str
    sort: str
    columns: tuple[str, ...]
    format: str
    rows: int = 0
    personal: bool = False
    reason: str = ""


class Ports(Protocol):
    """Kept columns and filters of a person, the limit of exports, and the audit trail."""

    def scope(self, actor: Any) -> str:
        """Whose rows the actor sees; a cursor is good within it only."""

    def columns(self, actor: Any, of: str) -> Sequence[str]:
        """Keys of the columns the actor chose; empty: none were chosen."""

    def saved(self, actor: Any, of: str) -> Sequence[Saved]:
        """The actor's own filters and those shared within the maker, by name."""

    def export_limit(self, actor: Any) -> int:
        """Rows that one person may take out alone."""

    def may_ask(self, actor: Any) -> bool:
        """Whether the actor may ask for an export above the limit."""

    def exported(self, actor: Any, left: Left) -> None:
        """Leave the audit row; called before the first octet leaves."""

    def refused(self, actor: Any, of: str, needs: str) -> None:
        """Keep that somebody wanted to take a list away without the grant for it."""

    def ask(self, actor: Any, wish: Left) -> str:
        """Ask a second person for a large export; the address where its state is shown."""


_handed_in: list[Ports] = []


def hand_in(given: Ports) -> None:
    _handed_in[:] = [given]


def ports() -> Ports:
    """
    Raises:
        LookupError: a process without an office asks for a list.
    """
    if not _handed_in:
        raise LookupError("nobody handed in what lists need")
    return _handed_in[0]
