"""A legal hold keeps what it names, and everything where it cannot be read."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.journal.building import START_NS, STREAM, VINS
from tests.journal.expiring import POLICY, Place

from voltward.base.errors import BadInput
from voltward.journal.expiry import ArchiveProof, ExpiryPolicy
from voltward.journal.files import OsFiles
from voltward.journal.holds import Hold, Holds
from voltward.journal.keeper import Asked


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


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("{", "Expecting property name"),
        ("[]", "found list, expected an object"),
        ({"streams": STREAM}, "streams: found str, expected a list of text"),
        ({"vins": "LVWARD00000000002"}, "vins: found str, expected a list of text"),
        ({"vins": [2, "x"]}, "vins: found a list of int, str, expected a list of text"),
        ({"vins": None}, "vins: found nothing, expected a list of text"),
        ({"to_ns": "1"}, "to_ns: found str, expected int"),
        ({"reason": None}, "reason: found nothing, expected str"),
    ],
)
def test_a_hold_that_cannot_be_read_holds_everything(
    place: Place, wrong: str | dict[str, object], says: str
) -> None:
    holds = Holds(place.folder)
    holds.place(Hold("case-7", "recall", to_ns=1, streams=("gateway-1",), vins=("x",)))
    sound = json.loads((place.folder / "holds" / "case-7.json").read_bytes())
    text = wrong if isinstance(wrong, str) else json.dumps({**sound, **wrong})
    (place.folder / "holds" / "case-7.json").write_text(text)
    reason = place.reason(replace(POLICY, holds=tuple(holds.all())))
    start = "legal hold case-7: this hold cannot be read, so it holds everything: "
    assert reason.startswith(start + says)
    assert VINS[2].decode() not in reason


def test_a_hold_that_the_disk_cannot_read_holds_everything(place: Place) -> None:
    class BadSector(OsFiles):
        def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
            if path.endswith("case-7.json"):
                raise OSError(errno.EIO, "bad sector")
            return super().open(path, create=create, write=write)

    Holds(place.folder).place(Hold("case-7", "recall", to_ns=1))
    (hold,) = Holds(place.folder, BadSector()).all()
    assert hold.may_touch(STREAM, START_NS, START_NS)
    assert "bad sector" in hold.reason


def test_a_hold_that_is_lifted_while_holds_are_read_is_no_fault(place: Place) -> None:
    class LiftedMeanwhile(OsFiles):
        def names(self, folder: str) -> list[str]:
            found = super().names(folder)
            if folder.endswith("/holds"):
                Holds(place.folder).lift("case-7")
            return found

    for name in ("case-6", "case-7"):
        Holds(place.folder).place(Hold(name, "recall"))
    assert [hold.name for hold in Holds(place.folder, LiftedMeanwhile()).all()] == ["case-6"]


def held_while_the_archive_is_read(place: Place) -> Asked:
    """A policy whose archive takes so long to read that a hold is placed meanwhile."""

    def still_there(_proof: ArchiveProof) -> bool:
        Holds(place.folder).place(Hold("case-7", "recall"))
        return True

    def ask() -> ExpiryPolicy:
        holds = tuple(Holds(place.folder).all())
        return replace(POLICY, holds=holds, still_there=still_there)

    return ask


def test_a_hold_placed_while_the_archive_is_read_keeps_the_segment(place: Place) -> None:
    assert place.reason(held_while_the_archive_is_read(place)) == "legal hold case-7: recall"


def test_a_build_that_reads_the_holds_once_a_round_is_caught(place: Place) -> None:
    read_once = held_while_the_archive_is_read(place)()
    assert place.keep(read_once).expired == [1]  # what the test above must never see


@pytest.mark.parametrize("name", ["", "../up", "Case", "a/b"])
def test_a_hold_needs_a_name_that_can_be_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        Holds(tmp_path).place(Hold(name, "recall"))
