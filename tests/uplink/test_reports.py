"""Reports of GB/T 45688 over a link: sent, answered, proved, and what a platform feeds back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.uplink.broken_builds import AnswersBeforeTheDisk, ForgetsReports
from tests.uplink.scene import LINK, Scene, answer, report, vin

from voltward.base.errors import BadInput
from voltward.frames.frame import decode_frame
from voltward.journal.errors import JournalFull
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest.quarantine import write_records
from voltward.uplink.desk import Desk
from voltward.uplink.feedback import FeedbackStream
from voltward.uplink.reports import (
    FAULTS,
    HANDLING,
    KIND_FEEDBACK,
    KIND_REPORT,
    Report,
    report_from_bytes,
    report_to_bytes,
)
from voltward.uplink.standing import State

FAULT_BODY = "1a030f081e05" + "03" + "01" + "00" * 9 + "0100"  # facts: bits 1 and 11, level 3
HANDLING_BODY = "1a030f081e05" + "01" + "00" * 23
FEEDBACK = bytes.fromhex(
    "232390fe4c564c494e4b3030303030303030303031010012" + "1a030f081e05" + "00" * 11 + "01"
)


def fed(frame: bytes = FEEDBACK) -> bytes:
    check = 0
    for octet in frame[2:]:
        check ^= octet
    return frame + bytes((check,))


def wanted(number: int, link: str = "national", command: int = FAULTS) -> Report:
    body = FAULT_BODY if command == FAULTS else HANDLING_BODY
    return Report(number, link, 7, vin(number), command, body)


class Office:
    """Writes reports as the office does."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def reports(self, *reports: Report) -> None:
        with JournalWriter(
            self.scene.folder / "journal", "reports", clock=self.scene.clock
        ) as writer:
            now = [self.scene.clock.now_ns()] * len(reports)
            write_records(writer, [report_to_bytes(one) for one in reports], KIND_REPORT, now)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.run(0.5)
    yield made
    made.stop()


def test_a_report_is_sent_under_the_vehicles_vin_and_its_answer_is_proved(scene: Scene) -> None:
    Office(scene).reports(wanted(1), wanted(2, command=HANDLING))
    scene.run(1)
    assert [(one.command, one.vin) for one in scene.platform.got] == [
        (0x10, vin(1)),
        (0x12, vin(2)),
    ]
    assert scene.platform.got[0].data[:2] == b"##"
    decoded = decode_frame(scene.platform.got[0].data)
    assert decoded.problems == ()
    assert decoded.body.values["fault_level"] == 3
    assert scene.proved() == [("accepted", 0x10, 1), ("accepted", 0x12, 2)]


def test_only_the_links_own_reports_are_sent_and_with_the_start_it_wants(tmp_path: Path) -> None:
    scene = Scene(tmp_path, replace(LINK, reports_2025=True))
    scene.run(0.5)
    Office(scene).reports(wanted(1), wanted(2, link="local"))
    scene.run(1)
    assert [one.data[:2] for one in scene.platform.got] == [b"$$"]
    scene.stop()


def test_a_link_that_takes_no_reports_keeps_them_until_it_does(scene: Scene) -> None:
    scene.use(reports=False)
    Office(scene).reports(wanted(1))
    scene.run(2)
    assert scene.platform.got == []
    scene.use(reports=True)
    scene.run(1)
    assert [one.command for one in scene.platform.got] == [0x10]


def test_an_error_answer_brings_three_more_tries_a_minute_apart_and_holds_up_no_vehicle(
    scene: Scene,
) -> None:
    scene.platform.flag_of = lambda got: 2 if got.command == FAULTS else 1
    Office(scene).reports(wanted(1))
    scene.run(1)
    scene.write(report(1, scene.now_s))
    scene.run(1)
    assert [one.command for one in scene.platform.accepted] == [2]
    scene.run(170, 0.5)
    assert ("refused", 0x10, 1) not in scene.proved()
    scene.run(20, 0.5)
    assert ("refused", 0x10, 1) in scene.proved()
    assert [one.command for one in scene.platform.got].count(FAULTS) == 4


