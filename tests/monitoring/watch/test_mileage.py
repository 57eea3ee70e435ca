"""Alarms per 1,000 km beside what the peers leave to expect: shown where known, deciding nothing."""

from __future__ import annotations

import pytest
from tests.monitoring import car
from tests.monitoring.conftest import Surroundings
from tests.monitoring.watch.conftest import DAY, Yard, frame

from voltward.base.errors import BadInput
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Episode
from voltward.monitoring.services.watch_rounds import office_round
from voltward.telemetry.queries.mileage import driven_km

pytestmark = pytest.mark.django_db


def alarming(yard: Yard) -> Vehicle:
    """Twelve episodes, and forty peers with none."""
    vehicle, *_peers = [yard.add(usage="taxi") for _ in range(41)]
    for k in range(12):
        at = yard.now - (k + 1) * DAY
        Episode.objects.create(
            maker=yard.maker, vehicle=vehicle, rule="insulation.low", level=2, reported_level=0,
            opened_at=at, received_at=at, last_at=at,
        )  # fmt: skip
    return vehicle


def test_newest_minus_oldest_odometer_of_the_window_gives_the_rate(yard: Yard) -> None:
    vehicle = alarming(yard)
    for ago_d, odometer_km in ((40, 100), (29, 1000), (10, 1300), (1, 1600)):
        yard.sent(vehicle, ago_d, odometer_km=odometer_km)
    office_round(yard.now)
    (case,) = yard.cases("frequent_alarms")
    assert (case.now["driven_km"], case.now["per_1000_km"]) == (600, 20)


@pytest.mark.parametrize("sent", [(), ((20, 900.0), (1, 100.0)), ((1, None),), ((1, 5000.0),)])
def test_without_a_mileage_the_case_opens_without_the_rate(
    yard: Yard, sent: tuple[tuple[float, float | None], ...]
) -> None:
    vehicle = alarming(yard)
    for ago_d, odometer_km in sent:
        yard.sent(vehicle, ago_d, odometer_km=odometer_km)
    office_round(yard.now)
    (case,) = yard.cases("frequent_alarms")
    assert "per_1000_km" not in case.now
    assert case.now["episodes"] == 12


def test_without_the_store_the_case_opens_without_the_rate_and_gets_it_later(yard: Yard) -> None:
    vehicle = alarming(yard)
    yard.sent(vehicle, 20, odometer_km=1000)
    yard.sent(vehicle, 1, odometer_km=1400)
    yard.around.is_away = True
    office_round(yard.now)
    (case,) = yard.cases("frequent_alarms")
    assert "per_1000_km" not in case.now
    yard.around.is_away = False
    yard.around.forget()
    office_round(yard.now + DAY)
    case.refresh_from_db()
    assert case.now["per_1000_km"] == 30


def test_a_span_without_zone_or_length_is_refused(yard: Yard) -> None:
    for start, stop in ((yard.now, yard.now), (yard.now.replace(tzinfo=None), yard.now)):
        with pytest.raises(BadInput):
            driven_km(yard.around.client, [1], start, stop)


def test_a_vehicle_in_pieces_has_its_mileage_too(around: Surroundings, yard: Yard) -> None:
    vehicle = yard.add(usage="taxi")
    for ago_d, odometer_km in ((9, 50.0), (2, 75.5)):
        whole = car.report(
            vehicle.vin, yard.now - ago_d * DAY, odometer_km=odometer_km, cells=[3.7] * 230
        )
        around.put(whole)
    around.put(frame(yard.add().vin, yard.now - DAY, odometer_km=9.0))
    number = vehicle.vehicle_id
    found = driven_km(around.client, [number], yard.now - 20 * DAY, yard.now)
    assert found == {number: pytest.approx(25.5)}
