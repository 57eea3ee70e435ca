"""Where a vehicle was: coarse by default, exact with a reason or while it is needed, on record."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import _person

from voltward.base.errors import NotPermitted
from voltward.fleet.models import Vehicle
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.protection import places
from voltward.records.protection.places import Place, coarse, needed_while
from voltward.records.services import positions
from voltward.records.services.positions import position_shown

AT = datetime(2026, 3, 15, 8, 33, 21, tzinfo=UTC)
HERE = {"latitude_deg": 31.230416, "longitude_deg": 121.473701, "at": AT}


def distance_km(place: Place, latitude_deg: float, longitude_deg: float) -> float:
    first, second = math.radians(place.latitude_deg), math.radians(latitude_deg)
    turn = math.radians(place.longitude_deg - longitude_deg)
    cosine = math.sin(first) * math.sin(second) + math.cos(first) * math.cos(second) * math.cos(
        turn
    )
    return 6371.0 * math.acos(max(-1.0, min(1.0, cosine)))


@given(
    st.floats(-85, 85),
    st.floats(-180, 180),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_a_coarse_place_is_near_and_says_nothing_more_than_its_cell(
    latitude_deg: float, longitude_deg: float, naive: datetime
) -> None:
    at = naive.replace(tzinfo=UTC)
    place = coarse(latitude_deg, longitude_deg, at)
    if place is None:
        assert (latitude_deg, longitude_deg) == (0, 0)
        return
    assert distance_km(place, latitude_deg, longitude_deg) < 2.5
    assert timedelta(0) <= at - place.at < timedelta(minutes=5)
    assert place.at.minute % 5 == place.at.second == 0
    assert round(place.latitude_deg, 3) == place.latitude_deg
    assert (
        coarse(place.latitude_deg, place.longitude_deg, at) == place
    )  # everybody in the cell looks alike
    assert not place.exact


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"),
    [(math.nan, 1.0), (1.0, math.inf), (91.0, 0.0), (0.0, 181.0), (0.0, 0.0)],
)
def test_no_position_is_no_place(latitude_deg: float, longitude_deg: float) -> None:
    assert coarse(latitude_deg, longitude_deg, AT) is None
    assert places.exact(latitude_deg, longitude_deg, AT) is None


@pytest.fixture
def alarm(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """A later room's predicate: the labels of vehicles with an open level-3 alarm."""
    burning: set[str] = set()
    monkeypatch.setattr(places, "NEEDED", {})
    needed_while("open_alarm")(lambda actor, vehicle: vehicle in burning)
    return burning


def rows() -> list[tuple[str, dict[str, str]]]:
    found = AuditRow.objects.filter(action="position.read").order_by("pk")
    return list(found.values_list("result", "after"))


@pytest.mark.django_db
def test_without_a_reason_even_a_holder_sees_the_cell_only(
    operator: Person, vehicle: Vehicle, alarm: set[str]
) -> None:
    place = position_shown(operator, vehicle=vehicle, **HERE)  # type: ignore[arg-type]
    assert place == coarse(31.230416, 121.473701, AT)
    assert rows() == []


@pytest.mark.django_db
def test_a_reason_shows_the_exact_place_and_leaves_a_row(
    operator: Person, vehicle: Vehicle
) -> None:
    place = position_shown(operator, vehicle=vehicle, reason="救援", **HERE)  # type: ignore[arg-type]
    assert place is not None
    assert (place.latitude_deg, place.longitude_deg, place.at, place.exact) == (
        31.230416,
        121.473701,
        AT,
        True,
    )
    assert rows() == [("read", {"reason": "救援"})]


@pytest.mark.django_db
def test_an_open_alarm_of_this_very_vehicle_shows_the_exact_place_at_once(
    operator: Person, vehicle: Vehicle, alarm: set[str]
) -> None:
    alarm.add("Vehicle:0")
    assert not position_shown(operator, vehicle=vehicle, **HERE).exact  # type: ignore[arg-type, union-attr]
    alarm.add(f"Vehicle:{vehicle.pk}")
    assert position_shown(operator, vehicle=vehicle, **HERE).exact  # type: ignore[arg-type, union-attr]
    assert rows() == [("read", {"reason": "open_alarm"})]


@pytest.mark.django_db
def test_without_the_grant_neither_reason_nor_alarm_shows_more(
    maker: Maker, vehicle: Vehicle, alarm: set[str]
) -> None:
    quality = _person("quality", "quality_engineer", maker)
    alarm.add(f"Vehicle:{vehicle.pk}")
    assert not position_shown(quality, vehicle=vehicle, **HERE).exact  # type: ignore[arg-type, union-attr]
    with pytest.raises(NotPermitted):
        position_shown(quality, vehicle=vehicle, reason="x", **HERE)  # type: ignore[arg-type]
    assert rows() == [("refused", {})]


@pytest.mark.django_db
def test_when_the_row_cannot_be_written_no_place_leaves(
    operator: Person, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the trail is gone")

    monkeypatch.setattr(positions, "reading_recorded", broken)
    with pytest.raises(RuntimeError):
        position_shown(operator, vehicle=vehicle, reason="x", **HERE)  # type: ignore[arg-type]
