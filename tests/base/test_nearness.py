"""Great-circle distances and the boxes that hold all within a reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.base.nearness import box_around, metres_between

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-90, 90)


def test_known_distances_come_out() -> None:
    shanghai, beijing = (121.4737, 31.2304), (116.4074, 39.9042)
    assert float(metres_between(*shanghai, *beijing)) == pytest.approx(1_067_300, rel=0.002)
    assert float(metres_between(0.0, 0.0, 180.0, 0.0)) == pytest.approx(20_015_115, rel=1e-6)
    assert float(metres_between(10.0, 20.0, 10.0, 20.0)) == 0.0


def test_one_place_is_measured_against_many() -> None:
    found = metres_between(0.0, 0.0, np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert found == pytest.approx([111_195, 111_195], rel=1e-4)


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES, st.floats(1, 3_000_000))
def test_no_place_within_reach_lies_outside_the_box(
    x: float, y: float, other_x: float, other_y: float, reach_m: float
) -> None:
    box = box_around(x, y, reach_m)
    inside = box.south <= other_y <= box.north and box.west <= other_x <= box.east
    assert inside or float(metres_between(x, y, other_x, other_y)) > reach_m * (1 - 1e-9)


def test_a_box_over_a_pole_or_the_date_line_goes_all_the_way_round() -> None:
    for x, y in ((179.9, 10.0), (-179.9, 10.0), (30.0, 89.95), (30.0, -89.95)):
        box = box_around(x, y, 20_000)
        assert (box.west, box.east) == (-180.0, 180.0)
