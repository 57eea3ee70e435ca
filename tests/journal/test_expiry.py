"""A segment goes only when it is old, safe elsewhere, read by all and held by none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journal.building import STREAM, read_all
from tests.journal.expiring import FILES, POLICY, Place, empty_segment_sealed

from voltward.base.clock import ManualClock
from voltward.journal.expiry import (
    ArchiveProof,
    ExpiryPolicy,
    proof_name,
    read_proof,
    write_proof,
)
from voltward.journal.format import HEADER_BYTES
from voltward.journal.holds import Hold
from voltward.journal.keeper import Keeper
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.verify import verify


def test_only_what_is_proven_to_be_kept_elsewhere_expires(place: Place) -> None:
    before = read_all(place.folder)
    kept = place.keep(POLICY)
    assert kept.expired == [1]
    assert set(kept.stays.values()) == {"nothing proves that it is kept elsewhere"}
    assert read_all(place.folder) == {p: v for p, v in before.items() if p.segment != 1}
    names = [path.name for path in (place.folder / STREAM).glob("000000000001.*")]
    assert names == [proof_name(1)]
    assert all(report.sound for report in verify(place.folder, STREAM))


def test_without_a_policy_nothing_expires(place: Place) -> None:
    assert place.keep(None).expired == []


def test_a_young_segment_stays(place: Place) -> None:
    assert place.reason(ExpiryPolicy(keep_ns=10**18)) == "it is not old enough"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: replace(proof, end=proof.end - 1),
        lambda proof: replace(proof, records=proof.records - 1),
        lambda proof: replace(proof, files=()),
    ],
)
def test_a_proof_of_other_content_proves_nothing(
    place: Place, spoil: Callable[[ArchiveProof], ArchiveProof]
) -> None:
    write_proof(FILES, str(place.folder), spoil(place.proof))
    assert place.reason() == "the proof is of another content"


def test_a_damaged_or_misplaced_proof_proves_nothing(place: Place) -> None:
    path = place.folder / STREAM / proof_name(1)
    content = bytearray(path.read_bytes())
    for at in range(len(content)):
        content[at] ^= 1
        path.write_bytes(content)
        assert read_proof(FILES, str(place.folder), STREAM, 1) is None
        content[at] ^= 1
    path.write_bytes(content)
    assert read_proof(FILES, str(place.folder), STREAM, 1) == place.proof
    path.rename(path.with_name(proof_name(0)))
    assert set(place.keep(POLICY).stays.values()) == {"nothing proves that it is kept elsewhere"}


def test_the_archive_is_looked_at_once_more(place: Place) -> None:
    asked = []

    def gone(proof: ArchiveProof) -> bool:
        asked.append(proof)
        return False

    policy = replace(POLICY, still_there=gone)
    assert place.reason(policy) == "the archive that the proof names is not whole"
    assert asked == [place.proof]


def test_a_follower_that_has_not_come_so_far_keeps_the_segment(place: Place) -> None:
    end = Position(STREAM, 1, place.proof.end)
    for position in (None, Position(STREAM, 1, place.proof.end - 1)):
        policy = replace(POLICY, followers={"processor": end, "uplink": position})
        assert place.reason(policy) == "uplink has not read it"
    policy = replace(POLICY, followers={"uplink": Position(STREAM, 2, HEADER_BYTES)})
    assert place.reason(policy) == ""


def test_what_is_held_is_not_read_from_the_archive_every_round(place: Place) -> None:
    def read(_proof: ArchiveProof) -> bool:
        raise AssertionError("read in vain")

    policy = replace(POLICY, holds=(Hold("case-7", "recall"),), still_there=read)
    assert place.reason(policy) == "legal hold case-7: recall"


def test_nothing_expires_while_expiry_is_paused(place: Place) -> None:
    paused = replace(POLICY, paused="a rebuild reads the journal")
    assert place.reason(paused) == "a rebuild reads the journal"
    asked: list[ExpiryPolicy] = [POLICY, paused]  # begun after the first look
    assert place.reason(lambda: asked.pop(0)) == "a rebuild reads the journal"


def test_a_segment_without_records_needs_no_files_to_expire(tmp_path: Path) -> None:
    clock = ManualClock()
    empty_segment_sealed(tmp_path, clock)
    clock.advance(1e9)
    write_proof(FILES, str(tmp_path), ArchiveProof(STREAM, 0, HEADER_BYTES, 0, 5, ()))
    assert Keeper(tmp_path, STREAM, KeyRing(), FILES, clock).keep(POLICY).expired == [0]


def test_the_segment_in_use_never_expires(place: Place) -> None:
    for number in range(20):
        path = place.folder / STREAM / f"{number:012d}.sealed"
        if path.exists():
            write_proof(FILES, str(place.folder), place.proof_of(number))
    kept = place.keep(POLICY)
    left = [path.name for path in (place.folder / STREAM).glob("*.log")]
    assert len(kept.expired) > 2
    assert len(left) == 1
    assert len(read_all(place.folder)) > 0
