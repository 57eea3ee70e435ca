"""The frame vectors, read once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent.parent / "vectors" / "gbt32960.jsonl"


def _vectors() -> list[dict[str, Any]]:
    return [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``frame_vector``: every vector that is one frame; ``stream_vector``: those of a stream."""
    for name, in_stream in (("frame_vector", False), ("stream_vector", True)):
        if name in metafunc.fixturenames:
            rows = [row for row in _vectors() if ("frames_in_stream" in row) is in_stream]
            metafunc.parametrize(name, rows, ids=[f"{row['edition']} {row['why']}" for row in rows])


@pytest.fixture(scope="session")
def vectors() -> list[dict[str, Any]]:
    return _vectors()


@pytest.fixture(scope="session")
def good_frames(vectors: list[dict[str, Any]]) -> list[bytes]:
    """Every clean frame among the vectors."""
    return [
        bytes.fromhex(row["hex"])
        for row in vectors
        if row["kind"] == "valid" and "frames_in_stream" not in row
    ]


@pytest.fixture
def seeds() -> Iterator[int]:
    """Random seeds that are the same in every run."""
    return iter(range(1_000_000))
