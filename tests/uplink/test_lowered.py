"""A thermal event that a 2016 platform hears of as level 3: the office hears of it durably, before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.uplink.broken_builds import TellsOfItAfterwards
from tests.uplink.scene import KEY, LINK, REALTIME, Scene, report, vin

from voltward.base.errors import BadInput
from voltward.base.vehicle_id import vehicle_id
from voltward.frames.frame import decode_frame, encode_frame
from voltward.frames.grammar import Edition
from voltward.frames.moments import pack_moment
from voltward.journal.errors import JournalFull
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.uplink.desk import Desk
from voltward.uplink.lowered import (
    KIND_LOWERED,
    LOWERED,
    Lowered,
    lowered_from_bytes,
    lowered_to_bytes,
)
from voltward.uplink.reencode import reencoded

THERMAL_EVENT = bytes.fromhex("06 04 00800000 00 00 00 00 00")  # level 4, flag 23
LEVEL_3 = bytes.fromhex("06 03 00000002 00 00 00 00 00")


class Says(Desk):
    """As the process has it: frames are said anew for the platform's edition."""

    def __post_init__(self) -> None:
        self.reencode = reencoded
        super().__post_init__()


class SaysAndTellsAfterwards(TellsOfItAfterwards, Says):
    pass


def alarm(number: int, at_s: float, item: bytes = THERMAL_EVENT) -> bytes:
    time = pack_moment("time", datetime.fromtimestamp(int(at_s), UTC))
    return encode_frame(Edition.Y2025, REALTIME, 0xFE, vin(number), time + item)


def told(scene: Scene) -> list[tuple[int, int]]:
    """Vehicle and collection time of each frame that the office hears of, in order."""
    with JournalReader(scene.folder / "journal") as reader:
        if "proof-national" not in reader.streams():
            return []
        records = reader.read(None, "proof-national", 64 << 20)
        found = [lowered_from_bytes(records.payload(place)) for place in places(records.kinds)]
    assert all(one.link == "national" for one in found)
    return [
        (int(entry["vehicle"]), int(entry["collected_s"])) for one in found for entry in one.entries
    ]


def places(kinds: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    return np.flatnonzero(kinds == KIND_LOWERED).tolist()


def number_of(car: int) -> int:
    return vehicle_id(vin(car), KEY)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, desk=Says)
    made.run(0.5)
    yield made
    made.stop()


def test_the_office_hears_of_each_frame_that_says_less_than_the_vehicle_did(scene: Scene) -> None:
    at_s = int(scene.now_s)
    scene.write(alarm(1, at_s), alarm(2, at_s, LEVEL_3), report(3, at_s))
    scene.run(1)
    assert len(scene.platform.accepted) == 3
    level = decode_frame(scene.platform.got[0].data).body.items[0].values["level"]
    assert level == 3
    assert told(scene) == [(number_of(1), at_s)]
    assert scene.desk.books.totals["thermal_as_3"] == 1


def test_a_platform_of_2025_hears_of_level_4_and_nobody_need_report_by_hand(tmp_path: Path) -> None:
    scene = Scene(tmp_path, link=replace(LINK, edition=2025), desk=Says)
    scene.run(0.5)
    scene.write(alarm(1, scene.now_s))
    scene.run(1)
    assert len(scene.platform.accepted) == 1
    assert told(scene) == []
    scene.stop()


def killed_while_in_flight(folder: Path, desk: type[Desk]) -> Scene:
    """The platform has the frame and says nothing; then the process is killed."""
    scene = Scene(folder, desk=desk)
    scene.run(0.5)
    scene.platform.flag_of = lambda _got: None
    scene.write(alarm(1, scene.now_s))
    scene.run(1)
    assert len(scene.platform.got) == 1
    scene.kill()
    return scene


def test_what_was_sent_when_the_process_was_killed_is_known_to_the_office(tmp_path: Path) -> None:
    scene = killed_while_in_flight(tmp_path, Says)
    assert [vehicle for vehicle, _at in told(scene)] == [number_of(1)]
    scene.run(1)
    assert {vehicle for vehicle, _at in told(scene)} == {number_of(1)}  # again, as it is sent again
    scene.stop()


def test_a_build_that_tells_when_it_was_answered_is_caught(tmp_path: Path) -> None:
    scene = killed_while_in_flight(tmp_path, SaysAndTellsAfterwards)
    with pytest.raises(AssertionError):
        assert [vehicle for vehicle, _at in told(scene)] == [number_of(1)]
    scene.stop()


def test_what_cannot_be_written_down_is_not_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_writer: JournalWriter) -> None:
        raise JournalFull("no space left")

    scene.write(alarm(1, scene.now_s))
    with monkeypatch.context() as patched:
        patched.setattr(JournalWriter, "commit", full)
        with pytest.raises(JournalFull):
            scene.run(1)
    assert scene.platform.got == []
    scene.kill()
    scene.run(1)
    assert len(scene.platform.accepted) == 1
    assert len(told(scene)) == 1


def test_a_record_says_again_what_it_was_made_of() -> None:
    entries = np.array([(7, 1_773_534_605_000, 1_773_534_600)], LOWERED)
    found = lowered_from_bytes(lowered_to_bytes(Lowered("national", entries)))
    assert (found.link, found.entries.tolist()) == ("national", entries.tolist())


@pytest.mark.parametrize("payload", [b"", b"\x02\0\0\0\0", b"\x01\x02\0\0\0{}", b"\x01\xff\0\0\0{"])
def test_what_is_no_such_record_is_refused(payload: bytes) -> None:
    with pytest.raises(BadInput):
        lowered_from_bytes(payload)
