"""Sealed segments read like logs, with or without a key."""

import random
from pathlib import Path

import numpy as np
import pytest
from tests.journal.building import (
    NO_RESERVE,
    SMALL,
    STREAM,
    VINS,
    append,
    frames,
    read_all,
    written,
    written_kinds,
)
from tests.journal.simdisk import PowerLoss, SimDisk

from voltward.base.clock import ManualClock
from voltward.base.errors import BadSetting
from voltward.journal.blocks import BlockHead
from voltward.journal.errors import JournalDamaged, JournalLocked, KeyMissing
from voltward.journal.files import OsFiles
from voltward.journal.keeper import LOCK_NAME, Keeper
from voltward.journal.keys import KeyRing, key_id
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.sealed import SealedSegment
from voltward.journal.verify import verify
from voltward.journal.writer import JournalOptions, JournalWriter

FOLDER = f"/journal/{STREAM}"
OLD, NEW = b"o" * 32, b"n" * 32
NEW_LINE = NEW.hex().encode() + b"\n"


def test_sealing_changes_nothing_that_readers_see(tmp_path: Path, keys: KeyRing) -> None:
    written_kinds(tmp_path)
    before = read_all(tmp_path)
    kept = Keeper(tmp_path, STREAM, keys).keep()
    assert len(kept.sealed) >= 3
    assert kept.faults == []
    names = sorted(path.name for path in (tmp_path / STREAM).iterdir())
    assert [name for name in names if name.endswith(".log")] == [f"{len(kept.sealed):012d}.log"]
    assert read_all(tmp_path, keys=keys) == before
    with JournalReader(tmp_path, keys=keys) as reader:
        for position, payload in list(before.items())[::29]:
            assert reader.frame_at(position) == payload
    assert all(report.sound for report in verify(tmp_path, STREAM, keys=keys))


def test_sealed_frames_take_less_room(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, STREAM, SMALL) as writer:
        append(writer, [frames(1)[0]] * 500)
        writer.commit()
        writer.seal()
    (sealed,) = Keeper(tmp_path, STREAM).keep().sealed
    assert sealed.bytes_after < sealed.bytes_before / 5
    assert (sealed.records, sealed.damage) == (500, [])


def test_a_follower_in_the_middle_of_a_segment_does_not_notice_its_sealing(tmp_path: Path) -> None:
    payloads = written_kinds(tmp_path)
    with JournalReader(tmp_path) as reader:
        first = reader.read(None, STREAM, 5_000)
        Keeper(tmp_path, STREAM).keep()
        second = reader.read(first.next, STREAM, 5_000)
    with JournalReader(tmp_path) as other:
        again = other.read(first.next, STREAM, 5_000)
    assert first.payload(0) == payloads[0]
    assert second.positions[0] == again.positions[0]
    assert second.payload(0) == again.payload(0)


