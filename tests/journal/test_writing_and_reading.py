"""A writer and its readers on a healthy disk."""

import random
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.building import NO_RESERVE, START_NS, STREAM, append, frames, read_all, written
from tests.journal.simdisk import SimDisk
from tests.journal.simulation import columns

from voltward.base.clock import ManualClock
from voltward.journal.errors import JournalBroken, JournalLocked, NoSuchRecord
from voltward.journal.format import HEADER_BYTES
from voltward.journal.kernels import MAX_PAYLOAD
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalOptions, JournalWriter, State

SMALL = JournalOptions(segment_bytes=30_000, reserve_share=0.0)
FOLDER = "/journal"


def memory() -> SimDisk:
    return SimDisk(random.Random(0))


def test_what_was_committed_is_read_back_with_every_column(tmp_path: Path) -> None:
    payloads = frames(10)
    with JournalWriter(tmp_path, STREAM, NO_RESERVE) as writer:
        append(writer, payloads[:6], kind=1, link=7)
        append(writer, payloads[6:], kind=4, link=2**32 - 1, first_ns=-5)
        end = writer.commit()
    with JournalReader(tmp_path) as reader:
        records = reader.read(None, STREAM)
    assert [records.payload(index) for index in range(10)] == payloads
    assert records.kinds.tolist() == [1] * 6 + [4] * 4
    assert records.links.tolist() == [7] * 6 + [2**32 - 1] * 4
    assert records.received_ns[:2].tolist() == [START_NS, START_NS + 1_000_000_000]
    assert records.received_ns[6] == -5
    assert records.positions[0] == Position(STREAM, 0, HEADER_BYTES).number
    assert (records.next, records.damage) == (end, ())


def test_nothing_is_shown_before_its_commit(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, STREAM, NO_RESERVE) as writer, JournalReader(tmp_path) as reader:
        append(writer, frames(3))
        before = reader.read(None, STREAM)
        assert (len(before), writer.pending_bytes > 0) == (0, True)
        writer.commit()
        assert (len(reader.read(before.next, STREAM)), writer.pending_bytes) == (3, 0)


def test_bytes_on_disk_beyond_the_committed_word_are_not_shown() -> None:
    disk = memory()
    written(FOLDER, frames(5), files=disk)
    word = bytes(disk.content(f"{FOLDER}/{STREAM}/committed"))
    with JournalWriter(FOLDER, STREAM, NO_RESERVE, disk) as writer:
        append(writer, frames(5, seed=2))
        writer.commit()
    disk.content(f"{FOLDER}/{STREAM}/committed")[:] = word
    assert list(read_all(FOLDER, disk).values()) == frames(5)


def test_a_torn_committed_word_promises_the_lesser_of_its_two_numbers() -> None:
    disk = memory()
    written(FOLDER, frames(2), files=disk)
    path = f"{FOLDER}/{STREAM}/committed"
    old = bytes(disk.content(path))
    written(FOLDER, frames(2), files=disk)
    new = bytes(disk.content(path))
    for torn in (new[:8] + old[8:], old[:8] + new[8:]):
        disk.content(path)[:] = torn
        assert len(read_all(FOLDER, disk)) == 2


def test_reading_goes_on_across_segments_and_from_any_position() -> None:
    disk = memory()
    payloads = frames(400)
    written(FOLDER, payloads, SMALL, disk)
    whole = read_all(FOLDER, disk)
    assert list(whole.values()) == payloads
    assert len({position.segment for position in whole}) > 3
    for at in list(whole)[::37]:
        rest = {p: payload for p, payload in whole.items() if p >= at}
        assert read_all(FOLDER, disk, start=at) == rest


@pytest.mark.parametrize("limit_bytes", [1, 100, 1000, 50_000])
def test_the_limit_of_a_read_changes_nothing_but_its_size(limit_bytes: int) -> None:
    disk = memory()
    payloads = frames(120)
    written(FOLDER, payloads, SMALL, disk)
    assert list(read_all(FOLDER, disk, limit_bytes=limit_bytes).values()) == payloads


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.binary(max_size=3000), max_size=6), max_size=6),
    st.integers(1, 9000),
    st.integers(HEADER_BYTES, 20_000),
)
def test_any_payloads_in_any_batches_come_back(
    batches: list[list[bytes]], limit_bytes: int, segment_bytes: int
) -> None:
    disk = memory()
    options = JournalOptions(segment_bytes=segment_bytes, reserve_share=0.0)
    with JournalWriter(FOLDER, STREAM, options, disk) as writer:
        for batch in batches:
            if batch:
                writer.append_many(*columns(batch))
            writer.commit()
    sent = [payload for batch in batches for payload in batch]
    assert list(read_all(FOLDER, disk, limit_bytes=limit_bytes).values()) == sent


def test_the_largest_payload_passes_and_a_larger_one_is_refused(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, STREAM, NO_RESERVE) as writer:
        with pytest.raises(ValueError, match="payload over"):
            append(writer, [bytes(MAX_PAYLOAD + 1)])
        append(writer, [bytes(MAX_PAYLOAD), b"after"])
        writer.commit()
    assert [len(p) for p in read_all(tmp_path, limit_bytes=100).values()] == [MAX_PAYLOAD, 5]


