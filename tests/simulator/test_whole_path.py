"""Real cars over TCP into the store: what it holds equals the file, value by value."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.simulator.excerpts import CARS, DATA, excerpt
from tests.simulator.whole_platform import Platform, whole_platform

from voltward.frames.grammar import Edition
from voltward.simulator.recording import Recording, open_recording
from voltward.simulator.replay import ReplayOptions, replay
from voltward.simulator.replay.comparing import Comparison, compare_with_store, distinct
from voltward.simulator.replay.expected import expected_rows

FULL_FILES = os.environ.get("VOLTWARD_BATICM_DIR", "")


def sent(running: Platform, recordings: dict[tuple[str, Edition], Recording]) -> None:
    """Replay all of ``recordings`` at once, each as its own vehicle; wait until all is stored."""

    async def all_at_once() -> None:
        replays = (
            replay(recording, ReplayOptions(vin_of(car, edition), edition), running.address)
            for (car, edition), recording in recordings.items()
        )
        for result in await asyncio.gather(*replays):
            assert result.counted.refused == 0

    asyncio.run(all_at_once())
    for (car, edition), recording in recordings.items():
        # rows that come twice in a file are stored once
        rows = distinct(expected_rows(recording, edition)).size
        running.wait_for_rows(vin_of(car, edition), rows)


def compared(running: Platform, recording: Recording, car: str, edition: Edition) -> Comparison:
    vehicle_id = running.vehicle_id(vin_of(car, edition))
    return compare_with_store(running.client(), recording, edition, vehicle_id)


def vin_of(car: str, edition: Edition) -> str:
    return f"LTESTVEH0GB{CARS.index(car)}0{edition.value}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that was sent all excerpts, in both editions."""
    with whole_platform(tmp_path_factory.mktemp("platform")) as platform:
        sent(platform, {(car, edition): excerpt(car) for car in CARS for edition in Edition})
        yield platform


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("car", CARS)
def test_store_equals_the_excerpt_value_by_value(
    running: Platform, car: str, edition: Edition
) -> None:
    result = compared(running, excerpt(car), car, edition)
    assert result.differences == []
    assert result.is_equal


@pytest.mark.t2
@pytest.mark.skipif(not FULL_FILES, reason="VOLTWARD_BATICM_DIR names no folder with the files")
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("car", CARS)
def test_store_equals_the_whole_file_value_by_value(
    tmp_path: Path, car: str, edition: Edition
) -> None:
    recording = open_recording(Path(FULL_FILES) / f"{car}_processed.csv")
    with whole_platform(tmp_path) as platform:
        started_s = time.monotonic()
        sent(platform, {(car, edition): recording})
        took_s = time.monotonic() - started_s
        result = compared(platform, recording, car, edition)
    assert result.differences == []
    assert result.is_equal
    sys.stdout.write(
        f"{car} {edition.value}: {result.rows} rows stored in {took_s:.0f} s with the start, "
        f"{result.values} values equal\n"
    )


def test_the_excerpts_say_where_they_are_from() -> None:
    assert "57bb1c0" in (DATA / "SOURCE.md").read_text()
    assert "MIT License" in (DATA / "LICENSE.baticm.txt").read_text()
