"""A folder for contents, and a record to hang files on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voltward.records.attachments import storage
from voltward.records.attachments.storage import DiskStorage
from voltward.records.models import LegalHold, Person
from voltward.records.services.holds import hold_place


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[DiskStorage]:
    before, made = storage._source[0], DiskStorage(tmp_path / "attachments")
    storage.hand_in_storage(lambda: made)
    yield made
    storage.hand_in_storage(before)


@pytest.fixture
def hold(safety_head: Person) -> LegalHold:
    """A record of records/ itself that may have attachments: the court's letter hangs on the hold."""
    return hold_place(safety_head, reason="诉讼", records=["Vehicle:1"])


@pytest.fixture
def record(hold: LegalHold) -> str:
    return f"LegalHold:{hold.pk}"