def test_an_encrypted_segment_shows_no_vin_and_needs_its_key(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    Keeper(tmp_path, STREAM, KeyRing.of(OLD)).keep()
    for path in (tmp_path / STREAM).iterdir():
        if path.suffix in {".sealed", ".index"}:
            assert VINS[0][:10] not in path.read_bytes()
    with pytest.raises(KeyMissing, match=key_id(OLD).hex()):
        read_all(tmp_path, keys=KeyRing.of(NEW))
    reports = list(verify(tmp_path, STREAM))
    assert "is not in the journal's key file" in reports[0].faults[0]


def test_keys_are_rotated_and_the_old_ones_still_read(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    before = read_all(tmp_path)
    Keeper(tmp_path, STREAM, KeyRing.of(OLD)).keep(most=2)
    ring = KeyRing.of(NEW, OLD)
    Keeper(tmp_path, STREAM, ring).keep()
    used = set()
    for path in (tmp_path / STREAM).glob("*.sealed"):
        segment = SealedSegment(OsFiles(), str(path), ring)
        segment.close()
        assert segment.sealed is not None
        used.add(segment.sealed.key)
    assert used == {key_id(OLD), key_id(NEW)}
    assert read_all(tmp_path, keys=ring) == before


def test_a_block_cannot_be_moved_to_another_segment(tmp_path: Path) -> None:
    """The stream, the segment and the block are authenticated with the content."""
    ring = KeyRing.of(NEW)
    written_kinds(tmp_path)
    Keeper(tmp_path, STREAM, ring).keep()
    moved = tmp_path / "gateway-1"
    (tmp_path / STREAM).rename(moved)
    with JournalReader(tmp_path, keys=ring) as reader:
        whole = reader.read(None, "gateway-1")
        assert len(whole) > 0  # the header says which stream it is
    segment = moved / "000000000001.sealed"
    other = (moved / "000000000002.sealed").read_bytes()
    content = bytearray(segment.read_bytes())
    content[8192:] = other[8192:]
    segment.write_bytes(content)
    report = list(verify(tmp_path, "gateway-1", keys=ring))[1]
    assert (report.records, report.sound) == (0, False)


@pytest.mark.parametrize(
    ("content", "count"),
    [(OLD, 1), (NEW_LINE, 1), (NEW_LINE + OLD.hex().encode(), 2)],
)
def test_a_key_file_holds_raw_bytes_or_hex_lines(
    tmp_path: Path, content: bytes, count: int
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    ring = KeyRing.read(path)
    assert len(ring.keys) == count
    assert ring.active == key_id(OLD if content == OLD else NEW)
    assert KeyRing.read(None) == KeyRing()


@pytest.mark.parametrize("content", [b"", b"short", b"zz" * 32, b"ab" * 31 + b"\n"])
def test_another_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(BadSetting, match="64 hex digits"):
        KeyRing.read(path)


def test_the_live_segment_is_never_sealed_and_one_keeper_works_at_a_time(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, STREAM, NO_RESERVE) as writer:
        append(writer, frames(5))
        writer.commit()
        assert Keeper(tmp_path, STREAM).keep().sealed == []
        lock = OsFiles().lock(str(tmp_path / STREAM / LOCK_NAME))
        with pytest.raises(JournalLocked):
            Keeper(tmp_path, STREAM).keep()
        OsFiles().close(lock)
        writer.seal()
        assert len(Keeper(tmp_path, STREAM).keep().sealed) == 1


def test_sealing_may_be_interrupted_at_every_step() -> None:
    tiny = JournalOptions(segment_bytes=16_000, reserve_share=0.0)
    at = 0
    while True:
        disk = SimDisk(random.Random(at))
        written("/journal", frames(80), tiny, disk, batch=20)
        before = read_all("/journal", disk)
        disk.power_lost_at = disk.steps + at
        interrupted = False
        try:
            Keeper("/journal", STREAM, KeyRing(), disk, ManualClock()).keep(most=2)
        except PowerLoss:
            interrupted = True
            disk.lose_power()
        disk.power_lost_at = None
        assert read_all("/journal", disk) == before
        kept = Keeper("/journal", STREAM, KeyRing(), disk, ManualClock()).keep()
        assert kept.faults == []
        assert read_all("/journal", disk) == before
        assert [p for p in disk.paths() if p.endswith(".partial")] == []
        assert all(report.sound for report in verify("/journal", STREAM, disk))
        if not interrupted:
            break
        at += 1
    assert at > 40


def test_a_sealed_file_that_reads_back_wrong_leaves_the_log(tmp_path: Path) -> None:
    class Forgetful(SimDisk):
        def write_at(self, handle: int, offset: int, data: np.ndarray) -> None:
            if self.calls["write"] > 100:
                data = np.zeros_like(data)
            super().write_at(handle, offset, data)

    disk = Forgetful(random.Random(1))
    written_kinds("/journal", disk)
    before = read_all("/journal", disk)
    disk.calls["write"] = 1000
    kept = Keeper("/journal", STREAM, KeyRing(), disk, ManualClock()).keep()
    assert kept.sealed == []
    assert len(kept.faults) >= 3
    assert read_all("/journal", disk) == before


def test_positions_survive_sealing_as_names() -> None:
    disk = SimDisk(random.Random(1))
    written_kinds("/journal", disk)
    names = {str(position): payload for position, payload in read_all("/journal", disk).items()}
    Keeper("/journal", STREAM, KeyRing(), disk, ManualClock()).keep()
    with JournalReader("/journal", disk) as reader:
        for name in list(names)[::31]:
            assert reader.frame_at(Position.parse(name)) == names[name]


def test_no_file_of_sealing_is_trusted_without_its_checksum(tmp_path: Path) -> None:
    written_kinds(tmp_path)
    Keeper(tmp_path, STREAM).keep()
    segment = SealedSegment(OsFiles(), str(tmp_path / STREAM / "000000000000.sealed"), KeyRing())
    with pytest.raises(JournalDamaged, match="checksum"):
        segment._codec.decode(  # type: ignore[union-attr]
            BlockHead(0, 0, 3, 3, 0),
            np.zeros(3, np.uint8),
        )
    segment.close()
