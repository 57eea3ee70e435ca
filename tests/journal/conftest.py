"""Fixtures of the journal's tests."""

import pytest

from voltward.journal.keys import KeyRing


@pytest.fixture(params=[KeyRing(), KeyRing.of(b"n" * 32)], ids=["plain", "encrypted"])
def keys(request: pytest.FixtureRequest) -> KeyRing:
    assert isinstance(request.param, KeyRing)
    return request.param
