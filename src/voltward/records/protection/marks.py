"""The mark (MAC) of a row that decides who may do what (GB/T 22239-2019 8.1.4.7, GB/T 39786).

The provider makes it with keys that serve nothing else and never leave it: somebody who may write
SQL can change such a row, and cannot mark it. What this cannot tell is a whole row put back as it
was, mark and all; ``selectors.marks`` finds those in the audit trail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from voltward.base.errors import Refused
from voltward.records.protection.provider import provider

REMEMBERED: Final = 50_000
# what this process found genuine, by content and mark: a changed row is another entry
_genuine: set[tuple[bytes, str]] = set()


class Forged(Refused):
    """A row that decides who may do what was not written by the platform."""

    code = "row_forged"


def text_of(table: str, values: Mapping[str, Any]) -> bytes:
    """The one spelling of a row's columns that is marked."""
    return json.dumps(
        [table, {name: _plain(values[name]) for name in sorted(values)}],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def mark_of(table: str, values: Mapping[str, Any]) -> str:
    """The mark of a row with these columns, named by its key."""
    return provider().mark(text_of(table, values))


def is_genuine(table: str, values: Mapping[str, Any], mark: str) -> bool:
    """Whether the platform wrote the row; an unmarked one it did not."""
    text = text_of(table, values)
    if (text, mark) in _genuine:
        return True
    if not mark or not provider().is_marked(text, mark):
        return False
    if len(_genuine) >= REMEMBERED:
        _genuine.clear()
    _genuine.add((text, mark))
    return True


def forget() -> None:
    """Ask the provider again about every row: its keys are others now."""
    _genuine.clear()


_listeners: list[Callable[[Iterable[str]], None]] = []


def hear(listener: Callable[[Iterable[str]], None]) -> None:
    """``listener`` is told the labels of forged rows that somebody came with."""
    if listener not in _listeners:
        _listeners.append(listener)


def found(labels: Iterable[str]) -> None:
    for listener in _listeners:
        listener(labels)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