def test_a_platform_that_answers_no_report_keeps_its_link(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: None if got.command == FAULTS else 1
    Office(scene).reports(wanted(1))
    scene.run(300, 0.5)
    assert scene.proved() == [("unanswered", 0x10, 1)]
    assert [one.command for one in scene.platform.got].count(FAULTS) == 4
    assert scene.desk.client.state is State.UP
    assert len(scene.connects) == 1


def test_reports_without_answers_leave_the_window_to_the_vehicles(scene: Scene) -> None:
    scene.platform.flag_of = lambda got: None if got.command == FAULTS else 1
    Office(scene).reports(*(wanted(number) for number in range(1, 31)))
    scene.run(1)
    assert len(scene.platform.got) == 2  # a tenth of the window
    scene.write(*(report(number, scene.now_s) for number in range(40)))
    scene.run(2)
    assert len(scene.platform.accepted) == 40


def cut_and_killed(tmp_path: Path, desk: type[Desk]) -> Scene:
    """A report in flight when the connection goes and the process dies; then all is well again."""
    scene = Scene(tmp_path, desk=desk)
    scene.run(0.5)
    scene.platform.flag_of = lambda _got: None
    Office(scene).reports(wanted(1))
    scene.run(1)
    scene.write(report(9, scene.now_s))
    scene.run(2)
    scene.kill()
    scene.platform.flag_of = lambda _got: 1
    scene.run(5)
    return scene


def test_a_report_in_flight_survives_a_kill_and_is_sent_again_unchanged(tmp_path: Path) -> None:
    scene = cut_and_killed(tmp_path, Desk)
    sent = [one.data for one in scene.platform.got if one.command == FAULTS]
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert ("accepted", 0x10, 1) in scene.proved()
    scene.stop()


def test_a_build_that_forgets_open_reports_is_noticed(tmp_path: Path) -> None:
    scene = cut_and_killed(tmp_path, ForgetsReports)
    assert ("accepted", 0x10, 1) not in scene.proved()
    scene.stop()


def test_what_was_proved_is_not_sent_again_though_the_office_writes_it_twice(scene: Scene) -> None:
    Office(scene).reports(wanted(1))
    scene.run(1)
    scene.kill()
    scene.run(2)
    (scene.folder / "uplink" / "national" / "reports.cursor").write_bytes(b"damaged")
    scene.kill()
    Office(scene).reports(wanted(2))
    scene.run(2)
    assert [one.vin for one in scene.platform.got] == [vin(1), vin(2)]


def feedback_kept(scene: Scene) -> list[bytes]:
    with JournalReader(scene.folder / "journal") as reader:
        if "feedback-national" not in reader.streams():
            return []
        records = reader.read(None, "feedback-national", 1 << 20)
        assert set(records.kinds.tolist()) <= {KIND_FEEDBACK}
        return [records.payload(place) for place in range(len(records))]


def answers_to(scene: Scene, frame: bytes) -> bytes:
    scene.desk.client.received(frame)
    scene.desk.step()
    given = b"".join(scene.desk.client.output)
    scene.desk.client.output.clear()
    return given


def test_feedback_is_kept_as_it_came_and_then_answered_with_its_time(scene: Scene) -> None:
    assert answers_to(scene, fed()) == answer(fed(), 1)
    assert feedback_kept(scene) == [fed()]


def test_feedback_that_is_too_short_is_kept_and_answered_with_an_error(scene: Scene) -> None:
    short = fed(FEEDBACK[:22] + b"\0\7" + FEEDBACK[24:31])
    assert answers_to(scene, short)[3] == 2
    assert feedback_kept(scene) == [short]


def test_other_commands_of_a_platform_are_neither_answered_nor_kept(scene: Scene) -> None:
    other = bytearray(FEEDBACK)
    other[2] = 0x91
    assert answers_to(scene, fed(bytes(other))) == b""
    assert feedback_kept(scene) == []
    assert scene.desk.client.strange == 1


def full(self: FeedbackStream, frames: object) -> list[bytes]:
    raise JournalFull("no space")


def unwritten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What is answered when the disk takes nothing."""
    monkeypatch.setattr(FeedbackStream, "take", full)
    scene.desk.client.received(fed())
    with pytest.raises(JournalFull):
        scene.desk.step()
    return b"".join(scene.desk.client.output)


def test_feedback_that_the_disk_refuses_is_not_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unwritten(scene, monkeypatch) == b""


def test_a_build_that_answers_feedback_before_the_disk_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, desk=AnswersBeforeTheDisk)
    scene.run(0.5)
    assert unwritten(scene, monkeypatch) != b""
    scene.stop()


def test_a_report_comes_back_as_it_was_written() -> None:
    assert report_from_bytes(report_to_bytes(wanted(3))) == wanted(3)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(wanted(1), body=FAULT_BODY[2:]),
        replace(wanted(1), body="zz"),
        replace(wanted(1), vin="SHORT"),
        replace(wanted(1), command=2),
    ],
)
def test_what_could_not_be_sent_is_no_report(wrong: Report) -> None:
    with pytest.raises(BadInput):
        report_from_bytes(report_to_bytes(wrong))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_report_or_refused(data: bytes) -> None:
    try:
        report_from_bytes(data)
    except BadInput:
        return
