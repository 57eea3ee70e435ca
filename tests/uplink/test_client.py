"""The platform session: login and its schedule, answers in every form, silence, never a tight loop."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.scene import LINK, REISSUE, Scene, answer, report, vin

from voltward.base.clock import ManualClock
from voltward.columns.batch import FrameBatch
from voltward.frames.frame import decode_frame
from voltward.uplink.client import PlatformClient
from voltward.uplink.incoming import REALTIME
from voltward.uplink.items import ITEM, Items


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.stop()


def test_the_login_says_who_we_are_with_a_number_that_grows_and_begins_anew_each_day(
    scene: Scene,
) -> None:
    for _ in range(3):
        scene.run(2)
        scene.cut()
    scene.run(2)
    scene.kill()
    scene.run(2)
    scene.clock.advance(86_400)
    scene.cut()
    scene.run(2)
    logins = [decode_frame(frame) for frame in scene.platform.logins]
    assert [one.body.values["sequence"] for one in logins] == [1, 2, 3, 4, 5, 1]
    assert logins[0].header.vin == LINK.identity
    assert not logins[0].problems


def test_the_logout_carries_the_number_of_its_login(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.run(2)
    scene.stop()
    login, logout = scene.platform.logins[0], scene.platform.logouts[0]
    said = [decode_frame(frame).body.values["sequence"] for frame in (login, logout)]
    assert said == [1, 1]


def test_without_an_answer_to_the_login_it_is_tried_thrice_then_after_half_an_hour(
    scene: Scene,
) -> None:
    scene.platform.logs_in = None
    times: list[float] = []
    for _ in range(8000):
        before = len(scene.platform.logins)
        scene.step(0.5)
        times += [scene.clock.monotonic_s()] * (len(scene.platform.logins) - before)
    assert [round(time / 60) for time in times] == [0, 1, 2, 33, 34, 35, 66]
    assert len(scene.connects) == 3


def test_a_refused_login_waits_and_says_why_and_a_new_password_is_tried_at_once(
    scene: Scene,
) -> None:
    scene.platform.logs_in = False
    scene.run(400, 0.5)
    assert len(scene.platform.logins) == 3
    assert str(scene.desk.client.state) == "waiting"
    assert "refused" in scene.desk.client.error
    scene.platform.logs_in = True
    scene.use(password="another")
    scene.run(2)
    assert scene.desk.client.is_up
    assert b"another" in scene.platform.logins[-1]


def test_the_whole_schedule_scales(scene: Scene) -> None:
    scene.platform.logs_in = False
    scene.use(retry_s=2.0)
    scene.run(6.5, 0.1)
    assert len(scene.platform.logins) == 3
    scene.run(60, 0.1)
    assert len(scene.platform.logins) == 4


def test_a_platform_that_hangs_up_on_every_login_is_asked_seldom(scene: Scene) -> None:
    scene.platform.logs_in = None
    for _ in range(2400):
        scene.step(0.5)
        scene.cut()
    assert len(scene.connects) <= 4
    assert gaps_of(scene) >= 1.0


def test_a_link_that_flaps_is_connected_at_most_once_a_second(scene: Scene) -> None:
    for _ in range(400):
        scene.step(0.05)
        scene.step(0.05)
        if scene.desk.client.is_up:
            scene.cut()
    assert len(scene.connects) >= 15
    assert gaps_of(scene) >= 1.0


def gaps_of(scene: Scene) -> float:
    pairs = pairwise(scene.connects)
    return min(later - sooner for sooner, later in pairs) + 1e-9


@pytest.mark.parametrize("style", ["time", "empty", "echo"])
def test_answers_are_understood_with_a_time_without_one_and_as_an_echo(
    scene: Scene, style: str
) -> None:
    scene.platform.style = style
    scene.run(0.2)
    scene.write(*(report(number % 3, scene.now_s + number) for number in range(12)))
    scene.run(0.5)
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 12
    assert scene.desk.client.strange == 0


def test_a_frame_without_an_answer_is_sent_again_thrice_then_the_connection_is_made_anew(
    scene: Scene,
) -> None:
    scene.platform.flag_of = lambda _got: None
    scene.run(0.2)
    scene.write(report(1, scene.now_s))
    scene.run(239, 0.5)
    assert [one.command for one in scene.platform.got] == [REALTIME] * 4
    assert len(scene.connects) == 1
    scene.platform.flag_of = lambda _got: 1
    scene.run(5, 0.5)
    assert len(scene.connects) == 2
    assert [one.command for one in scene.platform.got[4:]] == [REISSUE]
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"]


def test_a_frame_that_a_living_platform_never_answers_is_unanswered_in_the_end(
    scene: Scene,
) -> None:
    scene.platform.flag_of = lambda got: None if got.vin == vin(1) else 1
    scene.run(0.2)
    scene.write(report(1, scene.now_s))
    for _ in range(60):
        scene.write(report(2, scene.now_s))
        scene.run(5, 0.5)
    outcomes = [outcome for outcome, _, _ in scene.proved()]
    assert outcomes.count("unanswered") == 1
    assert outcomes.count("accepted") == 60


def test_a_slow_platform_is_waited_for_and_gets_nothing_twice(scene: Scene) -> None:
    held: list[bytes] = []

    def slowly(got: object) -> None:
        held.append(got.data)  # type: ignore[attr-defined]

    scene.platform.flag_of = slowly
    scene.run(0.2)
    scene.write(*(report(number, scene.now_s) for number in range(20)))
    for second in range(600):
        scene.step(0.5)
        if held and second % 20 == 0:  # one answer in ten seconds
            scene.desk.client.received(answer(held.pop(0), 1))
    assert len(scene.platform.got) == 20
    assert len(scene.connects) == 1


def test_answers_to_nothing_and_noise_are_counted_and_change_nothing(scene: Scene) -> None:
    scene.run(0.2)
    scene.platform.flag_of = lambda _got: None
    scene.write(report(1, scene.now_s))
    scene.run(0.2)
    client = scene.desk.client
    for wrong in (
        answer(report(2, scene.now_s), 1),
        answer(report(1, scene.now_s - 5), 1),
        answer(report(1, scene.now_s, REISSUE), 1),
        report(1, scene.now_s),
        b"noise",
    ):
        client.received(wrong)
    assert (client.strange, client.in_flight) == (5, 1)


def test_without_waiting_for_answers_what_was_sent_is_unanswered(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.use(waits=False)
    scene.run(2)
    scene.write(*(report(number, scene.now_s) for number in range(100)))
    scene.run(2)
    assert len(scene.platform.got) == 100
    assert [outcome for outcome, _, _ in scene.proved()] == ["unanswered"] * 100
    scene.stop()


def test_an_encryption_that_is_not_spoken_keeps_the_link_off_and_says_so(scene: Scene) -> None:
    scene.use(encryption=3)
    scene.run(5, 0.5)
    assert str(scene.desk.client.state) == "off"
    assert "encryption" in scene.desk.client.reason


def items(count: int) -> Items:
    frames = [report(number % 3, 1_773_534_605 + number // 3) for number in range(count)]
    rows = np.zeros(count, ITEM)
    rows["position"], rows["vehicle"], rows["command"] = range(count), 1, REALTIME
    return Items(rows, FrameBatch.of(frames))


@given(st.lists(st.integers(0, 800), max_size=30), st.sampled_from(["time", "echo"]))
def test_answers_mean_the_same_however_they_are_cut(cuts: list[int], style: str) -> None:
    clock = ManualClock()
    client = PlatformClient(LINK, clock, lambda: 1)
    client.start()
    client.tick()
    client.connected()
    client.received(answer(client.output[-1], 1))
    sent = items(12)
    client.send(sent)
    flags = [1 if number % 4 else 2 for number in range(12)]
    pairs = zip(sent.frames, flags, strict=True)
    stream = b"".join(answer(frame, flag, style) for frame, flag in pairs)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, stop in pairwise(places):
        client.received(stream[start:stop])
    said = [(row["position"], row["flag"]) for rows in client.answered for row in rows]
    assert said == list(enumerate(flags))
    assert client.in_flight == 0


@given(st.binary(max_size=300))
def test_no_bytes_from_a_platform_raise(data: bytes) -> None:
    client = PlatformClient(LINK, ManualClock(), lambda: 1)
    client.start()
    client.tick()
    client.connected()
    client.received(answer(client.output[-1], 1))
    client.send(items(3))
    client.received(data + answer(items(1).data, 1))
    client.tick()
