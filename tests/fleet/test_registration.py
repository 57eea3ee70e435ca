"""Static data for public platforms: what each edition and drive asks for, and what is missing."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from django.test import Client

from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.registration import (
    PlatformRegistration,
    platform_registration,
    registration_gaps,
    with_missing,
)
from voltward.fleet.services import products
from voltward.fleet.services.parts import Part, pack_fit, parts_add
from voltward.fleet.services.registration import registration_sweep
from voltward.fleet.services.vehicles import vehicle_change
from voltward.fleet.ui.registration_words import TITLES
from voltward.pages.room import REGISTRY
from voltward.records.models import Person

pytestmark = pytest.mark.django_db
CODE = "001PE0A0000000D1A0000001"


@pytest.fixture
def whole(engineer: Person, vehicle: Vehicle, write: Any) -> Vehicle:
    """A battery car under the edition of 2025 of which everything is known."""
    units = {"producer": "x", "cooling": "液冷", "rated_voltage_v": 350.0}
    battery = write(
        products.battery_type_write, name="B", chemistry="04", rated_energy_kwh=80.0, **units
    )
    motor = write(
        products.motor_type_write, name="T", max_current_a=500.0, peak_power_kw=150.0,
        peak_speed_rpm=16000.0, peak_torque_nm=310.0, **units,
    )  # fmt: skip
    model = write(
        products.vehicle_model_write, name="M", drive="bev", motor_layout="前置", top_speed_kmh=180.0,
        electric_range_km=500.0, range_method="cltc", gear_ratios="9.1", alarm_thresholds="见附件",
    )  # fmt: skip
    configuration = write(
        products.configuration_write, model=model, name="长续航", battery_type=battery, motor_type=motor,
        protocol_edition="2025", total_voltage_method="采样", is_swappable=False, has_range_extender=False,
    )  # fmt: skip
    vehicle_change(
        engineer, vin=vehicle.vin, configuration_id=configuration.pk, plate="",
        produced_on=date(2026, 1, 1), first_used_on=None,
    )  # fmt: skip
    write(
        products.terminal_write, serial="S", iccid="8" * 20, chip_id="C", algorithm="sm2", public_key="04",
        vehicle=vehicle,
    )  # fmt: skip
    pack_fit(engineer, vin=vehicle.vin, code=CODE, fitted_on=date(2026, 1, 1))
    parts_add(engineer, parts=[Part(vehicle.vin, "motor", "M-1")])
    vehicle.refresh_from_db()
    return vehicle


def test_a_vehicle_of_which_everything_is_known_lacks_nothing(whole: Vehicle) -> None:
    known = platform_registration(whole)
    assert known.missing == ()
    assert (known.pack_codes, known.motor_serials, known.energy_kwh) == ((CODE,), ("M-1",), 80.0)
    assert (known.iccid, known.algorithm, known.is_swappable) == ("8" * 20, "sm2", False)


def test_a_bare_vehicle_lacks_almost_everything_but_no_fuel(vehicle: Vehicle) -> None:
    missing = platform_registration(vehicle).missing
    assert {"iccid", "pack_codes", "drive", "chemistry", "protocol_edition"} <= set(missing)
    assert not {"fuel_type", "engine_serials", "fuel_cell_details", "vin"} & set(missing)


@pytest.mark.parametrize(
    ("drive", "edition", "name", "asked"),
    [
        ("bev", "2016", "chip_id", False),
        ("bev", "2025", "chip_id", True),
        ("bev", "2025", "fuel_type", False),
        ("phev", "2016", "fuel_type", True),
        ("erev", "2025", "engine_serials", True),
        ("fcev", "2025", "fuel_cell_details", True),
        ("bev", "2025", "fuel_cell_details", False),
        ("bev", "2016", "iccid", True),
        ("bev", "2016", "total_voltage_method", False),
        ("bev", "2025", "is_swappable", True),
    ],
)
def test_edition_and_drive_decide_what_is_asked_for(
    whole: Vehicle, drive: str, edition: str, name: str, asked: bool
) -> None:
    known = dataclasses.replace(
        platform_registration(whole), drive=drive, protocol_edition=edition,
        **{name: () if name == "engine_serials" else None},
    )  # fmt: skip
    assert (name in with_missing(known).missing) is asked


def test_every_field_has_its_printed_name() -> None:
    names = {field.name for field in dataclasses.fields(PlatformRegistration)} - {"missing"}
    assert set(TITLES) == names


def test_a_change_anywhere_has_the_gap_reckoned_again(
    engineer: Person, whole: Vehicle, write: Any
) -> None:
    assert registration_sweep() == 1
    assert registration_sweep() == 0
    assert list(registration_gaps(engineer)) == []
    assert whole.configuration is not None
    products.battery_type_write(
        engineer, values={"chemistry": ""}, row_id=whole.configuration.battery_type_id
    )
    assert registration_sweep() == 1
    assert [one.registration_missing for one in registration_gaps(engineer)] == [1]


def test_vehicles_that_no_platform_expects_have_no_gap(
    engineer: Person, stranger: Person, vehicle: Vehicle
) -> None:
    registration_sweep()
    assert list(registration_gaps(engineer)) == [vehicle]
    assert list(registration_gaps(stranger)) == []
    Vehicle.objects.filter(pk=vehicle.pk).update(state="unregistered", registration_missing=None)
    registration_sweep()
    assert list(registration_gaps(engineer)) == []


def test_many_vehicles_are_reckoned_with_few_questions(
    maker: Any, django_assert_max_num_queries: Any
) -> None:
    Vehicle.objects.bulk_create(
        Vehicle(
            maker=maker, vin=f"LVVDB11B0RE1{number:05d}", vehicle_id=number, state="unregistered"
        )
        for number in range(300)
    )
    with django_assert_max_num_queries(20):
        assert registration_sweep() == 300


def test_gaps_are_lines_of_the_workbench_and_a_page(
    engineer: Person, as_engineer: Client, vehicle: Vehicle
) -> None:
    registration_sweep()
    (source,) = [one for one in REGISTRY.tasks(engineer) if one.code == "registration_gap"]
    assert source.count(engineer) == 1
    (task,) = source.tasks(engineer, 5)
    text = as_engineer.get(task.url).content.decode()
    assert "备案尚缺" in text
    assert "ICCID" in text
