"""Who may open which page: one row for each, allowed and refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from tests.monitoring.car import report
from tests.monitoring.conftest import Surroundings

from voltward.fleet.models import Vehicle
from voltward.monitoring.ui import urls
from voltward.records.models import Person

pytestmark = pytest.mark.django_db

PAGES = {
    "overview": "/monitoring/",
    "overview-figures": "/monitoring/figures/",
    "explain": "/explain/",
    "vehicle-live": "/vehicles/{vin}/live/",
    "vehicle-live-events": "/vehicles/{vin}/live/events/",
    "vehicle-history": "/vehicles/{vin}/history/",
    "vehicle-history-curves": "/vehicles/{vin}/history/curves/",
    "vehicle-cells": "/vehicles/{vin}/cells/",
    "vehicle-cells-matrix": "/vehicles/{vin}/cells/matrix/",
    "vehicle-frames": "/vehicles/{vin}/frames/",
    "vehicle-gaps": "/vehicles/{vin}/gaps/",
    "vehicle-position": "/vehicles/{vin}/position/",
    "vehicle-track": "/vehicles/{vin}/track/",
    "vehicle-track-points": "/vehicles/{vin}/track/points/",
    "map": "/map/",
    "map-cells": "/map/cells/?zoom=4",
    "map-alarms": "/map/alarms/",
    "screens": "/screen/",
    "screen-national": "/screen/national/",
    "screen-national-data": "/screen/national/data/",
    "screen-duty": "/screen/duty/",
    "screen-duty-data": "/screen/duty/data/",
    "screen-quality": "/screen/quality/",
    "screen-quality-data": "/screen/quality/data/",
}
OF_VEHICLES = [path for path in PAGES.values() if "{vin}" in path]


def test_every_address_of_the_room_is_in_this_table() -> None:
    # see test_frames.py, test_fire.py, test_map.py and test_tracks.py
    apart = {"vehicle-frame", "vehicle-fire", "vehicle-place", "vehicle-track-exact"}
    names = {pattern.name for pattern in urls.urlpatterns}
    assert set(PAGES) | apart <= names
    # who may open the pages of alarms, limits, the roster and the queues: test_doors.py walks all
    of_telemetry = {name for name in names if name.startswith(("vehicle-", "map", "screen"))}
    alarms = {"vehicle-alarms", "vehicle-owner-opt-out"}
    assert of_telemetry == {one for one in set(PAGES) | apart | alarms if one in of_telemetry}
    assert get_resolver().resolve("/monitoring/").url_name == "overview"


@pytest.mark.parametrize("path", PAGES.values())
def test_a_monitoring_operator_is_let_in(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.put(report(vehicle.vin))
    answer = as_operator.get(path.format(vin=vehicle.vin))
    assert answer.status_code == 200
    _end(answer)


@pytest.mark.parametrize("path", PAGES.values())
def test_who_reads_no_telemetry_is_refused(
    as_system_admin: Client, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    assert as_system_admin.get(path.format(vin=vehicle.vin)).status_code == 403


@pytest.mark.parametrize("path", PAGES.values())
def test_nobody_is_sent_to_the_login(
    as_nobody: Client, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    answer = as_nobody.get(path.format(vin=vehicle.vin))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("path", OF_VEHICLES)
def test_another_makers_vehicle_is_not_there(
    as_operator: Client, other_vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    around.put(report(other_vehicle.vin))
    assert as_operator.get(path.format(vin=other_vehicle.vin)).status_code == 404
    assert as_operator.get(path.format(vin="LVVDB11B0RE999999")).status_code == 404


@pytest.mark.parametrize("path", OF_VEHICLES)
def test_the_live_tabs_are_only_read(
    as_operator: Client, vehicle: Vehicle, around: Surroundings, path: str
) -> None:
    assert as_operator.post(path.format(vin=vehicle.vin)).status_code == 405


def test_exact_positions_need_their_own_grant(
    as_operator: Client, operator: Person, vehicle: Vehicle, around: Surroundings
) -> None:
    around.put(report(vehicle.vin))
    assert "查看精确位置" in as_operator.get(f"/vehicles/{vehicle.vin}/live/").content.decode()
    operator.assignments.update(role="auditor")
    as_operator.force_login(operator)  # other roles end the sessions there are
    assert as_operator.get(f"/vehicles/{vehicle.vin}/position/").status_code == 403


def _end(answer: HttpResponseBase) -> None:
    """A stream that a test opened runs until somebody ends it."""
    if not answer.streaming:
        return
    content: Iterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    del content
    answer.close()
