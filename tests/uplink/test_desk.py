"""What one link owes, in which order it is sent, and what survives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.uplink.scene import LINK, LOGIN, LOGOUT, REALTIME, REISSUE, Scene, report, vin

from voltward.base.canary import CANARY_VIN
from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition
from voltward.journal.errors import JournalFull
from voltward.journal.writer import JournalWriter


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.run(0.2)
    yield made
    made.stop()


def test_fresh_frames_go_at_once_as_they_came(scene: Scene) -> None:
    frames = [report(1, scene.now_s, command) for command in (LOGIN, REALTIME, LOGOUT)]
    scene.write(*frames)
    scene.run(0.2)
    assert [one.data for one in scene.platform.got] == frames
    assert [(outcome, command) for outcome, command, _ in scene.proved()] == [
        ("accepted", LOGIN),
        ("accepted", REALTIME),
        ("accepted", LOGOUT),
    ]


def test_what_came_while_the_link_was_down_is_reissued_in_order_of_collection(scene: Scene) -> None:
    scene.platform, platform = None, scene.platform
    scene.cut()
    began_s = scene.now_s
    for second in (40, 10, 70, 30):
        scene.write(report(1, began_s + second - 100), report(2, began_s + second - 100))
        scene.step(0.1)
    scene.platform = platform
    scene.run(200, 0.5)
    assert [one.command for one in scene.platform.got] == [REISSUE] * 8
    times = [one.time for one in scene.platform.got if one.vin == vin(1)]
    assert times == sorted(times)
    assert len(times) == 4
    assert all(outcome == "accepted" for outcome, _, _ in scene.proved())


def test_logins_and_logouts_that_are_late_stay_what_they_are(scene: Scene) -> None:
    late_s = scene.now_s - 600
    scene.write(report(1, late_s, LOGIN), report(1, late_s + 1), report(1, late_s + 2, LOGOUT))
    scene.run(0.5)
    assert [one.command for one in scene.platform.got] == [LOGIN, REISSUE, LOGOUT]


def test_what_a_vehicle_reissues_goes_in_idle_time(scene: Scene) -> None:
    scene.write(report(1, scene.now_s - 300, REISSUE), report(1, scene.now_s))
    scene.run(0.5)
    assert [one.command for one in scene.platform.got] == [REALTIME, REISSUE]


def test_refused_frames_other_commands_the_canary_and_strangers_are_not_forwarded(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, replace(LINK, all_vehicles=False))
    scene.run(0.2)
    scene.write(report(1, scene.now_s))
    scene.use(all_vehicles=True)
    scene.write(report(2, scene.now_s), kind=4)
    canary = bytearray(report(3, scene.now_s))
    canary[4:21] = CANARY_VIN.encode()
    scene.write(bytes(canary))
    scene.write(encode_frame(Edition.Y2016, 7, 0xFE, vin(3), b""))
    scene.write(report(4, scene.now_s))
    scene.run(0.3)
    assert {one.vin for one in scene.platform.got} == {vin(1), vin(4)}
    scene.stop()


def test_frames_older_than_seven_days_expire_and_are_proved(scene: Scene) -> None:
    scene.write(report(1, scene.now_s - 8 * 86_400, REISSUE), report(1, scene.now_s - 60, REISSUE))
    scene.run(0.5)
    assert [outcome for outcome, _, _ in scene.proved()] == ["expired", "accepted"]
    assert len(scene.platform.got) == 1


def test_a_vehicle_with_a_wrong_clock_is_forwarded_live(scene: Scene) -> None:
    scene.write(report(1, scene.now_s - 10 * 365 * 86_400), report(2, scene.now_s + 90 * 86_400))
    scene.run(0.3)
    assert [one.command for one in scene.platform.got] == [REALTIME, REALTIME]


def test_another_edition_is_not_expressible_without_a_re_encoder(scene: Scene) -> None:
    scene.write(report(1, scene.now_s, edition=Edition.Y2025))
    scene.run(0.3)
    assert [outcome for outcome, _, _ in scene.proved()] == ["not_expressible"]


def test_an_encrypted_frame_that_nobody_can_read_is_proved_unreadable(scene: Scene) -> None:
    frame = bytearray(report(1, scene.now_s))
    frame[21] ^= 2  # AES
    frame[-1] ^= 2
    scene.write(bytes(frame))
    scene.run(0.3)
    assert [outcome for outcome, _, _ in scene.proved()] == ["unreadable"]


def test_a_kill_loses_nothing_and_repeats_nothing_that_is_proved(scene: Scene) -> None:
    for number in range(30):
        scene.write(report(number, scene.now_s))
        scene.step(0.05)
    scene.run(0.5)
    scene.kill()
    scene.run(2)
    assert len(scene.platform.got) == 30
    scene.platform, platform = None, scene.platform
    scene.cut()
    for number in range(30):
        scene.write(report(number, scene.now_s))
        scene.step(0.05)
    scene.kill()
    scene.platform = platform
    scene.run(70, 0.5)
    assert len(platform.got) == 60
    assert len({(one.vin, one.time) for one in platform.got}) == 60


def test_a_paused_link_logs_out_and_owes_what_comes_meanwhile(scene: Scene) -> None:
    scene.use(paused=True)
    scene.run(0.2)
    assert len(scene.platform.logouts) == 1
    scene.write(report(1, scene.now_s))
    scene.run(5, 0.5)
    assert (str(scene.desk.client.state), scene.platform.got) == ("paused", [])
    assert len(scene.desk.books.due) == 1
    scene.use(paused=False)
    scene.run(2)
    assert [one.command for one in scene.platform.got] == [REISSUE]


def test_no_more_than_the_window_is_in_flight(scene: Scene) -> None:
    scene.platform.flag_of = lambda _got: None
    scene.write(*(report(number, scene.now_s) for number in range(100)))
    scene.run(1)
    assert len(scene.platform.got) == scene.link.window


def test_a_limit_of_frames_a_second_is_kept(tmp_path: Path) -> None:
    scene = Scene(tmp_path, replace(LINK, per_s=10, window=1000))
    scene.run(0.2)
    scene.write(*(report(number, scene.now_s) for number in range(200)))
    scene.run(10)
    assert 90 <= len(scene.platform.got) <= 112
    scene.stop()


def test_after_a_disk_that_was_full_the_link_begins_anew_and_loses_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.write(*(report(number, scene.now_s) for number in range(10)))
    with monkeypatch.context() as full:
        full.setattr(JournalWriter, "commit", _no_space)
        with pytest.raises(JournalFull):
            scene.run(1)
    scene.kill()
    scene.run(3)
    assert [outcome for outcome, _, _ in scene.proved()] == ["accepted"] * 10
    assert len({one.vin for one in scene.platform.accepted}) == 10
    assert len(scene.platform.accepted) <= 20


def _no_space(_writer: JournalWriter) -> None:
    raise JournalFull("only the reserve of the disk is left")


def test_a_due_frame_whose_segment_has_expired_comes_from_the_archive_or_is_expired(
    scene: Scene,
) -> None:
    frames = [report(number, scene.now_s - 300, REISSUE) for number in (1, 2)]
    scene.platform, platform = None, scene.platform
    scene.cut()
    scene.write(*frames)
    scene.run(2)
    scene.writer.seal()
    (scene.folder / "journal" / "gateway-0" / "000000000000.log").unlink()
    scene.kill()
    first = min(
        scene.desk.books.due.files.read(scene.desk.books.due.files.minutes()[0])["position"]
    )
    scene.desk._reissues.archived = lambda at: frames[0] if at.number == first else None
    scene.platform = platform
    scene.run(70, 0.5)
    assert [one.data for one in scene.platform.got] == frames[:1]
    assert {outcome for outcome, _, _ in scene.proved()} == {"accepted", "expired"}
