"""Fixtures of the journal's tests."""

from pathlib import Path

import pytest
from tests.journal.expiring import Place

from voltward.journal.keys import KeyRing


@pytest.fixture(params=[KeyRing(), KeyRing.of(b"n" * 32)], ids=["plain", "encrypted"])
def keys(request: pytest.FixtureRequest) -> KeyRing:
    assert isinstance(request.param, KeyRing)
    return request.param


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
