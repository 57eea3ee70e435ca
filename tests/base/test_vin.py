"""VIN characters and check digit (GB 16735)."""

from hypothesis import given
from hypothesis import strategies as st

from voltward.base import vin

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


def test_published_example_has_the_check_digit_of_iso_3779() -> None:
    assert vin.check_digit("11111111111111111") == "1"
    assert vin.check_digit_is_right("1M8GDM9AXKP042788")


def test_letters_i_o_q_and_other_lengths_are_no_vin() -> None:
    assert not vin.has_vin_form("LTESTVEH0GB32960")
    for letter in "IOQ":
        assert not vin.has_vin_form(f"LTESTVEH0GB32960{letter}")


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_a_repaired_vin_is_right_and_one_changed_digit_is_noticed(text: str) -> None:
    repaired = vin.with_check_digit(text)
    assert vin.check_digit_is_right(repaired)
    last = repaired[-1]
    changed = repaired[:-1] + ("1" if last != "1" else "2")
    values_differ = vin._VALUES[changed[-1]] != vin._VALUES[last]
    assert vin.check_digit_is_right(changed) == (not values_differ)
