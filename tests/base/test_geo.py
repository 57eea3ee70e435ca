"""Places from one datum to the other, against points that are published, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltward.base.geo import converted, shifted, unshifted

# WGS-84 and GCJ-02, longitude first: points that implementations of the formula are tested against
KNOWN = {
    "Beijing": ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    "Tiananmen": ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    "Shanghai": ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    "Shenzhen": ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
}
METRE_DEG = 9e-6


@pytest.mark.parametrize("name", KNOWN)
def test_a_place_of_receivers_comes_out_where_licensed_maps_draw_it(name: str) -> None:
    wgs, gcj = KNOWN[name]
    found = [float(one) for one in shifted(*wgs)]
    assert found == pytest.approx(gcj, abs=1e-12)


@pytest.mark.parametrize("name", KNOWN)
def test_the_way_back_leads_to_where_it_began(name: str) -> None:
    wgs, gcj = KNOWN[name]
    found = [float(one) for one in unshifted(*gcj)]
    assert found == pytest.approx(wgs, abs=1e-9)


def test_the_shift_is_some_hundred_metres_and_never_forgotten() -> None:
    for (x, y), (east, north) in KNOWN.values():
        away = max(abs(east - x), abs(north - y))
        assert 100 * METRE_DEG < away < 1000 * METRE_DEG


@given(st.floats(73.6, 135.0), st.floats(3.9, 53.5))
def test_there_and_back_is_the_same_place_to_the_millimetre(x: float, y: float) -> None:
    east, north = unshifted(*shifted(x, y))
    assert (float(east), float(north)) == pytest.approx((x, y), abs=METRE_DEG / 1000)


@pytest.mark.parametrize("place", [(-0.1276, 51.5072), (139.69, 35.69), (103.8, -1.3), (0.0, 0.0)])
def test_outside_china_nothing_is_shifted(place: tuple[float, float]) -> None:
    assert tuple(float(one) for one in shifted(*place)) == place
    assert tuple(float(one) for one in unshifted(*place)) == place


def test_what_is_no_place_stays_none_and_harms_no_other() -> None:
    x, y = shifted([np.nan, 116.404], [np.nan, 39.915])
    assert np.isnan(x[0])
    assert np.isnan(y[0])
    assert x[1] == pytest.approx(116.41024449916938)


def test_between_equal_datums_nothing_moves() -> None:
    for datum in ("wgs84", "gcj02"):
        x, y = converted(116.404, 39.915, origin=datum, target=datum)
        assert (float(x), float(y)) == (116.404, 39.915)
    x, y = converted(116.404, 39.915, origin="wgs84", target="gcj02")
    assert float(x) == pytest.approx(116.41024449916938)
    x, y = converted(116.41024449916938, 39.91640428150164, origin="gcj02", target="wgs84")
    assert (float(x), float(y)) == pytest.approx((116.404, 39.915), abs=1e-9)
