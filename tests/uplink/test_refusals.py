"""What a platform refuses is sent again in its time, held back, and never stops others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.uplink.scene import LOGIN, REALTIME, REISSUE, Got, Scene, report, vin

ERROR, UNKNOWN = 2, 4


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.run(0.2)
    yield made
    made.stop()


def of(scene: Scene, number: int) -> list[Got]:
    return [one for one in scene.platform.got if one.vin == vin(number)]


def test_a_refused_frame_is_sent_again_each_minute_and_given_up_after_three(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: ERROR if got.vin == vin(1) else 1
    times: list[float] = []
    scene.write(report(1, scene.now_s))
    for _ in range(700):
        before = len(of(scene, 1))
        scene.step(0.5)
        times += [scene.now_s] * (len(of(scene, 1)) - before)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(times) == 4
    assert all(59 <= gap <= 62 for gap in gaps)
    assert {one.data for one in of(scene, 1)} == {of(scene, 1)[0].data}
    assert [outcome for outcome, _, _ in scene.proved()] == ["refused"]


def test_a_frame_that_is_accepted_in_its_second_try_counts_as_accepted(scene: Scene) -> None:
    flags = iter((ERROR, 1))
    scene.platform.flag_of = lambda _got: next(flags)
    scene.write(report(1, scene.now_s))
    scene.run(70, 0.5)
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"]
    assert not scene.desk.books.holds.of


def test_reissues_of_a_vehicle_wait_behind_its_refused_one(scene: Scene) -> None:
    first = scene.now_s - 300
    refused = {report(1, first, REISSUE)}
    scene.platform.flag_of = lambda got: ERROR if got.data in refused else 1
    scene.write(report(1, first, REISSUE))
    scene.run(1)
    scene.write(report(1, first + 60, REISSUE), report(2, first + 60, REISSUE))
    scene.run(2)
    assert [len(of(scene, 1)), len(of(scene, 2))] == [1, 1]
    refused.clear()
    scene.run(70, 0.5)
    assert [one.data for one in of(scene, 1)[1:]] == [
        report(1, first, REISSUE),
        report(1, first + 60, REISSUE),
    ]


def test_an_unknown_vehicle_is_asked_for_ever_more_seldom_and_others_go_on(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: UNKNOWN if got.vin == vin(1) else 1
    for _ in range(240):  # four hours, each vehicle every minute
        scene.write(report(1, scene.now_s), report(2, scene.now_s))
        scene.step(1)
        scene.step(59)
    assert len(of(scene, 2)) == 240
    assert len(of(scene, 1)) <= 14  # at 0, 1, 3, 7, 15, 31 min, then every half hour
    held = scene.desk.books.holds.of
    assert len(held) == 1
    assert next(iter(held.values())).lasting


def test_when_the_platform_learns_a_vehicle_all_its_frames_follow_in_order(scene: Scene) -> None:
    known = [False]
    scene.platform.flag_of = lambda got: 1 if got.vin == vin(2) or known[0] else UNKNOWN
    began_s = scene.now_s
    for second in range(0, 900, 30):
        scene.write(report(1, began_s + second), report(2, began_s + second))
        scene.run(30, 1)
    known[0] = True
    scene.run(1900, 1)
    times = [one.time for one in scene.platform.accepted if one.vin == vin(1)]
    assert len(times) == 30
    assert times == sorted(times)
    assert not scene.desk.books.holds.of
    assert len(scene.desk.books.due) == 0
    assert not len(scene.desk.books.holds.files)


def test_a_vehicle_that_is_held_is_held_after_a_kill_too(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: UNKNOWN
    scene.write(*(report(1, scene.now_s + second) for second in range(5)))
    scene.run(2)
    scene.kill()
    scene.run(3)
    assert len(scene.desk.books.holds.of) == 1
    assert len(scene.desk.books.holds.files) == 5
    scene.platform.flag_of = lambda got: 1
    scene.run(70, 0.5)
    accepted = [one.time for one in scene.platform.accepted]
    assert len(accepted) == len(set(accepted)) == 5
    assert accepted == sorted(accepted)


def test_a_platform_that_refuses_everything_costs_four_tries_a_vehicle_then_few(
    scene: Scene,
) -> None:
    scene.platform.flag_of = lambda got: ERROR
    for _ in range(60):
        scene.write(*(report(number, scene.now_s) for number in range(10)))
        scene.run(10, 1)
    tries = len(scene.platform.got)
    assert tries <= 10 * 12
    scene.platform.flag_of = lambda got: 1
    scene.run(4000, 10)
    accepted = {(one.vin, one.time) for one in scene.platform.accepted}
    refused = sum(outcome == "refused" for outcome, _, _ in scene.proved())
    assert len(accepted) + refused == 600
    assert refused <= 10 * 3


def test_live_logins_of_a_held_vehicle_wait_too(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: UNKNOWN
    scene.write(report(1, scene.now_s))
    scene.run(1)
    scene.write(report(1, scene.now_s, LOGIN), report(1, scene.now_s + 1))
    scene.run(1)
    assert [one.command for one in scene.platform.got] == [REALTIME]
