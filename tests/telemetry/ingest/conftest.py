"""One store process for all tests of the room, a database for each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.telemetry.ingest.scene import Journal, Store

from voltward.telemetry.client import Client


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Shared: no test may kill it."""
    found = Store(tmp_path_factory.mktemp("store"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """A store that the test may kill."""
    found = Store(tmp_path / "own-store")
    found.start()
    yield found
    found.stop()


@pytest.fixture
def connect_store(store: Store) -> Callable[[], Client]:
    """Connects to a database of the test's own."""
    name = f"t{uuid4().hex}"
    return lambda: store.client(name)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "journal")
    yield found
    found.close()
