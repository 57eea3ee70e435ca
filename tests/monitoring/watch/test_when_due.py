"""When rounds run again: long after one that ended well, at the next try after one that did not."""

from __future__ import annotations

import pytest

from voltward.monitoring.store import StoreAway
from voltward.monitoring.watch_room import when_due


def test_a_round_that_fails_is_tried_again_and_one_that_ended_well_waits() -> None:
    told: list[str] = []
    outcomes = iter((StoreAway("away"), StoreAway("away"), None))

    def round_() -> int:
        told.append("tried")
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return 7

    run = when_due(round_, lambda: 3600.0)
    for _ in range(2):
        with pytest.raises(StoreAway):
            run()
    assert run() == 7
    assert run() == 0  # not due: not even tried
    assert told == ["tried"] * 3


def test_one_round_that_waits_keeps_no_other_from_running() -> None:
    first, second = (when_due(lambda: 1, lambda: 3600.0) for _ in range(2))
    assert (first(), first(), second()) == (1, 0, 1)


def test_in_a_demo_each_try_runs() -> None:
    run = when_due(lambda: 1, lambda: 0.0)
    assert (run(), run()) == (1, 1)
