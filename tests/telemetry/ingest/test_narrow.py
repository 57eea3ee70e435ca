"""Halving finds exactly the frames that fail, with few attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.telemetry.ingest.narrow import TRIES_ALONE, narrowed


@given(st.integers(0, 300), st.sets(st.integers(0, 299)))
def test_exactly_the_bad_frames_are_found_and_all_others_succeed_once_in_order(size, bad):
    bad = {frame for frame in bad if frame < size}

    def attempt(first, last):
        if bad & set(range(first, last)):
            raise ValueError("poison")
        return range(first, last)

    pieces, found = narrowed(size, attempt)
    assert set(found) == bad
    assert [frame for piece in pieces for frame in piece] == [
        frame for frame in range(size) if frame not in bad
    ]


def test_one_bad_frame_of_fifty_thousand_costs_a_few_dozen_attempts():
    calls = []

    def attempt(first, last):
        calls.append((first, last))
        if first <= 31_415 < last:
            raise ValueError("poison")

    _, found = narrowed(50_000, attempt)
    assert list(found) == [31_415]
    assert calls.count((31_415, 31_416)) == TRIES_ALONE
    assert len(calls) < 50


def test_a_frame_that_succeeds_on_a_later_try_is_not_bad():
    failures = iter([ValueError("once"), ValueError("twice")])

    def attempt(first, last):
        for error in failures:
            raise error
        return last

    assert narrowed(1, attempt) == ([1], {})


def test_an_error_that_says_nothing_about_the_frames_ends_the_search():
    def attempt(first, last):
        raise ConnectionError("the store is away")

    with pytest.raises(ConnectionError):
        narrowed(10, attempt, failures=ValueError)
