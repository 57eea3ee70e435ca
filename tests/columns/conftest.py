"""The frame vectors as bytes, read once."""

import json
from pathlib import Path

import pytest

VECTORS = Path(__file__).parent.parent / "vectors" / "gbt32960.jsonl"


@pytest.fixture(scope="session")
def vector_frames() -> list[bytes]:
    """Every vector, clean or broken, as one candidate frame each."""
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    return [bytes.fromhex(json.loads(line)["hex"]) for line in lines]


@pytest.fixture(scope="session")
def frames_by_why() -> dict[str, bytes]:
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["why"]: bytes.fromhex(row["hex"]) for row in rows}
