"""What a writer does about damage when it opens its stream."""

import random
from pathlib import Path

import numpy as np
import pytest
from tests.journal.building import NO_RESERVE, STREAM, append, frames, read_all, written
from tests.journal.simdisk import SimDisk

from voltward.journal.format import COPY_BYTES, HEADER_BYTES
from voltward.journal.keeper import Keeper
from voltward.journal.reader import JournalReader
from voltward.journal.settling import settle_streams
from voltward.journal.writer import JournalOptions, JournalWriter

FOLDER = f"/journal/{STREAM}"


def test_recovery_puts_damage_aside_and_goes_on_behind_it() -> None:
    disk = SimDisk(random.Random(1))
    payloads = frames(30)
    written("/journal", payloads, files=disk)
    whole = read_all("/journal", disk)
    hit = list(whole)[10]
    path = f"{FOLDER}/000000000000.log"
    disk.content(path)[hit.offset + 30] ^= 4
    damaged = bytes(disk.content(path)[hit.offset : list(whole)[11].offset])
    for _ in range(3):  # again and again: nothing more happens
        with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
            (found,) = writer.recovery.damage
            assert (found.start, found.reason) == (hit.offset, "damaged")
            assert writer.recovery.records == 29
    aside = f"{FOLDER}/quarantine/{found.name}"
    assert bytes(disk.content(f"{aside}.bin")) == damaged
    assert b'"reason": "damaged"' in disk.content(f"{aside}.json")
    written("/journal", [b"after"], files=disk)
    left = list(read_all("/journal", disk).values())
    assert left == payloads[:10] + payloads[11:] + [b"after"]


def test_a_torn_tail_is_cut_and_kept_aside() -> None:
    disk = SimDisk(random.Random(1))
    payloads = frames(5)
    written("/journal", payloads, files=disk)
    path = f"{FOLDER}/000000000000.log"
    end = len(disk.content(path))
    disk.content(path).extend(b"half a record")
    with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
        assert (writer.end.offset, writer.recovery.cut_bytes) == (end, 13)
        (found,) = writer.recovery.damage
        assert found.reason == "torn_tail"
    assert bytes(disk.content(f"{FOLDER}/quarantine/{found.name}.bin")) == b"half a record"
    assert list(read_all("/journal", disk).values()) == payloads


def test_a_damaged_last_record_that_was_committed_is_no_torn_tail() -> None:
    disk = SimDisk(random.Random(1))
    payloads = frames(5)
    written("/journal", payloads, files=disk)
    path = f"{FOLDER}/000000000000.log"
    end = len(disk.content(path))
    disk.content(path)[end - 1] ^= 1
    with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
        assert (writer.end.offset, writer.recovery.cut_bytes) == (end, 0)
        assert [piece.reason for piece in writer.recovery.damage] == ["damaged"]
    written("/journal", [b"after"], files=disk)
    assert list(read_all("/journal", disk).values()) == [*payloads[:4], b"after"]


@pytest.mark.parametrize("spoil", ["header", "shorter", "gone"])
def test_a_live_segment_that_cannot_be_trusted_is_left_and_a_new_one_begun(spoil: str) -> None:
    disk = SimDisk(random.Random(1))
    written("/journal", frames(5), files=disk)
    whole = read_all("/journal", disk)
    path = f"{FOLDER}/000000000000.log"
    if spoil == "header":
        disk.content(path)[:HEADER_BYTES] = bytes(HEADER_BYTES)
    elif spoil == "shorter":
        del disk.content(path)[list(whole)[3].offset :]
    else:
        disk.remove(path)
    written("/journal", [b"after"], files=disk)
    left = read_all("/journal", disk)
    assert list(left.values()) == ([*frames(5)[:3], b"after"] if spoil == "shorter" else [b"after"])
    assert max(left).segment == 1
    with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
        assert writer.end.segment == 1


