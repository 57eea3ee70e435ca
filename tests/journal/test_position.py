"""Positions as text, as numbers, in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.base.errors import BadInput
from voltward.journal.position import LAST_SEGMENT, OFFSET_BITS, Position, checked_stream

positions = st.builds(
    Position,
    st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,20}", fullmatch=True),
    st.integers(0, LAST_SEGMENT),
    st.integers(0, (1 << OFFSET_BITS) - 1),
)


@given(positions)
def test_text_and_number_name_the_same_place(position: Position) -> None:
    assert Position.parse(str(position)) == position
    assert Position.of_number(position.stream, position.number) == position
    assert position.number < 1 << 64


def test_the_text_form_is_the_documented_one() -> None:
    assert str(Position("gateway-0", 3, 4096)) == "gateway-0/000000000003:4096"


@given(positions, positions)
def test_numbers_order_as_positions_do(one: Position, other: Position) -> None:
    other = Position(one.stream, other.segment, other.offset)
    assert (one < other) == (one.number < other.number)


@pytest.mark.parametrize(
    "text",
    ["", "gateway-0", "gateway-0/3:4096", "/000000000003:1", "A/000000000003:1", "a/000000000003:",
     "a/999999999999:1", "a/000000000003:99999999999", "../000000000003:1", "a/000000000003:1 "],
)  # fmt: skip
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Position.parse(text)


@pytest.mark.parametrize("name", ["", "Gateway", "a/b", "..", ".hidden", "holds", "a" * 64])
def test_a_stream_needs_a_name_that_can_be_a_folder(name: str) -> None:
    with pytest.raises(BadInput):
        checked_stream(name)
