"""A value that many share: made once, renewed behind their backs, kept when it cannot be made."""

from __future__ import annotations

import threading

import pytest

from voltward.monitoring.renewed import Renewed, RenewedBy
from voltward.monitoring.store import StoreAway


class Source:
    """Counts how often it was asked; ``is_away``: it refuses."""

    def __init__(self) -> None:
        self.made, self.now_s, self.is_away, self.after = 0, 0.0, False, 0

    def make(self) -> int:
        if self.is_away:
            raise StoreAway("gone")
        self.made += 1
        return self.made

    def ended(self) -> None:
        self.after += 1

    def renewed(self) -> Renewed[int]:
        return Renewed(self.make, 4.0, 30.0, self.ended, lambda: self.now_s)


def settle(value: Renewed[int]) -> None:
    assert value.thread is not None
    value.thread.join(10)


def test_readers_share_one_value_until_it_is_due() -> None:
    source = Source()
    value = source.renewed()
    assert [value.value() for _ in range(5)] == [1] * 5
    source.now_s = 3.9
    assert value.value() == 1
    assert source.made == 1


def test_a_due_value_is_given_at_once_and_made_anew_behind_the_reader() -> None:
    source = Source()
    value = source.renewed()
    value.value()
    source.now_s = 5.0
    assert value.value() == 1
    settle(value)
    assert (value.value(), source.made, source.after) == (2, 2, 1)


def test_a_value_that_nobody_wanted_for_long_is_not_given() -> None:
    source = Source()
    value = source.renewed()
    value.value()
    source.now_s = 31.0
    assert value.value() == 2


def test_what_cannot_be_made_anew_stays_as_it_was() -> None:
    source = Source()
    value = source.renewed()
    value.value()
    source.is_away, source.now_s = True, 5.0
    assert value.value() == 1
    settle(value)
    source.now_s = 100.0
    assert value.value() == 1
    source.is_away, source.now_s = False, 200.0
    assert value.value() == 2


def test_without_any_value_the_refusal_is_told() -> None:
    source = Source()
    source.is_away = True
    value = source.renewed()
    with pytest.raises(StoreAway):
        value.value()
    source.is_away = False
    assert value.value() == 1


def test_readers_that_come_together_have_it_made_once() -> None:
    source, gate, found = Source(), threading.Event(), []

    def slow() -> int:
        gate.wait(10)
        return source.make()

    value = Renewed(slow, 4.0, 30.0, now_s=lambda: source.now_s)
    readers = [threading.Thread(target=lambda: found.append(value.value())) for _ in range(8)]
    for one in readers:
        one.start()
    gate.set()
    for one in readers:
        one.join(10)
    assert (found, source.made) == ([1] * 8, 1)


def test_each_number_has_a_value_of_its_own() -> None:
    asked: list[int] = []
    values = RenewedBy(lambda number: asked.append(number) or number * 10, 60.0, 600.0)
    assert [values.value(one) for one in (1, 2, 1)] == [10, 20, 10]
    assert asked == [1, 2]
    values.forget()
    assert values.value(1) == 10
    assert asked == [1, 2, 1]
