"""One store process for these tests, a database and a journal for each."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.telemetry.ingest.scene import Store
from tests.uplink.proofs.scene import Scene


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    found = Store(tmp_path_factory.mktemp("store"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def scene(store: Store, tmp_path: Path) -> Iterator[Scene]:
    name = f"t{uuid4().hex}"
    found = Scene(tmp_path, lambda: store.client(name))
    yield found
    found.close()