@pytest.mark.parametrize("copy", [0, 1])
def test_a_damaged_copy_of_the_live_header_is_made_whole(copy: int) -> None:
    disk = SimDisk(random.Random(1))
    written("/journal", frames(5), files=disk)
    content = disk.content(f"{FOLDER}/000000000000.log")
    whole = bytes(content)
    content[copy * COPY_BYTES + 20] ^= 1
    JournalWriter("/journal", STREAM, NO_RESERVE, disk).close()
    assert bytes(content) == whole


@pytest.mark.parametrize("left", [0, 100, COPY_BYTES, HEADER_BYTES - 1])
def test_a_segment_that_was_never_finished_being_made_is_removed(left: int) -> None:
    disk = SimDisk(random.Random(1))
    written("/journal", frames(5), files=disk)
    whole = bytes(disk.content(f"{FOLDER}/000000000000.log"))
    handle = disk.open(f"{FOLDER}/000000000001.log", create=True)
    disk.write_at(handle, 0, np.frombuffer(whole[:left], np.uint8))
    with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
        assert (writer.end.segment, writer.recovery.damage) == (0, [])
    assert list(read_all("/journal", disk).values()) == frames(5)


def test_sealed_segments_are_read_to_their_end_though_the_live_one_is_gone(tmp_path: Path) -> None:
    written(tmp_path, frames(100), JournalOptions(segment_bytes=20_000, reserve_share=0.0))
    Keeper(tmp_path, STREAM).keep()
    sealed = {p: v for p, v in read_all(tmp_path).items() if p.segment == 0}
    for path in (tmp_path / STREAM).glob("*"):
        if path.name > "000000000001" and path.suffix in {".log", ".sealed", ".index"}:
            path.unlink()
    written(tmp_path, [b"after"])
    left = read_all(tmp_path)
    assert list(left.values()) == [*sealed.values(), b"after"]


def test_streams_without_a_writer_are_brought_to_rest(tmp_path: Path) -> None:
    for stream in ("gateway-0", "gateway-1", "gateway-2"):
        with JournalWriter(tmp_path, stream, NO_RESERVE) as writer:
            append(writer, frames(3))
            writer.commit()
    (tmp_path / "cursors").mkdir()
    word = tmp_path / "gateway-1" / "committed"
    word.write_bytes(bytes(16))  # as a power loss may leave it
    with JournalReader(tmp_path) as reader, JournalWriter(tmp_path, "gateway-2", NO_RESERVE):
        assert len(reader.read(None, "gateway-1")) == 0
        settled = settle_streams(tmp_path)
        assert {name: found.records for name, found in settled.items()} == {
            "gateway-0": 3,
            "gateway-1": 3,
        }
        assert len(reader.read(None, "gateway-1")) == 3
        assert len(Keeper(tmp_path, "gateway-1").keep().sealed) == 1
        assert settle_streams(tmp_path).keys() == settled.keys()
        assert [path.name for path in (tmp_path / "gateway-1").glob("*.log")] == [
            "000000000001.log"
        ]


def test_a_place_that_the_disk_cannot_read_is_stepped_over_and_never_cut() -> None:
    class BadSector(SimDisk):
        armed = False

        def read_at(self, handle: int, offset: int, length: int) -> np.ndarray:
            inode = self._open[handle]
            big = len(inode.seen) > HEADER_BYTES
            if self.armed and big and offset < 16_000 and offset + length > 15_000:
                raise OSError(5, "bad sector")
            return super().read_at(handle, offset, length)

    disk = BadSector(random.Random(1))
    payloads = frames(60)
    written("/journal", payloads, files=disk)
    disk.armed = True
    with JournalWriter("/journal", STREAM, NO_RESERVE, disk) as writer:
        assert writer.recovery.cut_bytes == 0
        assert writer.end.segment == 1
    left = list(read_all("/journal", disk).values())
    assert 30 < len(left) < 60
    assert left[-1] == payloads[-1]
    disk.armed = False
    assert list(read_all("/journal", disk).values()) == payloads
