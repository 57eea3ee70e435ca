"""The table of both editions is whole, and what is lost on the way is what was agreed."""

from pathlib import Path

import pytest
from tests.uplink.frames_of_tests import OTHER, vectors

from voltward.frames.editions import INFO_TYPES
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition, Field, Flags, Group, InfoType
from voltward.uplink.editions.table import PAIRS, Pair
from voltward.uplink.reencode import Unreadable, reencoded

GOLDEN = Path(__file__).parent / "golden" / "lost.txt"  # what ``lost()`` gives


def names_of(fields: tuple[Field, ...], head: str = "") -> list[str]:
    """Every field, those of groups and flags behind their own, in printed order."""
    found = []
    for field in fields:
        found.append(head + field.name)
        if isinstance(field, Group):
            found += names_of(field.fields, f"{field.name}.")
        if isinstance(field, Flags):
            found += [f"{field.name}.{word}" for word in field.bits.values()]
    return found


BOTH = [pair for pair in PAIRS if None not in pair.types]


@pytest.mark.parametrize("pair", BOTH, ids=lambda pair: pair.types[0].name)
def test_each_edition_stands_in_the_table_in_full_and_in_printed_order(pair: Pair) -> None:
    for column, kind in enumerate(pair.types):
        assert kind is not None
        named = [row[column] for row in pair.rows if row[column] is not None]
        assert named == names_of(kind.fields)


def test_every_information_type_of_each_edition_is_in_one_pair() -> None:
    for column, edition in enumerate((Edition.Y2016, Edition.Y2025)):
        kinds = [pair.types[column] for pair in PAIRS]
        named = [kind.code for kind in kinds if kind is not None]
        known = {kind.code for kind in INFO_TYPES[edition].values()}
        assert sorted(named) == sorted(known)


def test_a_type_that_only_one_edition_has_needs_no_rows() -> None:
    assert all(pair.rows == () for pair in PAIRS if None in pair.types)


def lost() -> str:
    """What is lost of every vector between the editions, and what the tables alone say of it."""
    lines = ["# by the tables"]
    for edition, column in ((Edition.Y2016, 0), (Edition.Y2025, 1)):
        for pair in PAIRS:
            kind = pair.types[column]
            if kind is not None:
                lines.append(
                    f"{int(edition)} {kind.name}: {', '.join(_unsaid(pair, kind, column))}"
                )
    lines.append("# by the vectors")
    for why, frame in vectors().items():
        try:
            edition = OTHER[decode_frame(frame).header.edition]
            found = reencoded(frame, edition=edition, left_out=(), command=frame[2])
        except Exception as error:
            if not isinstance(error, Unreadable) or "become" in str(error):
                continue
            lines.append(f"{why}: refused, {error}")
            continue
        said = "" if found.frame is not None else "nothing said; "
        thermal = "; thermal event as level 3" if found.thermal_as_3 else ""
        lines.append(f"{why}: {said}{' '.join(found.lost) or '-'}{thermal}")
    return "\n".join(lines) + "\n"


def _unsaid(pair: Pair, kind: InfoType, column: int) -> list[str]:
    if None in pair.types:
        return ["all of it"]
    gone = [row[column] for row in pair.rows if row[column] and not row[1 - column]]
    return [name for name in gone if name] or ["-"]


def test_what_is_lost_is_what_was_agreed() -> None:
    assert lost() == GOLDEN.read_text(encoding="utf-8")


def test_a_row_that_is_missing_would_be_noticed() -> None:
    """Negative control."""
    pair = BOTH[0]
    thinner = Pair(pair.of_2016, pair.of_2025, pair.rows[1:])
    with pytest.raises(AssertionError):
        test_each_edition_stands_in_the_table_in_full_and_in_printed_order(thinner)
