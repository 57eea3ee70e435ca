"""Writes to vehicles: registration, admission from the line, and the count the gateway follows."""

from __future__ import annotations

import pytest

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.base.vehicle_id import vehicle_id
from voltward.fleet import selectors, services
from voltward.fleet.models import Vehicle
from voltward.fleet.registry import RegistryEntry, registry
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
VIN, OTHER, THIRD = "LVVDB11B0RE000001", "LFPHC7PE0K1A00001", "LSVXX000000000003"


def test_an_operator_registers_a_vehicle_of_the_own_maker(operator: Person) -> None:
    vehicle = services.vehicle_register(
        operator, vin=" lvvdb11b0re000001", key=KEY, plate="京a12345"
    )
    assert (vehicle.maker, vehicle.vin, vehicle.plate) == (operator.maker, VIN, "京A12345")
    assert vehicle.vehicle_id == vehicle_id(VIN, KEY)
    assert vehicle.registered_at is not None
    row = AuditRow.objects.get(action="vehicle.register")
    assert (row.actor, row.subject, row.before) == (operator, f"Vehicle:{vehicle.pk}", {})


def test_a_system_admin_registers_no_vehicle(system_admin: Person) -> None:
    with pytest.raises(NotPermitted):
        services.vehicle_register(system_admin, vin=VIN, key=KEY)
    assert not Vehicle.objects.exists()


@pytest.mark.parametrize(
    "vin", ["", "LVV", "LVVDB11B0RE00000I", "LVVDB11B0RE0000011", "LVVDB11B0RE00000'"]
)
def test_what_is_no_vin_is_refused(operator: Person, vin: str) -> None:
    with pytest.raises(BadInput, match="17"):
        services.vehicle_register(operator, vin=vin, key=KEY)


def test_a_vehicle_is_registered_once(operator: Person, vehicle: Vehicle) -> None:
    with pytest.raises(WrongState):
        services.vehicle_register(operator, vin=vehicle.vin, key=KEY)
    assert Vehicle.objects.count() == 1


def test_a_vin_of_another_maker_is_taken_and_nothing_is_said_about_it(
    operator: Person, other_vehicle: Vehicle
) -> None:
    generation = selectors.registry_generation()
    with pytest.raises(BadInput) as refusal:
        services.vehicle_register(operator, vin=other_vehicle.vin, key=KEY)
    assert other_vehicle.maker.name not in str(refusal.value)
    assert selectors.registry_generation() == generation


def test_vehicles_seen_on_the_line_go_to_the_maker_of_their_wmi(
    maker: Maker, other_maker: Maker
) -> None:
    added = services.vehicle_admit_unregistered(
        installation(), vins=[VIN, OTHER, THIRD, VIN.lower(), "no vin"], key=KEY, fallback=maker
    )
    assert added == 3
    makers = dict(Vehicle.objects.values_list("vin", "maker"))
    assert makers == {VIN: maker.pk, OTHER: other_maker.pk, THIRD: maker.pk}
    assert set(Vehicle.objects.values_list("state", flat=True)) == {"unregistered"}


def test_admitting_the_same_vehicles_again_changes_nothing(maker: Maker) -> None:
    services.vehicle_admit_unregistered(installation(), vins=[VIN], key=KEY, fallback=maker)
    rows, generation = AuditRow.objects.count(), selectors.registry_generation()
    assert (
        services.vehicle_admit_unregistered(installation(), vins=[VIN], key=KEY, fallback=maker)
        == 0
    )
    assert (AuditRow.objects.count(), selectors.registry_generation()) == (rows, generation)


def test_two_vehicles_with_one_number_are_told_apart_loudly(
    maker: Maker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("voltward.fleet.services.vehicles.number_of", lambda vin, key: 7)
    added = services.vehicle_admit_unregistered(
        installation(), vins=[VIN, THIRD], key=KEY, fallback=maker
    )
    assert added == 1
    assert VIN in caplog.text
    assert AuditRow.objects.get(action="vehicle.admit").after["clashing"] == [VIN]


def test_an_operator_does_not_admit_vehicles(operator: Person, maker: Maker) -> None:
    with pytest.raises(NotPermitted):
        services.vehicle_admit_unregistered(operator, vins=[VIN], key=KEY, fallback=maker)
    assert not Vehicle.objects.exists()


def test_an_unregistered_vehicle_is_completed_by_registration(
    operator: Person, maker: Maker
) -> None:
    services.vehicle_admit_unregistered(installation(), vins=[VIN], key=KEY, fallback=maker)
    vehicle = services.vehicle_register(operator, vin=VIN, key=KEY, model_name="M1")
    assert (vehicle.state, vehicle.source, vehicle.model_name) == ("registered", "gateway", "M1")
    assert AuditRow.objects.get(action="vehicle.register").before == {"state": "unregistered"}


def test_every_change_is_seen_in_the_registry(operator: Person, maker: Maker) -> None:
    first = registry()
    services.vehicle_admit_unregistered(installation(), vins=[THIRD], key=KEY, fallback=maker)
    services.vehicle_register(operator, vin=VIN, key=KEY)
    second = registry()
    assert second.generation == first.generation + 2
    assert list(second.entries()) == [RegistryEntry(THIRD, 0), RegistryEntry(VIN, 1)]
    assert second.wmis == ("LVV",)


def test_another_makers_vehicle_is_not_found(operator: Person, other_vehicle: Vehicle) -> None:
    assert list(selectors.vehicle_visible(operator)) == []
    assert selectors.vehicle_by_ids(operator, [other_vehicle.vehicle_id]) == {}
    assert list(selectors.vehicle_matching(operator, other_vehicle.vin)) == []
    with pytest.raises(NotFound):
        selectors.vehicle_by_vin(operator, other_vehicle.vin)


def test_a_vehicle_is_found_by_its_number_its_ends_and_its_plate(
    operator: Person, vehicle: Vehicle
) -> None:
    Vehicle.objects.filter(pk=vehicle.pk).update(plate="京A12345")
    assert selectors.vehicle_by_vin(operator, vehicle.vin.lower()) == vehicle
    assert selectors.vehicle_by_ids(operator, [vehicle.vehicle_id, 1]) == {
        vehicle.vehicle_id: vehicle
    }
    for text in ("LVVDB", "000001", "京a1"):
        assert list(selectors.vehicle_matching(operator, text)) == [vehicle]
    for text in ("%", "_", "' OR 1=1", "B11B0"):
        assert list(selectors.vehicle_matching(operator, text)) == []


def test_vehicles_are_counted_by_state(operator: Person, vehicle: Vehicle, maker: Maker) -> None:
    services.vehicle_admit_unregistered(installation(), vins=[THIRD], key=KEY, fallback=maker)
    assert selectors.vehicle_counts(operator) == {"registered": 1, "unregistered": 1}
    assert selectors.model_names(operator) == ["示例轿跑"]
