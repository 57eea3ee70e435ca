"""R3: bit rot and truncation are always noticed, and cost no more than what they hit."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from tests.journal.building import STREAM, figures, frames, read_all, written
from tests.journal.simdisk import SimDisk

from voltward.journal import segments
from voltward.journal.format import COPY_BYTES, HEADER_BYTES
from voltward.journal.kernels import RECORD_HEADER
from voltward.journal.position import OFFSET_BITS
from voltward.journal.reader import JournalReader
from voltward.journal.verify import verify
from voltward.journal.writer import JournalOptions

FOLDER = f"/journal/{STREAM}"
OPTIONS = JournalOptions(segment_bytes=24_000, reserve_share=0.0)
LOG = f"{FOLDER}/000000000001.log"
tiers = [
    pytest.param(1_500, 500),
    pytest.param(100_000, 10_000, marks=pytest.mark.t2),
]


class Stand:
    """A stream of three finished logs and a live one, to be damaged again and again."""

    def __init__(self, seed: int = 1) -> None:
        self.disk = SimDisk(random.Random(seed))
        self.chance = random.Random(seed)
        written("/journal", frames(190), OPTIONS, self.disk, batch=10)
        self.whole = read_all("/journal", self.disk)
        self.sound = bytes(self.disk.content(LOG))
        self.numbers, self.payloads, lengths = self.read()
        # where each record of segment 1 lies; all others are behind every byte
        self.starts = np.where(
            self.numbers >> OFFSET_BITS == 1, self.numbers - (1 << OFFSET_BITS), 1 << 62
        )
        self.stops = self.starts + lengths + RECORD_HEADER
        self.owners = np.repeat(np.arange(lengths.size), lengths)

    def read(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Position numbers, all payload bytes, payload lengths."""
        batches = []
        with JournalReader("/journal", self.disk) as reader:
            batch = reader.read(None, STREAM)
            while not batches or batch.next != batches[-1].next:
                batches.append(batch)
                batch = reader.read(batch.next, STREAM)
        return (
            np.concatenate([batch.positions for batch in batches]).astype(np.int64),
            np.concatenate([batch.buffer for batch in batches]),
            np.concatenate([np.diff(batch.offsets) for batch in batches]),
        )

    def faulty_segments(self) -> list[int]:
        reports = verify("/journal", STREAM, self.disk)
        return [report.segment for report in reports if not report.sound]

    def lost_by(self, low: int, high: int) -> np.ndarray:
        """(records,) true for those of segment 1 that share a byte with ``[low, high)``."""
        return (self.starts < high) & (low < self.stops) & (self.starts < 1 << 62)

    def expect_left(self, lost: np.ndarray) -> None:
        numbers, payloads, _ = self.read()
        assert np.array_equal(numbers, self.numbers[~lost])
        assert np.array_equal(payloads, self.payloads[~lost[self.owners]])


@pytest.mark.parametrize(("flips", "_cuts"), tiers)
def test_a_flipped_bit_is_noticed_and_costs_its_own_record_only(flips: int, _cuts: int) -> None:
    stand = Stand()
    content = stand.disk.content(LOG)
    pages = [range(4100), range(HEADER_BYTES, len(content))]
    for flip in range(flips):
        # the header is mostly zeros of one kind: look there less often
        at = stand.chance.choice(pages[flip % 10 > 0])
        content[at] ^= 1 << stand.chance.randrange(8)
        stand.expect_left(stand.lost_by(at, at + 1))
        assert stand.faulty_segments() == [1]
        content[at] = stand.sound[at]
    figures(f"R3: {flips} flipped bits in logs: all noticed, neighbours and other segments whole")


@pytest.mark.parametrize(("_flips", "cuts"), tiers)
def test_a_truncation_is_noticed_and_costs_only_what_was_cut(_flips: int, cuts: int) -> None:
    stand = Stand()
    content = stand.disk.content(LOG)
    end = len(content)
    for _ in range(cuts):
        length = stand.chance.randrange(HEADER_BYTES, end)
        del content[length:]
        stand.expect_left(stand.lost_by(length, end))
        assert stand.faulty_segments() == [1]
        content[:] = stand.sound
    figures(f"R3: {cuts} truncations: all noticed, what lay before the cut and elsewhere whole")