@pytest.mark.parametrize(
    ("offsets", "kinds", "what"),
    [([0, 5, 3], [1, 1], "order"), ([0, 5, 99], [1, 1], "order"), ([0, 5], [1, 1], "lengths"),
     ([0, 5, 6], [1, 0], "kind 0")],
)  # fmt: skip
def test_columns_that_do_not_fit_are_refused_whole(
    offsets: list[int], kinds: list[int], what: str
) -> None:
    with JournalWriter(FOLDER, STREAM, NO_RESERVE, memory()) as writer:
        with pytest.raises(ValueError, match=what):
            writer.append_many(
                np.zeros(10, np.uint8),
                np.array(offsets, np.int64),
                np.array(kinds, np.uint8),
                np.zeros(len(kinds), np.uint32),
                np.zeros(len(kinds), np.int64),
            )
        assert writer.pending_bytes == 0


def test_a_single_record_is_found_by_its_position_and_only_there() -> None:
    disk = memory()
    payloads = frames(200)
    written(FOLDER, payloads, SMALL, disk)
    with JournalReader(FOLDER, disk) as reader:
        whole = read_all(FOLDER, disk)
        for position, payload in whole.items():
            assert reader.frame_at(position) == payload
        first = next(iter(whole))
        for wrong in (
            Position(STREAM, first.segment, first.offset + 1),
            Position(STREAM, 99, HEADER_BYTES),
            reader.end(STREAM),
            Position("other", 0, HEADER_BYTES),
        ):
            assert wrong is not None
            with pytest.raises(NoSuchRecord):
                reader.frame_at(wrong)


def test_many_records_are_found_by_their_positions() -> None:
    disk = memory()
    written(FOLDER, frames(300), SMALL, disk)
    whole = read_all(FOLDER, disk)
    wanted = list(whole)[::7]
    numbers = np.array([p.number for p in wanted] + [(99 << 34) + HEADER_BYTES], np.uint64)
    with JournalReader(FOLDER, disk) as reader:
        batches = list(reader.records_at(STREAM, numbers))
    found = [batch.payload(index) for batch in batches for index in range(len(batch))]
    assert found == [whole[p] for p in wanted]


def test_a_stream_has_one_writer_at_a_time(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, STREAM, NO_RESERVE):
        with pytest.raises(JournalLocked):
            JournalWriter(tmp_path, STREAM, NO_RESERVE)
        JournalWriter(tmp_path, "gateway-1", NO_RESERVE).close()
    JournalWriter(tmp_path, STREAM, NO_RESERVE).close()
    with JournalReader(tmp_path) as reader:
        assert reader.streams() == [STREAM, "gateway-1"]


def test_a_segment_ends_by_size_by_age_and_when_asked() -> None:
    clock = ManualClock()
    options = JournalOptions(segment_bytes=20_000, segment_age_s=60.0, reserve_share=0.0)
    with JournalWriter(FOLDER, STREAM, options, memory(), clock) as writer:
        segments = []
        append(writer, frames(3))
        segments.append(writer.commit().segment)
        append(writer, frames(60))
        segments.append(writer.commit().segment)
        clock.advance(60.0)
        segments.append(writer.commit().segment)
        writer.seal()  # nothing is in the new segment: it stays
        segments.append(writer.end.segment)
        append(writer, frames(1))
        writer.commit()
        writer.seal()
        segments.append(writer.end.segment)
    assert segments == [0, 1, 2, 2, 3]


def test_a_closed_writer_refuses_and_may_be_closed_again() -> None:
    writer = JournalWriter(FOLDER, STREAM, NO_RESERVE, memory())
    writer.close()
    writer.close()
    assert writer.state is State.CLOSED
    for call in (writer.commit, writer.recover, writer.seal):
        with pytest.raises(JournalBroken):
            call()


def test_an_absent_stream_is_empty_and_can_be_waited_for(tmp_path: Path) -> None:
    with JournalReader(tmp_path) as reader:
        nothing = reader.read(None, STREAM)
        assert (len(nothing), reader.start(STREAM), reader.end(STREAM)) == (0, None, None)
        written(tmp_path, frames(2))
        assert len(reader.read(nothing.next, STREAM)) == 2


def test_a_follower_behind_the_expired_part_goes_on_with_the_oldest_left() -> None:
    disk = memory()
    written(FOLDER, frames(400), SMALL, disk)
    whole = read_all(FOLDER, disk)
    disk.remove(f"{FOLDER}/{STREAM}/000000000000.log")
    left = {p: payload for p, payload in whole.items() if p.segment > 0}
    assert read_all(FOLDER, disk, start=next(iter(whole))) == left
    assert read_all(FOLDER, disk) == left


def test_one_thread_may_append_while_another_commits(tmp_path: Path) -> None:
    payloads = frames(3_000)
    done = threading.Event()
    with JournalWriter(tmp_path, STREAM, SMALL) as writer:

        def commit() -> None:
            while not done.is_set():
                writer.commit()

        thread = threading.Thread(target=commit)
        thread.start()
        for start in range(0, 3_000, 7):
            append(writer, payloads[start : start + 7])
        done.set()
        thread.join()
        writer.commit()
    assert list(read_all(tmp_path).values()) == payloads


def test_one_record_is_read_with_its_columns(tmp_path: Path) -> None:
    written(tmp_path, frames(20))
    at, payload = list(read_all(tmp_path).items())[11]
    with JournalReader(tmp_path) as reader:
        record = reader.record_at(at)
    assert (len(record), record.payload(0), int(record.kinds[0])) == (1, payload, 1)
    assert int(record.received_ns[0]) == START_NS + 11 * 1_000_000_000
    assert int(record.positions[0]) == at.number
