"""C.11 and C.12 over fleets: edges, what is unknown, places anywhere on the globe, and speed."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voltward.findings.hazards import c11, c12
from voltward.findings.hazards.c11 import NO_RESULT
from voltward.findings.hazards.samples import DAY_S

NAN = float("nan")
NOW = 1_800_000_000.0


def test_days_left_are_compared_without_dividing() -> None:
    """0.3 % / 0.1 %/d is 2.9999999999999996 d in binary, and 0.7 / 0.1 is 6.999…."""
    soc, rate = np.array([0.5, 0.500001, 0.7, 1.5]), np.array([0.1, 0.1, 0.1, 0.3])
    limits = c11.StandingLimits(days_left=5)
    assert c11.over_discharged(soc, rate, DAY_S, limits).tolist() == [1, 0, 0, 1]


def test_a_vehicle_of_which_nothing_is_known_has_no_result() -> None:
    found = c11.standing(
        NOW,
        last_soc_pct=[NAN, 10, 10, 10],
        self_discharge_pct_per_day=[0.5, 0, -1, 5],
        last_on_s=[NOW - 2 * DAY_S] * 3 + [NAN],
        last_frame_s=[NAN, NAN, NOW, NAN],
        is_private=[False] * 4,
    )
    assert found.discharge.tolist() == [NO_RESULT] * 4
    assert found.off_line.tolist() == [NO_RESULT, NO_RESULT, 0, NO_RESULT]
    assert found.item.tolist() == [NO_RESULT, NO_RESULT, 0, NO_RESULT]


def test_what_is_left_now_is_never_below_nothing() -> None:
    left = c11.soc_estimated_pct([10, 1, NAN], [0.5, 0.5, 0.5], 10 * DAY_S)
    np.testing.assert_array_equal(left, [5, 0, NAN])


def places(draw: st.DrawFn) -> tuple[float, float]:
    middle = draw(
        st.sampled_from([(31.23, 121.47), (0.001, 179.9995), (89.9995, 10.0), (-45, 0.0)])
    )
    north, east = (draw(st.integers(-900, 900)) for _ in range(2))
    latitude = float(np.clip(middle[0] + north / 111_195, -90, 90))
    longitude = middle[1] + east / 111_195 / max(np.cos(np.radians(middle[0])), 1e-3)
    return latitude, (longitude + 180) % 360 - 180


PLACES = st.composite(places)()


@settings(max_examples=80, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=30), st.sampled_from([50.0, 500.0, 1500.0]))
def test_near_counts_as_haversine_does_on_every_part_of_the_globe(
    told: list[tuple[float, float]], radius_m: float
) -> None:
    latitude, longitude = (np.array(one) for one in zip(*told, strict=True))
    apart = c12.haversine_m(
        latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :]
    )
    assert np.array_equal(c12.near(latitude, longitude, radius_m), (apart < radius_m).sum(axis=1))


def test_what_is_unknown_is_neither_counted_nor_judged() -> None:
    told = {
        "latitude_deg": [31.0, 31.0, 31.0, NAN, 0.0, 31.0],
        "longitude_deg": [121.0, 121.0, 121.0, 121.0, 0.0, 121.0],
        "parked_s": [61.0 * DAY_S, 61.0 * DAY_S, NAN, 61.0 * DAY_S, 61.0 * DAY_S, 61.0 * DAY_S],
        "soc_pct": [90.0, NAN, 90.0, 90.0, 90.0, 90.0],
        "vehicle_state": [2, 2, 2, 2, 2, 255],
    }
    found = c12.mass_parking(**told, limits=c12.ParkingLimits(number=1))
    assert found.is_standing.tolist() == [True] + [False] * 5
    assert found.number.tolist() == [1, 0, 0, 0, 0, 0]
    assert found.result.tolist() == [1] + [NO_RESULT] * 5


def test_no_vehicles_are_no_crowd() -> None:
    found = c12.mass_parking(
        latitude_deg=[], longitude_deg=[], parked_s=[], soc_pct=[], vehicle_state=[]
    )
    assert found.result.size == 0


def test_a_million_parked_vehicles_take_seconds() -> None:
    chance = np.random.default_rng(7)
    size = 1_000_000
    towns = chance.uniform([20, 100], [45, 122], (2_000, 2))
    where = towns[chance.integers(0, len(towns), size)] + chance.normal(0, 0.05, (size, 2))
    c12.near(where[:10, 0], where[:10, 1], 500.0)  # compiled before it is timed
    begun = time.process_time()
    found = c12.mass_parking(
        latitude_deg=where[:, 0],
        longitude_deg=where[:, 1],
        parked_s=np.full(size, 70.0 * DAY_S),
        soc_pct=np.full(size, 90.0),
        vehicle_state=np.full(size, 2),
    )
    assert time.process_time() - begun < 30
    assert found.is_standing.all()
    assert found.number.min() >= 1