def test_a_cut_of_the_live_segment_at_a_record_is_noticed_by_the_committed_word() -> None:
    stand = Stand()
    last = max(stand.whole)
    name = f"{FOLDER}/{last.segment:012d}.log"
    del stand.disk.content(name)[last.offset :]
    assert stand.faulty_segments() == [last.segment]
    stand.expect_left(stand.numbers == last.number)


@pytest.mark.parametrize("width", [2, 24, 512, 4096, 9000])
def test_a_stretch_of_other_bytes_costs_the_records_it_touches(width: int) -> None:
    stand = Stand()
    content = stand.disk.content(LOG)
    for fill in (bytes(width), b"\xff" * width, stand.chance.randbytes(width)):
        for _ in range(10):
            at = stand.chance.randrange(HEADER_BYTES, len(content) - width)
            content[at : at + width] = fill
            stand.expect_left(stand.lost_by(at, at + width))
            assert stand.faulty_segments() == [1]
            content[:] = stand.sound


def test_a_page_of_the_header_may_be_lost() -> None:
    for start in (0, COPY_BYTES):
        stand = Stand()
        stand.disk.content(LOG)[start : start + COPY_BYTES] = bytes(COPY_BYTES)
        stand.expect_left(np.zeros(stand.numbers.size, bool))
        assert stand.faulty_segments() == [1]


def test_misdirected_writes_are_no_records() -> None:
    """Whole, valid records of another segment, and of another place of the same one."""
    stand = Stand()
    content = stand.disk.content(LOG)
    other = stand.disk.content(f"{FOLDER}/000000000002.log")
    size = 3_000
    for source in (
        other[HEADER_BYTES : HEADER_BYTES + size],
        content[HEADER_BYTES + size :][:size],
    ):
        at = HEADER_BYTES + 2 * size
        content[at : at + size] = source
        stand.expect_left(stand.lost_by(at, at + size))
        assert stand.faulty_segments() == [1]
        content[:] = stand.sound


def test_a_payload_that_holds_records_gives_no_phantom_when_its_own_record_is_damaged() -> None:
    disk = SimDisk(random.Random(3))
    written("/journal", frames(3), files=disk)
    path = f"{FOLDER}/000000000000.log"
    forged = bytes(disk.content(path)[HEADER_BYTES:])
    written("/journal", [b"x" * 5 + forged, b"last"], files=disk)
    before = read_all("/journal", disk)
    carrier = list(before)[3]
    disk.content(path)[carrier.offset + RECORD_HEADER] ^= 1
    assert list(read_all("/journal", disk).values()) == [*frames(3), b"last"]


def _no_crc_scan(
    data: np.ndarray, base: int, salt: int, last: bool, found: np.ndarray, damage: np.ndarray
) -> tuple[int, int, int]:
    """A scan that believes every length."""
    at = count = 0
    while at + RECORD_HEADER <= data.size and count < found.size:
        length = int(data[at : at + 4].view("<u4")[0])
        if at + RECORD_HEADER + length > data.size:
            break
        found[count] = at
        count += 1
        at += RECORD_HEADER + length
    return (count, 0, data.size) if last else (count, 0, at)


@pytest.mark.parametrize(
    "experiment",
    [
        lambda: test_a_flipped_bit_is_noticed_and_costs_its_own_record_only(100, 0),
        lambda: test_a_stretch_of_other_bytes_costs_the_records_it_touches(512),
        test_misdirected_writes_are_no_records,
    ],
)
def test_a_build_without_checksums_is_caught(
    monkeypatch: pytest.MonkeyPatch, experiment: Callable[[], None]
) -> None:
    monkeypatch.setattr(segments, "scan", _no_crc_scan)
    with pytest.raises(AssertionError):
        experiment()
