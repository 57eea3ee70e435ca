"""What is near positions: against plain measuring of everything, over edges, datums and closings."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.fleet.places import outlet, site

from voltward.base.geo import shifted
from voltward.base.nearness import metres_between
from voltward.fleet.models import ChargingSite, ServiceOutlet
from voltward.fleet.models.places import GCJ02
from voltward.fleet.selectors.places import outlets_nearest, sites_near
from voltward.records import days
from voltward.records.models import Maker, Person

pytestmark = pytest.mark.django_db
SHANGHAI = (121.47, 31.23)


def scattered(maker: Maker, kind: type, number: int, seed: int) -> np.ndarray:
    """Places over China, half of them in one town; gives their positions ``(n, 2)``."""
    rng = np.random.default_rng(seed)
    wide = np.column_stack((rng.uniform(75, 130, number // 2), rng.uniform(20, 50, number // 2)))
    town = rng.normal(SHANGHAI, 0.1, (number - number // 2, 2))
    at = np.vstack((wide, town))
    more = {} if kind is ServiceOutlet else {"operator": "示例充电", "source": "测试"}
    kind._default_manager.bulk_create(
        kind(
            maker=maker,
            code=f"P{key}",
            name=f"P{key}",
            area="测试",
            longitude_deg=x,
            latitude_deg=y,
            **more,
        )
        for key, (x, y) in enumerate(at)
    )
    return at


def test_the_nearest_outlet_is_the_one_that_measuring_all_finds(
    maker: Maker, operator: Person
) -> None:
    at = scattered(maker, ServiceOutlet, 400, seed=1)
    rng = np.random.default_rng(2)
    points = [
        tuple(one)
        for one in np.vstack(
            (rng.normal(SHANGHAI, 0.2, (40, 2)), rng.uniform((75, 20), (130, 50), (40, 2)))
        )
    ]
    found = outlets_nearest(operator, points)
    for point, near in zip(points, found, strict=True):
        metres = metres_between(*point, at[:, 0], at[:, 1])
        assert near is not None
        assert near.place.code == f"P{int(metres.argmin())}"
        assert near.distance_m == pytest.approx(float(metres.min()))


def test_all_sites_within_reach_and_no_other_are_found_nearest_first(
    maker: Maker, operator: Person
) -> None:
    at = scattered(maker, ChargingSite, 400, seed=3)
    points = [tuple(one) for one in np.random.default_rng(4).normal(SHANGHAI, 0.1, (30, 2))]
    reach_m = [200.0 + 300 * number for number in range(30)]
    found = sites_near(operator, points, reach_m)
    assert sum(map(len, found)) > 30
    for point, reach, near in zip(points, reach_m, found, strict=True):
        metres = metres_between(*point, at[:, 0], at[:, 1])
        expected = [f"P{key}" for key in np.argsort(metres) if metres[key] <= reach]
        assert [one.place.code for one in near] == expected


def test_a_corner_of_the_first_look_does_not_hide_what_is_nearer(
    maker: Maker, operator: Person
) -> None:
    outlet(maker, "corner", SHANGHAI[0] + 0.255, SHANGHAI[1] + 0.22)  # in the box, 34 km away
    outlet(maker, "straight", SHANGHAI[0], SHANGHAI[1] + 0.24)  # outside of it, 27 km away
    near = outlets_nearest(operator, [SHANGHAI])[0]
    assert near is not None
    assert near.place.code == "straight"


def test_degrees_of_chinese_maps_are_measured_where_they_are(
    maker: Maker, operator: Person
) -> None:
    x, y = shifted(*SHANGHAI)
    site(maker, "map", float(x), float(y), datum=GCJ02)
    site(maker, "beside", float(x), float(y))  # the same numbers, but said to be WGS-84
    assert [one.place.code for one in sites_near(operator, [SHANGHAI], [50.0])[0]] == ["map"]
    assert len(sites_near(operator, [SHANGHAI], [1000.0])[0]) == 2


def test_what_is_closed_today_is_not_offered_and_what_closes_later_is(
    maker: Maker, operator: Person
) -> None:
    outlet(maker, "gone", *SHANGHAI, closed_on=days.today())
    outlet(maker, "soon", SHANGHAI[0], 31.3, closed_on=days.today() + timedelta(days=1))
    site(maker, "gone", *SHANGHAI, closed_on=days.today() - timedelta(days=9))
    near = outlets_nearest(operator, [SHANGHAI])[0]
    assert near is not None
    assert near.place.code == "soon"
    far = outlets_nearest(operator, [(80.0, 40.0)])[0]
    assert far is not None
    assert far.place.code == "soon"
    assert sites_near(operator, [SHANGHAI], [5000.0]) == [[]]


def test_nobody_is_sent_to_another_makers_outlet(
    maker: Maker, other_maker: Maker, operator: Person
) -> None:
    outlet(other_maker, "theirs", *SHANGHAI)
    site(other_maker, "theirs", *SHANGHAI)
    assert outlets_nearest(operator, [SHANGHAI]) == [None]
    outlet(maker, "ours", 100.0, 30.0)
    near = outlets_nearest(operator, [SHANGHAI])[0]
    assert near is not None
    assert near.place.code == "ours"
    assert sites_near(operator, [SHANGHAI], [5000.0]) == [[]]


def test_who_may_not_read_places_learns_of_none(maker: Maker, system_admin: Person) -> None:
    outlet(maker, "W", *SHANGHAI)
    site(maker, "C", *SHANGHAI)
    assert outlets_nearest(system_admin, [SHANGHAI]) == [None]
    assert sites_near(system_admin, [SHANGHAI], [5000.0]) == [[]]


def test_a_page_of_positions_costs_the_same_few_queries_as_one(
    maker: Maker, operator: Person
) -> None:
    scattered(maker, ServiceOutlet, 50, seed=5)
    points = [(121.0 + 0.01 * number, 31.0) for number in range(100)]
    assert operator.grants  # read once and kept
    for asked in (points[:1], points):
        with CaptureQueriesContext(connection) as queries:
            outlets_nearest(operator, asked)
        assert len(queries) <= 3
    assert outlets_nearest(operator, []) == []
