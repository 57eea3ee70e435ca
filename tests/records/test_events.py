"""What is told at once can be heard at once, in its order; nothing is told outside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.db import transaction

from voltward.records import events
from voltward.records.events import listen, listen_together, tell, tell_all
from voltward.records.models import Person

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Fell:
    number: int


@dataclass(frozen=True)
class Rose:
    number: int


@dataclass(frozen=True)
class Slept:
    number: int


def test_events_of_one_write_are_heard_together_in_their_order(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_TOGETHER", [])
    heard: list[list[object]] = []

    @listen_together(Fell, Rose)
    def hear(actor: Person, told: Sequence[Fell | Rose]) -> None:
        assert actor == operator
        heard.append(list(told))

    tell_all(operator, [Fell(1), Slept(2), Rose(3), Fell(4)])
    tell(operator, Rose(5))
    tell(operator, Slept(6))
    assert heard == [[Fell(1), Rose(3), Fell(4)], [Rose(5)]]


def test_who_hears_one_by_one_hears_each(operator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events._LISTENERS, Fell, [])
    heard: list[int] = []

    @listen(Fell)
    def hear(actor: Person, event: Fell) -> None:
        del actor
        heard.append(event.number)

    tell_all(operator, [Fell(1), Rose(2), Fell(3)])
    assert heard == [1, 3]


def test_nothing_is_told_outside_a_transaction(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(RuntimeError, match="Fell is told outside a transaction"):
        tell_all(operator, [Fell(1)])
