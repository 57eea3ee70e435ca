"""1,000 random cuts, kills, lost and wrong answers; and builds that such a life must find out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.uplink.broken_builds import ForgetsTheQueue, SendsAndForgets, TriesForEver
from tests.uplink.chaos import BrokenPromise, live
from tests.uplink.scene import Scene, report


@pytest.mark.parametrize("seed", range(4))
def test_every_frame_is_accepted_and_only_what_was_in_flight_twice(
    tmp_path: Path, seed: int
) -> None:
    life = live(tmp_path, seed, cuts=25)
    assert life.faults["answer"] or life.faults["kill"]


@pytest.mark.t2
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_thousand_cuts_lose_nothing(tmp_path: Path, seed: int) -> None:
    live(tmp_path, seed, cuts=100)


@pytest.mark.parametrize("build", [SendsAndForgets, ForgetsTheQueue])
def test_a_build_that_loses_frames_is_found_out(
    tmp_path: Path, build: type[SendsAndForgets]
) -> None:
    with pytest.raises(BrokenPromise, match=r"never accepted|frames proved"):
        lives_of(tmp_path, build)


def lives_of(folder: Path, build: type[SendsAndForgets]) -> None:
    """Some: not in every life something waits when a kill comes."""
    for seed in range(2, 8):
        live(folder / str(seed), seed, cuts=25, desk=build)


def tries_of_an_unknown_vehicle(folder: Path, build: type[TriesForEver] | None = None) -> int:
    scene = Scene(folder) if build is None else Scene(folder, desk=build)
    scene.run(0.2)
    scene.platform.flag_of = lambda _got: 4
    scene.write(report(1, scene.now_s))
    scene.run(60, 0.5)
    tries = len(scene.platform.got)
    scene.stop()
    return tries


def test_an_unknown_vehicle_is_no_loop(tmp_path: Path) -> None:
    assert tries_of_an_unknown_vehicle(tmp_path) <= 2


def test_a_build_that_resends_at_once_is_found_out(tmp_path: Path) -> None:
    assert tries_of_an_unknown_vehicle(tmp_path, TriesForEver) > 10
