"""R3 where segments are compressed and encrypted."""

import random

import numpy as np
import pytest
from tests.journal.building import STREAM, figures, frames, read_all, written
from tests.journal.simdisk import SimDisk

from voltward.base.clock import ManualClock
from voltward.journal.format import COPY_BYTES
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.sealed import SealedSegment
from voltward.journal.verify import verify
from voltward.journal.writer import JournalOptions

FOLDER = f"/journal/{STREAM}"


class SealedStand:
    """One sealed segment of several blocks between two others."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys
        self.disk = SimDisk(random.Random(1))
        self.chance = random.Random(2)
        options = JournalOptions(segment_bytes=900_000, reserve_share=0.0)
        written("/journal", frames(300, size=6_000), options, self.disk, batch=5)
        Keeper("/journal", STREAM, keys, self.disk, ManualClock()).keep()
        self.whole = read_all("/journal", self.disk, keys)
        self.path = f"{FOLDER}/000000000001.sealed"
        self.sound = bytes(self.disk.content(self.path))

    def table(self) -> np.ndarray:
        segment = SealedSegment(self.disk, self.path, self.keys)
        segment.close()
        return segment.table

    def faulty_segments(self) -> list[int]:
        reports = verify("/journal", STREAM, self.disk, self.keys)
        return [report.segment for report in reports if not report.sound]


@pytest.fixture(params=["plain", "encrypted"])
def sealed(request: pytest.FixtureRequest) -> SealedStand:
    return SealedStand(KeyRing.of(b"k" * 32) if request.param == "encrypted" else KeyRing())


def test_damage_of_a_sealed_segment_costs_no_more_than_the_blocks_it_hits(
    sealed: SealedStand,
) -> None:
    content = sealed.disk.content(sealed.path)
    for _ in range(25):
        at = sealed.chance.randrange(len(content))
        content[at : at + 300] = sealed.chance.randbytes(len(content[at : at + 300]))
        left = read_all("/journal", sealed.disk, sealed.keys)
        assert sealed.faulty_segments() == [1]
        assert left.items() <= sealed.whole.items()
        lost = sorted(sealed.whole.keys() - left.keys())
        assert not lost or lost[-1].offset - lost[0].offset < 3 * (256 << 10)
        assert all(position.segment == 1 for position in lost)
        content[:] = sealed.sound


@pytest.mark.parametrize("flips", [60, pytest.param(1_000, marks=pytest.mark.t2)])
def test_one_flipped_bit_in_a_sealed_segment_is_noticed_and_costs_nothing(
    sealed: SealedStand, flips: int
) -> None:
    content = sealed.disk.content(sealed.path)
    end = len(content)
    heads = [int(at) for at in sealed.table()["at"]]
    for flip in range(flips):
        at = sealed.chance.randrange(end) if flip % 3 else sealed.chance.choice(heads) + flip % 40
        content[at] ^= 1 << sealed.chance.randrange(8)
        assert read_all("/journal", sealed.disk, sealed.keys) == sealed.whole
        assert sealed.faulty_segments() == [1]
        content[at] = sealed.sound[at]
    figures(f"R3: {flips} flipped bits in sealed segments: all noticed and mended")


def test_a_truncated_sealed_segment_keeps_the_blocks_before_the_cut(sealed: SealedStand) -> None:
    content = sealed.disk.content(sealed.path)
    for share in (0.2, 0.5, 0.9, 0.9999):
        del content[int(len(content) * share) :]
        left = read_all("/journal", sealed.disk, sealed.keys)
        assert sealed.faulty_segments() == [1]
        assert left.items() <= sealed.whole.items()
        kept = sum(position.segment == 1 for position in left)
        whole = sum(position.segment == 1 for position in sealed.whole)
        assert kept >= whole * (share - 0.35)
        content[:] = sealed.sound


def test_a_lost_page_of_the_sealed_header_costs_nothing(sealed: SealedStand) -> None:
    content = sealed.disk.content(sealed.path)
    for start in (0, COPY_BYTES):
        content[start : start + COPY_BYTES] = bytes(COPY_BYTES)
        assert read_all("/journal", sealed.disk, sealed.keys) == sealed.whole
        assert sealed.faulty_segments() == [1]
        content[:] = sealed.sound
