"""The engine beside the processor: findings are durable, memory survives exactly, nothing waits for others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.findings.rows import frames_of_recording

from voltward.columns.batch import FrameBatch
from voltward.findings import checkpoint
from voltward.findings.catalogue import DETECTORS
from voltward.findings.engine import Engine
from voltward.findings.finding import KIND_FINDING, Finding, finding_from_json
from voltward.findings.follower import FindingsConfig, FindingsFollower
from voltward.findings.limits import (
    BookFile,
    Group,
    LimitBook,
    Revision,
    read_book,
    write_book,
    write_groups,
)
from voltward.journal.errors import JournalFull
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.simulator.data import fire_recording
from voltward.telemetry.ingest.config import ProcessorConfig

KEY = b"k" * 32


@pytest.fixture(scope="module")
def fire_frames() -> list[bytes]:
    """The last ten minutes before the runaway, and the fire."""
    recording = fire_recording()
    rows = recording.rows()
    return frames_of_recording(recording, rows.take(np.arange(len(rows) - 120, len(rows))))


class Place:
    """A journal to write frames into, and followers of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        processor = ProcessorConfig(
            journal=folder / "journal", folder=folder / "p", vehicle_key=KEY
        )
        self.config = FindingsConfig(
            processor, folder / "snapshots", folder / "findings", folder / "run" / "findings.json"
        )

    def write(self, frames: list[bytes], received_s: int = 1_562_681_900) -> None:
        batch = FrameBatch.of(frames)
        with JournalWriter(self.config.processor.journal, "gateway-0") as writer:
            writer.append_many(
                batch.buffer, batch.offsets, np.ones(len(frames), np.uint8),
                np.zeros(len(frames), np.uint32),
                np.full(len(frames), received_s * 10**9, np.int64),
            )  # fmt: skip
            writer.commit()

    def follower(self, **more: Any) -> FindingsFollower:
        return FindingsFollower(
            self.config, JournalReader(self.config.processor.journal), DETECTORS, **more
        )

    def findings(self) -> list[Finding]:
        with JournalReader(self.config.processor.journal) as reader:
            if self.config.stream not in reader.streams():
                return []
            records = reader.read(None, self.config.stream, 1 << 24)
        assert set(records.kinds.tolist()) <= {KIND_FINDING}
        return [finding_from_json(records.payload(i)) for i in range(len(records))]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "journal").mkdir()
    return Place(tmp_path)


def names(findings: list[Finding]) -> list[tuple[str, str, int, int]]:
    return [(f.kind, f.rule, f.opened_at, f.at) for f in findings]


def test_frames_in_the_journal_become_findings_on_a_stream(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.write(fire_frames)
    follower = place.follower()
    assert follower.drain() >= len(fire_frames)
    follower.close()
    found = place.findings()
    (fire,) = [f for f in found if f.rule == "thermal.runaway" and f.kind == "opened"]
    assert (fire.stream, fire.level, fire.edition) == ("gateway-0", 4, 2016)
    with JournalReader(place.config.processor.journal) as reader:
        frame = reader.frame_at(Position.of_number("gateway-0", fire.position))
    assert frame in fire_frames


def test_a_follower_that_was_closed_goes_on_as_if_it_had_never_stopped(
    place: Place, fire_frames: list[bytes], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "journal").mkdir(parents=True)
    whole = Place(other)
    whole.write(fire_frames)
    one = whole.follower()
    one.drain()
    one.close()
    for first in range(0, len(fire_frames), 7):
        place.write(fire_frames[first : first + 7])
        follower = place.follower()
        follower.drain()
        follower.close()
    assert sorted(names(place.findings())) == sorted(names(whole.findings()))


def test_after_a_kill_the_same_findings_come_again_under_the_same_names(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.write(fire_frames[:40])
    follower = place.follower()
    follower.drain()
    follower.close()
    before = len(place.findings())
    memory = place.config.memory_file.read_bytes()
    place.write(fire_frames[40:])
    killed = place.follower()
    killed.drain()
    assert killed._writer is not None
    killed._writer.close()
    place.config.memory_file.write_bytes(memory)  # killed before it saved what it judged last
    told = names(place.findings())[before:]
    again = place.follower()
    again.drain()
    again.close()
    assert names(place.findings())[before + len(told) :] == told


def test_findings_wait_for_a_disk_that_is_full_and_none_is_lost(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.write(fire_frames)
    full = [True]

    def opened() -> JournalWriter:
        if full[0]:
            raise JournalFull("no space")
        return JournalWriter(place.config.processor.journal, place.config.stream)

    follower = place.follower(opened=opened)
    for _ in range(5):
        follower.step()
    assert place.findings() == []
    assert not place.config.memory_file.exists()  # nothing may be forgotten that is not written
    full[0] = False
    follower.drain()
    follower.close()
    assert "thermal.runaway" in {f.rule for f in place.findings()}


def test_memory_that_is_damaged_is_told_and_everything_is_judged_again(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.write(fire_frames)
    follower = place.follower()
    follower.drain()
    follower.close()
    content = bytearray(place.config.memory_file.read_bytes())
    content[-1] ^= 1
    place.config.memory_file.write_bytes(content)
    engine = Engine(DETECTORS, LimitBook(DETECTORS))
    with pytest.raises(checkpoint.MemoryDamaged):
        checkpoint.load(place.config.memory_file, engine)
    again = place.follower()
    assert again.positions == {}
    assert again.drain() >= len(fire_frames)


def test_a_detector_with_another_memory_begins_anew_and_the_others_go_on(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.write(fire_frames)
    follower = place.follower()
    follower.drain()
    follower.close()
    soc = next(one for one in DETECTORS if one.name == "soc")
    other = replace(soc, memory=np.dtype([("soc_pct", "f8"), ("time_s", "i8")]))
    detectors = [other if one is soc else one for one in reversed(DETECTORS)]
    engine = Engine(detectors, LimitBook(detectors))
    restored = checkpoint.load(place.config.memory_file, engine)
    assert restored.begun_anew == ("soc",)
    assert len(engine.slots) == 1
    # what was open is open under the numbers of the new order
    rows = place.findings()
    still = {f.rule for f in rows if f.kind == "opened"} - {
        f.rule for f in rows if f.kind == "cleared"
    }
    assert engine.episodes.known >= len(still)
    numbers = {code: at for at, code in enumerate(engine.rule_codes())}
    keys = {int(key) - 1 for key in engine.episodes.keys if key}
    assert {numbers[rule] for rule in still} <= {key % 256 for key in keys}


def test_new_limits_are_taken_up_without_a_restart(place: Place, fire_frames: list[bytes]) -> None:
    follower = place.follower()
    follower.step()
    group = Group("default", revisions=(Revision("L-9", 0, {"temperature.high_1_c": 20.0}),))
    write_book(place.config.limits, BookFile(9, (group,)))
    write_groups(place.config.limits, 9, [])
    assert read_book(place.config.limits).groups == (group,)
    follower._files.looked_s = -1e9  # a second later
    place.write(fire_frames[:5])
    follower.drain()
    follower.close()
    (found,) = [f for f in place.findings() if f.rule == "temperature.high"]
    assert found.limit is not None
    assert found.limit.revision == "L-9"


def test_limits_that_cannot_be_read_leave_those_in_force(
    place: Place, fire_frames: list[bytes]
) -> None:
    place.config.limits.mkdir()
    (place.config.limits / "limits.json").write_bytes(b"00000000\n{}")
    follower = place.follower()
    assert follower.engine.book.book.generation == 0
    place.write(fire_frames)
    assert follower.drain() > 0
