"""Genealogy, packs and software: both ways, each once, and only for the own maker."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from tests.fleet.conftest import DAY

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import BatteryPack, PackFitting, PartRecord, SoftwareVersion, Vehicle
from voltward.fleet.selectors import parts as selectors
from voltward.fleet.services.parts import (
    Part,
    pack_fit,
    pack_remove,
    parts_add,
    software_install,
)
from voltward.fleet.services.vehicles import vehicle_register
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db
CODE = "001PE0A0000000D1A0000001"


def motor(vehicle: Vehicle, serial: str = "m-1", batch: str = "B7") -> Part:
    return Part(vehicle.vin, "motor", serial, batch, "某某电机", "宁波", DAY)


def test_parts_are_found_from_the_vehicle_and_the_vehicle_from_them(
    engineer: Person, vehicle: Vehicle
) -> None:
    second = vehicle_register(engineer, vin="LVVDB11B0RE000002", key=b"k" * 32)
    parts_add(engineer, parts=[motor(vehicle), motor(second, "m-2"), motor(second, "m-3", "B8")])
    assert [part.serial for part in selectors.parts_of(engineer, vehicle)] == ["M-1"]
    assert list(selectors.vehicles_with_batch(engineer, "b7")) == [vehicle, second]
    assert list(selectors.vehicles_with_batch(engineer, "B7", "bms")) == []
    assert {part.vehicle for part in selectors.parts_matching(engineer, "m-", 9)} == {
        vehicle,
        second,
    }


def test_adding_the_same_parts_again_adds_none(engineer: Person, vehicle: Vehicle) -> None:
    assert parts_add(engineer, parts=[motor(vehicle), motor(vehicle, "m-2")]) == 2
    assert parts_add(engineer, parts=[motor(vehicle), motor(vehicle, "m-3")]) == 1
    assert PartRecord.objects.count() == 3
    assert AuditRow.objects.filter(action="parts.add").count() == 2


@pytest.mark.parametrize(
    "bad", [{"kind": "wheel"}, {"serial": " "}, {"serial": "x" * 65}, {"batch": "x" * 65},
            {"supplier": "x" * 81}, {"serial": "a\0b"}],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_named_and_nothing_is_added(
    engineer: Person, vehicle: Vehicle, bad: dict[str, str]
) -> None:
    line = Part(**{"vin": vehicle.vin, "kind": "motor", "serial": "m-2", **bad})  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="line 2"):
        parts_add(engineer, parts=[motor(vehicle), line])
    assert not PartRecord.objects.exists()


def test_parts_need_the_grant_and_a_vehicle_of_the_own_maker(
    engineer: Person, operator: Person, stranger: Person, vehicle: Vehicle
) -> None:
    with pytest.raises(NotPermitted):
        parts_add(operator, parts=[motor(vehicle)])
    with pytest.raises(NotFound):
        parts_add(stranger, parts=[motor(vehicle)])
    assert not PartRecord.objects.exists()
    parts_add(engineer, parts=[motor(vehicle)])
    assert list(selectors.parts_of(stranger, vehicle)) == []
    assert selectors.parts_matching(stranger, "M-1", 9) == []
    assert list(selectors.vehicles_with_batch(stranger, "B7")) == []


def test_a_pack_is_in_one_vehicle_at_a_time(
    engineer: Person, operator: Person, stranger: Person, vehicle: Vehicle
) -> None:
    with pytest.raises(NotPermitted):
        pack_fit(operator, vin=vehicle.vin, code=CODE, fitted_on=DAY)
    with pytest.raises(NotFound):
        pack_fit(stranger, vin=vehicle.vin, code=CODE, fitted_on=DAY)
    with pytest.raises(BadInput):
        pack_fit(engineer, vin=vehicle.vin, code="short", fitted_on=DAY)
    assert not BatteryPack.objects.exists()
    fitting = pack_fit(engineer, vin=vehicle.vin, code=CODE.lower(), fitted_on=DAY)
    second = vehicle_register(engineer, vin="LVVDB11B0RE000002", key=b"k" * 32)
    with pytest.raises(WrongState):
        pack_fit(engineer, vin=second.vin, code=CODE, fitted_on=DAY)
    with pytest.raises(BadInput):
        pack_remove(engineer, fitting_id=fitting.pk, removed_on=date(2020, 1, 1))
    with pytest.raises(NotFound):
        pack_remove(stranger, fitting_id=fitting.pk, removed_on=DAY)
    pack_remove(engineer, fitting_id=fitting.pk, removed_on=date(2026, 4, 1))
    with pytest.raises(WrongState):
        pack_remove(engineer, fitting_id=fitting.pk, removed_on=date(2026, 4, 1))
    with pytest.raises(BadInput):
        pack_fit(engineer, vin=second.vin, code=CODE, fitted_on=date(2026, 3, 31))
    pack_fit(engineer, vin=second.vin, code=CODE, fitted_on=date(2026, 4, 1))
    assert PackFitting.objects.filter(removed_on=None).get().vehicle == second
    assert selectors.fittings_of(engineer, vehicle).count() == 1


def test_software_is_noted_by_those_who_may(
    engineer: Person, operator: Person, stranger: Person, vehicle: Vehicle
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for actor, refusal in ((operator, NotPermitted), (stranger, NotFound)):
        with pytest.raises(refusal):
            software_install(actor, vin=vehicle.vin, unit="BMS", version="1.2", installed_at=at)
    software_install(engineer, vin=vehicle.vin, unit="bms", version="1.2", installed_at=at)
    with pytest.raises(BadInput):
        software_install(engineer, vin=vehicle.vin, unit="BMS", version="1.3", installed_at=at)
    assert SoftwareVersion.objects.get().unit == "BMS"


def test_the_build_tab_shows_and_takes_parts_packs_and_software(
    as_engineer: Client, as_operator: Client, vehicle: Vehicle
) -> None:
    root = f"/vehicles/{vehicle.vin}"
    sent = {
        "part": {"kind": "bms", "serial": "S-77", "batch": "L9"},
        "fit": {"code": CODE, "fitted_on": "2026-03-01"},
        "software": {"unit": "BMS", "version": "9.9.1", "installed_at": "2026-03-01T08:00"},
    }
    for step, data in sent.items():
        assert as_operator.post(f"{root}/do/{step}/", data).status_code == 403, step
        assert as_operator.get(f"{root}/do/{step}/").status_code == 403, step
        assert as_engineer.get(f"{root}/do/{step}/").status_code == 200, step
        assert as_engineer.post(f"{root}/do/{step}/", {}).status_code == 422, step
        assert as_engineer.post(f"{root}/do/{step}/", data).status_code == 302, step
    text = as_engineer.get(f"{root}/build/").content.decode()
    assert all(word in text for word in ("S-77", "L9", CODE, "9.9.1"))
    assert vehicle.vin in as_engineer.get("/parts/?batch=l9").content.decode()
    assert vehicle.vin not in as_engineer.get("/parts/?batch=L").content.decode()


def test_the_record_tab_moves_the_vehicle_through_its_life(
    as_engineer: Client, vehicle: Vehicle
) -> None:
    root = f"/vehicles/{vehicle.vin}"
    steps: list[tuple[str, dict[str, str], str]] = [
        ("change", {"plate": "沪A1", "produced_on": "2026-01-01"}, "registered"),
        ("sell", {"since": "2026-02-01", "kind": "person", "usage_class": "private"}, "in_use"),
        ("owner", {"since": "2026-03-01", "kind": "company", "usage_class": "taxi"}, "in_use"),
        ("offline", {"reason": "停驶"}, "offline_confirmed"),
        ("resume", {}, "in_use"),
        ("scrap", {"scrapped_on": "2026-05-01", "proof": "证明 1"}, "in_use"),
    ]
    for step, data, state in steps:
        answer = as_engineer.post(f"{root}/do/{step}/", data)
        assert answer.status_code == 302, (step, answer.content.decode())
        vehicle.refresh_from_db()
        assert vehicle.state == state, step
    assert as_engineer.post(f"{root}/do/use/", {"first_used_on": "2026-01-01"}).status_code == 422
    assert "沪A1" in as_engineer.get(f"{root}/record/").content.decode()


def test_the_log_tab_is_for_those_who_read_the_trail(
    as_safety_head: Client, as_engineer: Client, stranger: Person, vehicle: Vehicle
) -> None:
    text = as_safety_head.get(f"/vehicles/{vehicle.vin}/log/").content.decode()
    assert "vehicle.register" in text
    assert "变更记录" in text
    assert as_engineer.get(f"/vehicles/{vehicle.vin}/log/").status_code == 403
    other = Client()
    other.force_login(stranger)
    for tab in ("log", "build", "agreements", "registration", "do/change"):
        assert other.get(f"/vehicles/{vehicle.vin}/{tab}/").status_code == 404, tab
