"""The reason why a frame has no outcome."""

from __future__ import annotations

from typing import Any

import pytest

from voltward.uplink import why
from voltward.uplink.why import why_open

NOW = 1_773_550_000.0
UP = {"state": "up", "at": NOW - 1, "since": NOW - 600, "due": 0, "in_flight": 0, "lag_s": 0.2}


def asked(status: dict[str, Any] | None, **more: Any) -> why.Why:
    values = {
        "collected_s": NOW - 100, "received_s": NOW - 99, "on_link": True, "began_s": NOW - 9000,
        "now_s": NOW, **more,
    }  # fmt: skip
    return why_open(status, **values)


def test_a_vehicle_that_is_not_on_the_link_is_the_first_reason() -> None:
    assert asked(UP, on_link=False).code == why.NOT_ON_LINK
    assert asked(None, on_link=False).code == why.NOT_ON_LINK


def test_what_came_before_the_link_is_not_owed() -> None:
    assert asked(UP, received_s=NOW - 9001).code == why.BEFORE_LINK
    assert asked(UP, received_s=NOW - 9000).code == why.NEXT


def test_an_uplink_that_says_nothing_or_nothing_new_is_named() -> None:
    assert asked(None).code == why.NO_WORD
    assert asked({**UP, "at": NOW - 11}) == why.Why(why.NO_WORD, since_s=NOW - 11)
    assert asked({**UP, "at": NOW - 9}).code == why.NEXT


@pytest.mark.parametrize(
    ("state", "code"),
    [("paused", why.PAUSED), ("off", why.OFF), ("connecting", why.DOWN), ("waiting", why.DOWN)],
)
def test_a_link_that_is_not_up_is_named_with_since_and_its_words(state: str, code: str) -> None:
    found = asked({**UP, "state": state, "reason": "refused the password", "due": 7})
    assert (found.code, found.since_s, found.text) == (code, NOW - 600, "refused the password")


def test_a_frame_as_old_as_the_backlog_waits_in_it_a_newer_one_counts_too() -> None:
    backlog = {**UP, "due": 12, "due_oldest_s": NOW - 200}
    assert asked(backlog) == why.Why(why.DUE, NOW - 200, 12)
    assert asked(backlog, collected_s=NOW - 201).code == why.NEXT  # older than all that waits


def test_vehicles_held_back_and_frames_in_flight_are_told_apart() -> None:
    assert asked({**UP, "held": 2, "in_flight": 5}) == why.Why(why.HELD, count=2)
    assert asked({**UP, "in_flight": 5}) == why.Why(why.IN_FLIGHT, count=5)
    behind = {**UP, "in_flight": 5, "lag_s": 150.0}  # it has not come as far as this frame
    assert asked(behind).code == why.NEXT


def test_words_of_another_kind_are_as_good_as_none() -> None:
    assert asked({"state": None, "at": "x"}).code == why.NO_WORD
