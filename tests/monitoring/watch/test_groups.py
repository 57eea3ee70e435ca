"""Groups parked together, GB/T 45688 C.12: who belongs, and that a group stays one case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.findings.hazards.examples import cases, named
from tests.monitoring.watch.conftest import Yard

from voltward.monitoring.models import WatchCase
from voltward.monitoring.watching.parking import crowds
from voltward.monitoring.watching.places import placed

NONE = np.zeros(1, np.uint8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", [one for one in cases("C.12") if one["parameters"]["include_self"]], ids=named
)
def test_the_examples_of_mass_parking_come_out(
    case: dict[str, Any], yard: Yard, set_limit: Callable[..., Any]
) -> None:
    yard.alive()
    parameters = case["parameters"]
    set_limit("parking.count", parameters["Num_T"])
    by_name = {}
    for one in case["inputs"]["vehicles"]:
        vehicle = by_name[one["id"]] = yard.add(state="registered")
        state = {1: "started", 2: "off"}[one["vehicle_state"]]
        place = (one["lat"], one["lon"])
        ago = one["parked_days"] + (-1e-4 if one["parked_days"] == 60 else 1e-4)
        yard.sent(vehicle, ago, soc_pct=one["soc_pct"], state=state, place=place)
    yard.round()
    expected = {
        name: told["Num"] for name, told in case["expected"]["per_target"].items() if told["R"]
    }
    found = WatchCase.objects.filter(queue="dense_parking")
    assert len(found) == bool(expected)
    names = {vehicle.pk: name for name, vehicle in by_name.items()}
    members = [member for one in found for member in one.members.all()]
    assert {names[one.vehicle_id]: one.neighbours for one in members if one.is_target} == expected
    if expected:  # C and D stand within the radius of a target, and belong to the group
        assert {names[one.vehicle_id] for one in members} == set(case["expected"]["X"])


def _yard_full(yard: Yard, number: int, *, metres: float = 20) -> None:
    yard.alive()
    for k in range(number):
        vehicle = yard.add(state="registered")
        yard.sent(vehicle, 70 + k, soc_pct=90, place=(31.23 + k * metres / 111_195, 121.47))


@pytest.mark.django_db
def test_a_group_that_gains_and_loses_vehicles_stays_one_case(
    yard: Yard, set_limit: Callable[..., Any]
) -> None:
    set_limit("parking.count", 4)
    _yard_full(yard, 5)
    assert yard.round() == 1 + 0
    (case,) = yard.cases("dense_parking")
    assert (case.vehicles_number, case.why["numbers"]["targets"]) == (5, 5)
    gone = yard.vehicles[1]
    yard.sent(gone, 0.01, state="started", place=(31.5, 121.9))
    joined = yard.add(state="registered")
    yard.sent(joined, 80, soc_pct=95, place=(31.2301, 121.4701))
    assert yard.round() == 0
    (case,) = yard.cases("dense_parking")
    assert case.vehicles_number == 5
    assert case.members.get(vehicle=gone).left_at == yard.now
    assert [(step.kind, step.text) for step in case.steps.order_by("pk")] == [
        ("opened", ""), ("left", "1"), ("joined", "1"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_group_that_dissolves_says_so_and_waits_and_a_closed_one_is_not_opened_again(
    yard: Yard, set_limit: Callable[..., Any], closed: Callable[[WatchCase], WatchCase]
) -> None:
    set_limit("parking.count", 4)
    _yard_full(yard, 4)
    yard.round()
    yard.sent(yard.vehicles[1], 0.01, state="started")
    assert yard.round() == 1
    (case,) = yard.cases("dense_parking")
    assert case.is_going
    assert case.ended_at == yard.now
    for k in range(2):
        extra = yard.add(state="registered")
        yard.sent(extra, 90 + k, soc_pct=90, place=(31.2302, 121.47))
    assert yard.round() == 1  # it came again
    closed(case)
    assert yard.round() == 0
    assert len(yard.cases("dense_parking")) == 1


@pytest.mark.django_db
def test_a_vehicle_that_wakes_now_and_then_is_parked_since_it_was_last_driven(
    yard: Yard, set_limit: Callable[..., Any]
) -> None:
    set_limit("parking.count", 2)
    yard.alive()
    stands, drove, new = (yard.add(state="registered") for _ in range(3))
    yard.sent(stands, *range(1, 90, 7), soc_pct=90)
    yard.sent(drove, *range(1, 90, 7), soc_pct=90)
    yard.sent(drove, 30.5, soc_pct=90, state="started")
    yard.sent(new, *range(1, 30, 7), soc_pct=90)  # nobody knows of it for as long
    yard.round()
    assert not yard.cases("dense_parking")
    other = yard.add(state="registered")
    yard.sent(other, 75, soc_pct=85)
    yard.round()
    (case,) = yard.cases("dense_parking")
    assert set(case.members.values_list("vehicle", flat=True)) == {stands.pk, other.pk}


@pytest.mark.django_db
def test_no_exact_place_is_kept_in_the_office(yard: Yard, set_limit: Callable[..., Any]) -> None:
    set_limit("parking.count", 3)
    _yard_full(yard, 3)
    yard.round()
    (case,) = yard.cases("dense_parking")
    assert len(case.cell) == 15
    assert "121.47" not in str((case.why, case.now))
    assert max(abs(member.north_m) for member in case.members.all()) == pytest.approx(20, abs=0.5)


def test_groups_are_what_every_pair_says() -> None:
    chance = np.random.default_rng(20251201)
    for size, count in ((1, 1), (60, 3), (300, 5), (300, 40)):
        latitude = 31 + chance.random(size) * 0.03
        longitude = 121 + chance.random(size) * 0.03
        found = crowds(latitude, longitude, radius_m=500, count=count)
        a, b = np.radians(latitude), np.radians(longitude)
        half = np.sin((a[:, None] - a) / 2) ** 2
        half += np.cos(a[:, None]) * np.cos(a) * np.sin((b[:, None] - b) / 2) ** 2
        near = 2 * 6_371_008.8 * np.arcsin(np.sqrt(half)) < 500
        assert found.number.tolist() == near.sum(axis=1).tolist()
        target = near.sum(axis=1) >= count
        linked = near & target[:, None] & target
        reach = linked | np.eye(size, dtype=bool)
        for _ in range(int(np.ceil(np.log2(size))) + 1):
            reach = (reach.astype(int) @ reach.astype(int)) > 0
        for i in range(size):
            same = found.group == found.group[i]
            if target[i]:
                assert (same & target).tolist() == (reach[i] & target).tolist()
            else:
                assert (found.group[i] >= 0) == bool((near[i] & target).any())


def test_places_come_into_one_datum_with_their_signs() -> None:
    def at(
        latitude: float, longitude: float, status: int = 0, datum: int = 255
    ) -> tuple[float, float]:
        north, east = placed(
            np.array([latitude]), np.array([longitude]),
            np.array([status], np.uint8), np.array([datum], np.uint8),
        )  # fmt: skip
        return float(north[0]), float(east[0])

    assert at(31.23, 121.47) == (31.23, 121.47)
    assert at(31.23, 58.4, status=6) == (-31.23, -58.4)
    assert np.isnan(at(0, 0)).all()
    # Tiananmen: 39.908722 N 116.397499 E in WGS-84 is 39.910125 N 116.403740 E in GCJ-02
    north, east = at(39.910125, 116.403740, datum=2)
    assert north == pytest.approx(39.908722, abs=3e-5)
    assert east == pytest.approx(116.397499, abs=3e-5)
    assert at(48.85, 2.35, datum=2) == (48.85, 2.35)  # outside China nothing is shifted
