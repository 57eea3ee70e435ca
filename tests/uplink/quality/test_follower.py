"""The engine beside the processor: days are durable, memory survives exactly, nothing waits for others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.findings.rows import frames_of_recording

from voltward.columns.batch import FrameBatch
from voltward.findings.limits import BookFile, Group, Revision, write_book, write_groups
from voltward.journal.errors import JournalFull
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.simulator.data import fire_recording
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.uplink.quality import checkpoint
from voltward.uplink.quality.catalogue import limit_key
from voltward.uplink.quality.engine import QualityEngine
from voltward.uplink.quality.follower import QualityConfig, QualityFollower
from voltward.uplink.quality.summary import KIND_QUALITY, Summary, summaries_of

KEY = b"k" * 32
RECEIVED_S = 1_562_681_900
Days = dict[tuple[int, int, int], Summary]


@pytest.fixture(scope="module")
def frames() -> list[bytes]:
    """The last rows of the car that burnt."""
    recording = fire_recording()
    rows = recording.rows()
    return frames_of_recording(recording, rows.take(np.arange(len(rows) - 120, len(rows))))


class Place:
    """A journal to write frames into, and followers of it."""

    def __init__(self, folder: Path) -> None:
        (folder / "journal").mkdir(parents=True)
        processor = ProcessorConfig(
            journal=folder / "journal", folder=folder / "p", vehicle_key=KEY
        )
        self.config = QualityConfig(
            processor, folder / "limits", folder / "quality", folder / "run" / "quality.json",
            tell_every_s=0.0,
        )  # fmt: skip

    def write(self, frames: list[bytes]) -> None:
        batch = FrameBatch.of(frames)
        with JournalWriter(self.config.processor.journal, "gateway-0") as writer:
            writer.append_many(
                batch.buffer, batch.offsets, np.ones(len(frames), np.uint8),
                np.zeros(len(frames), np.uint32),
                np.full(len(frames), RECEIVED_S * 10**9, np.int64),
            )  # fmt: skip
            writer.commit()

    def follower(self, **more: Any) -> QualityFollower:
        reader = JournalReader(self.config.processor.journal)
        return QualityFollower(self.config, reader, **more)

    def told(self) -> list[Summary]:
        with JournalReader(self.config.processor.journal) as reader:
            if self.config.stream not in reader.streams():
                return []
            records = reader.read(None, self.config.stream, 1 << 24)
        assert set(records.kinds.tolist()) <= {KIND_QUALITY}
        return [one for i in range(len(records)) for one in summaries_of(records.payload(i))]

    def days(self) -> Days:
        """What the office ends with: the last that was told of each day."""
        return {(one.vehicle, one.day, one.received): one for one in self.told()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def whole(tmp_path: Path, frames: list[bytes]) -> Days:
    """The days as one follower tells them that was never stopped."""
    other = Place(tmp_path / "other")
    other.write(frames)
    follower = other.follower()
    follower.drain()
    follower.close()
    return other.days()


def test_frames_in_the_journal_become_days_on_a_stream(
    place: Place, frames: list[bytes], whole: Days
) -> None:
    assert sum(day.rows for day in whole.values()) == len(frames)
    assert all(day.received == RECEIVED_S // 86_400 for day in whole.values())
    place.write(frames)
    follower = place.follower()
    follower._report()
    assert json.loads(place.config.status_file.read_text())["rows"] == 0
    assert follower.drain() >= len(frames)
    follower.close()
    assert place.days() == whole


def test_a_follower_that_was_closed_goes_on_as_if_it_had_never_stopped(
    place: Place, frames: list[bytes], whole: Days
) -> None:
    for first in range(0, len(frames), 17):
        place.write(frames[first : first + 17])
        follower = place.follower()
        follower.drain()
        follower.close()
    assert place.days() == whole


def killed_between(place: Place, frames: list[bytes]) -> None:
    """Killed when the days were told and the memory was not saved yet; started again."""
    place.write(frames[:60])
    first = place.follower()
    first.drain()
    first.close()
    memory = place.config.memory_file.read_bytes()
    place.write(frames[60:])
    second = place.follower()
    second.drain()
    second.close()
    place.config.memory_file.write_bytes(memory)
    last = place.follower()
    last.drain()
    last.close()


def test_after_a_kill_the_same_days_are_told_again(
    place: Place, frames: list[bytes], whole: Days
) -> None:
    killed_between(place, frames)
    assert place.days() == whole


def test_a_follower_that_saves_only_its_place_is_found_out(
    place: Place, frames: list[bytes], whole: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = checkpoint.load

    def forgetful(path: Path, engine: QualityEngine) -> Any:
        return load(path, QualityEngine())  # the place, and none of the memory

    monkeypatch.setattr(checkpoint, "load", forgetful)
    killed_between(place, frames)
    assert place.days() != whole


def test_damaged_memory_is_counted_anew_from_the_oldest_record(
    place: Place, frames: list[bytes], whole: Days
) -> None:
    place.write(frames)
    follower = place.follower()
    follower.drain()
    follower.close()
    content = bytearray(place.config.memory_file.read_bytes())
    content[len(content) // 2] ^= 1
    place.config.memory_file.write_bytes(bytes(content))
    again = place.follower()
    assert again.positions == {}
    again.drain()
    again.close()
    assert place.days() == whole


def test_what_a_full_stream_does_not_take_is_told_later_and_nothing_is_counted_meanwhile(
    place: Place, frames: list[bytes], whole: Days
) -> None:
    place.write(frames)
    full = [True]

    def opened() -> JournalWriter:
        if full[0]:
            raise JournalFull("no room")
        return JournalWriter(place.config.processor.journal, place.config.stream)

    follower = place.follower(opened=opened)
    follower.drain()
    positions = dict(follower.positions)
    place.write(frames)  # the same again: repeated, once there is room
    assert follower.drain() == 0
    assert follower.positions == positions
    assert not place.config.memory_file.exists()
    full[0] = False
    follower.drain()
    follower.close()
    assert {key: one.rows for key, one in place.days().items()} != {}
    assert set(place.days()) == set(whole)


def test_limits_of_the_office_are_taken_up(place: Place, frames: list[bytes]) -> None:
    group = Group("g", revisions=(Revision("r", 0, {limit_key("cell_highest_mv"): 1000.0}),))
    write_book(place.config.limits, BookFile(3, (group,)))
    write_groups(place.config.limits, 3, [])
    place.write(frames)
    follower = place.follower()
    follower.drain()
    follower.close()
    assert follower.engine.book.book.generation == 3
    found = sum(one.errors["range.cells"].count for one in place.days().values())
    assert found > len(frames) // 2


def test_its_own_stream_is_not_followed(place: Place) -> None:
    assert not place.config.processor.follows(place.config.stream)
