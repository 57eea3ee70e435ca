"""The search box: VIN from both ends, plate, ICCID, battery code, part serial; each by its index."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from tests.fleet.conftest import DAY

from voltward.fleet.models import BatteryPack, PartRecord, Terminal, Vehicle
from voltward.fleet.selectors import vehicle_matching
from voltward.fleet.services import products
from voltward.fleet.services.parts import Part, pack_fit, parts_add
from voltward.records.models import Person

pytestmark = pytest.mark.django_db
CODE, ICCID = "001PE0A0000000D1A0000001", "89860000000000000017"


@pytest.fixture
def known(engineer: Person, vehicle: Vehicle, write: Any) -> Vehicle:
    Vehicle.objects.filter(pk=vehicle.pk).update(plate="沪A12345")
    write(products.terminal_write, serial="S", iccid=ICCID, vehicle=vehicle)
    pack_fit(engineer, vin=vehicle.vin, code=CODE, fitted_on=DAY)
    parts_add(engineer, parts=[Part(vehicle.vin, "motor", "XZ-900-17")])
    return vehicle


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("LVVDB11B0RE000001", "/vehicles/LVVDB11B0RE000001/"),
        ("lvvdb11", "/vehicles/LVVDB11B0RE000001/"),
        ("000001", "/vehicles/LVVDB11B0RE000001/"),
        ("沪a123", "/vehicles/LVVDB11B0RE000001/"),
        (ICCID, "/terminals/"),
        ("898600", "/terminals/"),
        (CODE, "/packs/"),
        ("001pe0", "/packs/"),
        ("xz-900", "/vehicles/LVVDB11B0RE000001/build/"),
    ],
)
def test_each_number_leads_to_its_page_and_only_for_those_who_may(
    as_engineer: Client, as_system_admin: Client, stranger: Person, known: Vehicle, text: str,
    address: str,
) -> None:  # fmt: skip
    assert f'href="{address}' in hits(as_engineer, text)
    other = Client()
    other.force_login(stranger)
    for client in (other, as_system_admin):
        assert "href" not in hits(client, text)


def hits(client: Client, text: str) -> str:
    """What the search box drops down, without the frame round it."""
    answer = client.get("/search/", {"q": text}, headers={"HX-Request": "true"})
    return answer.content.decode().split('id="results"')[1].split("</main>")[0]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "B11B", "-"])
def test_no_pattern_is_smuggled_in(engineer: Person, known: Vehicle, text: str) -> None:
    assert vehicle_matching(engineer, text) == []


def _plan(rows: QuerySet[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = on")
    return rows[:8].explain()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        # or one of maker and VIN, which PostgreSQL reads maker by maker where makers are few
        (
            lambda: Vehicle.objects.filter(vin__begins="LVVDB1"),
            "fleet_vehicle_vin|vehicle_maker_",
        ),
        (
            lambda: Vehicle.objects.filter(vin_reversed__begins="100000"),
            "vehicle_vin_reversed",
        ),
        (
            lambda: Vehicle.objects.filter(plate__begins="沪A").exclude(plate=""),
            "vehicle_plate",
        ),
        (
            lambda: Terminal.objects.filter(iccid__begins="898").exclude(iccid=""),
            "terminal_iccid",
        ),
        (lambda: BatteryPack.objects.filter(code__begins="001P"), "fleet_batterypack_code"),
        (lambda: PartRecord.objects.filter(serial__begins="XZ"), "part_serial"),
        (lambda: PartRecord.objects.filter(batch="B7").exclude(batch=""), "part_batch"),
        (lambda: PartRecord.objects.filter(vehicle=1), "part_once"),
    ],
)
def test_every_search_can_use_its_index(known: Vehicle, rows: Any, index: str) -> None:
    """The words of the question fit the index; which of two the planner takes, sizes decide."""
    plan = _plan(rows())
    assert "Index Cond" in plan
    assert any(name in plan for name in index.split("|")), plan


def test_a_build_without_the_reversed_index_is_caught(known: Vehicle) -> None:
    slow = Vehicle.objects.filter(vin__endswith="000001")
    assert "vehicle_vin_reversed" not in _plan(slow)
