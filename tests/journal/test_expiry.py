"""A segment goes only when it is old, safe elsewhere, read by all and held by none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journal.building import START_NS, STREAM, VINS, read_all, written_kinds

from voltward.base.clock import ManualClock
from voltward.base.errors import BadInput
from voltward.journal.expiry import (
    ArchiveProof,
    ExpiryPolicy,
    proof_name,
    read_proof,
    write_proof,
)
from voltward.journal.files import OsFiles
from voltward.journal.format import HEADER_BYTES
from voltward.journal.holds import Hold, Holds
from voltward.journal.keeper import Keeper, Kept
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.sealed import SealedSegment
from voltward.journal.verify import verify

DAY_NS = 86_400_000_000_000
POLICY = ExpiryPolicy(keep_ns=DAY_NS)
FILES = OsFiles()


class Place:
    """A sealed stream whose segments are all old; segment 1 is proven to be archived."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        written_kinds(folder)
        self.clock.advance(1e9)
        self.keep(None)
        self.proof = self.proof_of(1)
        write_proof(FILES, str(folder), self.proof)

    def keep(self, policy: ExpiryPolicy | None) -> Kept:
        kept = Keeper(self.folder, STREAM, KeyRing(), FILES, self.clock).keep(policy)
        assert kept.faults == []
        return kept

    def proof_of(self, number: int) -> ArchiveProof:
        path = self.folder / STREAM / f"{number:012d}.sealed"
        segment = SealedSegment(FILES, str(path), KeyRing())
        segment.close()
        assert segment.sealed is not None
        kept = (("archive/rows.parquet", 10, "00" * 32),)
        return ArchiveProof(STREAM, number, segment.sealed.end, segment.sealed.records, 5, kept)

    def reason(self, policy: ExpiryPolicy = POLICY) -> str:
        """Why segment 1 stays; empty: it has gone."""
        kept = self.keep(policy)
        assert kept.expired == ([] if 1 in kept.stays else [1])
        return kept.stays.get(1, "")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


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


@pytest.mark.parametrize(
    ("hold", "keeps"),
    [
        (Hold("case-7", "recall"), True),
        (Hold("case-7", "recall", streams=(STREAM,)), True),
        (Hold("case-7", "recall", streams=("gateway-1",)), False),
        (Hold("case-7", "recall", from_ns=START_NS, to_ns=START_NS + 10**12), True),
        (Hold("case-7", "recall", to_ns=START_NS), False),
        (Hold("case-7", "recall", vins=(VINS[2].decode(),)), True),
        (Hold("case-7", "recall", vins=("LVWARD00000009999",)), False),
    ],
)
def test_a_legal_hold_keeps_what_it_names(place: Place, hold: Hold, keeps: bool) -> None:
    holds = Holds(place.folder)
    holds.place(hold)
    assert holds.all() == [hold]
    policy = replace(POLICY, holds=tuple(holds.all()))
    assert place.reason(policy) == ("legal hold case-7: recall" if keeps else "")


def test_a_lifted_hold_keeps_nothing(place: Place) -> None:
    holds = Holds(place.folder)
    holds.place(Hold("case-7", "recall"))
    holds.lift("case-7")
    holds.lift("case-7")
    assert holds.all() == []
    assert place.reason(replace(POLICY, holds=tuple(holds.all()))) == ""


def test_a_hold_that_cannot_be_read_holds_everything(place: Place) -> None:
    holds = Holds(place.folder)
    holds.place(Hold("case-7", "recall", to_ns=1))
    (place.folder / "holds" / "case-7.json").write_bytes(b"{")
    reason = place.reason(replace(POLICY, holds=tuple(holds.all())))
    assert reason == "legal hold case-7: this hold cannot be read, so it holds everything"


@pytest.mark.parametrize("name", ["", "../up", "Case", "a/b"])
def test_a_hold_needs_a_name_that_can_be_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        Holds(tmp_path).place(Hold(name, "recall"))


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
