"""Products: written by the few, scoped to the maker, texts in step, every version kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.fleet.models import (
    BatteryType,
    Configuration,
    MotorType,
    Platform,
    SafeBoundary,
    Vehicle,
    VehicleModel,
)
from voltward.fleet.selectors.parts import boundary_on
from voltward.fleet.services import boundaries, products
from voltward.fleet.services.vehicles import vehicle_change, vehicle_register
from voltward.fleet.ui.kinds import KINDS
from voltward.records import approvals
from voltward.records.history import history_of
from voltward.records.models import AuditRow, Maker, Person
from voltward.records.origin import coming_from

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
SMALLEST: dict[str, dict[str, Any]] = {
    "platform": {"code": "P1", "name": "平台一"},
    "vehicle-model": {"name": "M1", "life_years": 15},
    "configuration": {"name": "C1"},
    "battery-type": {"name": "B1"},
    "motor-type": {"name": "T1"},
    "controller-type": {"name": "K1"},
    "pack": {"code": "0" * 24},
    "terminal": {"serial": "S1"},
}


@pytest.fixture
def filled(engineer: Person) -> Callable[[str], dict[str, Any]]:
    def values(slug: str) -> dict[str, Any]:
        given = dict(SMALLEST[slug])
        if slug == "configuration":
            given["model"] = products.vehicle_model_write(engineer, values={"name": "M0"})
        return given

    return values


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_each_kind_is_written_with_the_grant_and_scoped_to_its_maker(
    kind: Any, engineer: Person, operator: Person, stranger: Person, filled: Any
) -> None:
    values = filled(kind.slug)
    with pytest.raises(NotPermitted):
        kind.write(operator, values=values)
    assert not kind.model.objects.exists()
    row = kind.write(engineer, values=values)
    assert row.maker == engineer.maker
    rows = AuditRow.objects.count()
    with pytest.raises(NotFound):
        kind.write(stranger, values={}, row_id=row.pk)
    with pytest.raises(BadInput):
        kind.write(engineer, values={"maker": stranger.maker}, row_id=row.pk)
    if kind.slug != "configuration":
        with pytest.raises(BadInput):
            kind.write(engineer, values=values)
    assert AuditRow.objects.count() == rows


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_each_kind_has_a_list_a_page_and_a_form(
    kind: Any, as_engineer: Client, as_operator: Client, stranger: Person, filled: Any
) -> None:
    data = {name: getattr(value, "pk", value) for name, value in filled(kind.slug).items()}
    answer = as_engineer.post(f"/{kind.slug}s/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    row = kind.model.objects.order_by("-pk").first()
    page = as_engineer.get(answer["Location"]).content.decode()
    assert "变更记录" in page
    listed = as_engineer.get(f"/{kind.slug}s/").content.decode()
    link = f'href="/{kind.slug}s/{row.pk}/"'
    assert str(row) in listed
    assert link in listed
    assert as_engineer.get(f"/{kind.slug}s/{row.pk}/edit/").status_code == 200
    assert as_engineer.post(f"/{kind.slug}s/{row.pk}/edit/", data).status_code == 302
    assert as_operator.get(f"/{kind.slug}s/{row.pk}/").status_code == 200
    assert as_operator.post(f"/{kind.slug}s/new/", data).status_code == 403
    other = Client()
    other.force_login(stranger)
    assert other.get(f"/{kind.slug}s/{row.pk}/").status_code == 404
    assert link not in other.get(f"/{kind.slug}s/").content.decode()


def test_a_form_offers_only_the_own_makers_records(
    as_engineer: Client, stranger: Person, engineer: Person
) -> None:
    theirs = products.platform_write(stranger, values={"code": "X", "name": "别家平台"})
    assert "别家平台" not in as_engineer.get("/vehicle-models/new/").content.decode()
    answer = as_engineer.post(
        "/vehicle-models/new/", {"name": "M", "life_years": 15, "platform": theirs.pk}
    )
    assert answer.status_code == 422
    with pytest.raises(NotFound):
        products.vehicle_model_write(engineer, values={"name": "M", "platform": theirs})
    assert not VehicleModel.objects.filter(name="M").exists()


@pytest.mark.parametrize(("years", "right"), [(9, False), (10, True), (15, True), (30, True)])
def test_no_model_lives_less_than_ten_years(engineer: Person, years: int, right: bool) -> None:
    values = {"name": "M", "life_years": years}
    if right:
        assert products.vehicle_model_write(engineer, values=values).life_years == years
    else:
        with pytest.raises(BadInput):
            products.vehicle_model_write(engineer, values=values)


def test_a_model_lives_fifteen_years_if_nobody_says_otherwise_and_the_database_keeps_the_least(
    engineer: Person,
) -> None:
    model = products.vehicle_model_write(engineer, values={"name": "M"})
    assert model.life_years == 15
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleModel.objects.update(life_years=9)


@pytest.mark.parametrize("code", ["", "0" * 23, "0" * 25, "a" * 24, "0" * 23 + "-"])
def test_a_battery_code_has_twenty_four_characters(engineer: Person, code: str) -> None:
    with pytest.raises(BadInput):
        products.pack_write(engineer, values={"code": code})


# ---- texts of vehicles


def test_registering_by_texts_makes_the_rows_once(engineer: Person) -> None:
    for number in (1, 2):
        vehicle_register(
            engineer,
            vin=f"LVVDB11B0RE00000{number}",
            key=KEY,
            model_name="轿跑",
            battery_type="NCM",
        )
    configuration = Configuration.objects.get()
    assert (configuration.model.name, str(configuration.battery_type)) == ("轿跑", "NCM")
    assert set(Vehicle.objects.values_list("configuration", flat=True)) == {configuration.pk}


def test_texts_follow_the_names_of_what_a_vehicle_is_built_of(engineer: Person) -> None:
    vehicle = vehicle_register(
        engineer, vin="LVVDB11B0RE000001", key=KEY, model_name="轿跑", battery_type="NCM"
    )
    assert vehicle.configuration is not None
    battery = vehicle.configuration.battery_type
    assert battery is not None
    products.vehicle_model_write(
        engineer, values={"name": "轿跑二代"}, row_id=vehicle.configuration.model_id
    )
    products.battery_type_write(engineer, values={"name": "NCM 96S"}, row_id=battery.pk)
    vehicle.refresh_from_db()
    assert (vehicle.model_name, vehicle.battery_type) == ("轿跑二代", "NCM 96S")


def test_changing_the_configuration_changes_the_texts(
    engineer: Person, operator: Person, stranger: Person, vehicle: Vehicle
) -> None:
    model = products.vehicle_model_write(engineer, values={"name": "SUV"})
    configuration = products.configuration_write(
        engineer, values={"model": model, "name": "长续航"}
    )
    values: dict[str, Any] = {
        "vin": vehicle.vin, "configuration_id": configuration.pk, "plate": "沪a1",
        "produced_on": date(2026, 1, 2), "first_used_on": None,
    }  # fmt: skip
    for actor, refusal in ((operator, NotPermitted), (stranger, NotFound)):
        with pytest.raises(refusal):
            vehicle_change(actor, **values)
    with pytest.raises(BadInput):
        vehicle_change(engineer, **{**values, "first_used_on": date(2026, 1, 1)})
    vehicle_change(engineer, **values)
    vehicle.refresh_from_db()
    assert (vehicle.model_name, vehicle.battery_type, vehicle.plate) == ("SUV", "", "沪A1")


def test_a_vehicle_that_is_not_in_the_books_is_not_changed(
    engineer: Person, vehicle: Vehicle
) -> None:
    Vehicle.objects.filter(pk=vehicle.pk).update(state="unregistered")
    with pytest.raises(WrongState):
        vehicle_change(
            engineer, vin=vehicle.vin, configuration_id=None, plate="", produced_on=None,
            first_used_on=None,
        )  # fmt: skip


def test_the_fill_makes_rows_from_texts_and_may_be_repeated(maker: Maker) -> None:
    fill = import_module("voltward.fleet.migrations.0004_fill_products").fill
    for number, texts in enumerate(
        [("轿跑", "NCM"), ("轿跑", "NCM"), ("轿跑", ""), ("", "LFP"), ("", "")]
    ):
        Vehicle.objects.create(
            maker=maker, vin=f"LVVDB11B0RE00001{number}", vehicle_id=number, state="unregistered",
            model_name=texts[0], battery_type=texts[1],
        )  # fmt: skip

    class Editor:
        pass

    Editor.connection = connection  # type: ignore[attr-defined]
    for _ in range(2):
        fill(apps, Editor)
        assert sorted(BatteryType.objects.values_list("name", flat=True)) == ["LFP", "NCM"]
        assert VehicleModel.objects.get().name == "轿跑"
        assert sorted(Configuration.objects.values_list("name", flat=True)) == ["", "NCM"]
        assert Vehicle.objects.filter(configuration=None).count() == 2
        assert Platform.objects.count() == 0


# ---- safe-use boundaries


def propose(actor: Person, battery: BatteryType, **limits: float) -> SafeBoundary:
    return boundaries.boundary_propose(
        actor, battery_type_id=battery.pk, valid_from=date(2026, 1, 1),
        limits=limits or {"highest_cell_voltage_v": 4.25}, source="DVP-17", confidence="measured",
    )  # fmt: skip


def test_a_boundary_counts_when_a_second_person_agreed(
    engineer: Person, safety_head: Person, write: Any
) -> None:
    battery = write(products.battery_type_write, name="B")
    first = propose(engineer, battery)
    assert boundary_on(battery.pk, date(2026, 6, 1)) is None
    wish = approvals.approval_waiting(safety_head).get()
    with pytest.raises(NotPermitted):
        approvals.approval_accept(engineer, approval_id=wish.pk)
    approvals.approval_accept(safety_head, approval_id=wish.pk)
    assert boundary_on(battery.pk, date(2026, 6, 1)) == first
    assert boundary_on(battery.pk, date(2025, 6, 1)) is None
    assert propose(engineer, battery).version == 2
    assert boundary_on(battery.pk, date(2026, 6, 1)) == first


def test_boundaries_that_cross_are_empty_or_foreign_are_refused(
    engineer: Person, operator: Person, stranger: Person, write: Any
) -> None:
    battery = write(products.battery_type_write, name="B")
    with pytest.raises(BadInput):
        propose(engineer, battery, highest_temperature_c=10.0, lowest_temperature_c=20.0)
    with pytest.raises(BadInput):
        propose(engineer, battery, speed_kmh=1.0)
    with pytest.raises(NotPermitted):
        propose(operator, battery)
    with pytest.raises(NotFound):
        propose(stranger, battery)
    assert not SafeBoundary.objects.exists()


def test_the_page_of_a_battery_type_takes_a_boundary(
    as_engineer: Client, as_operator: Client, write: Any
) -> None:
    battery = write(products.battery_type_write, name="B")
    path = f"/battery-types/{battery.pk}/boundaries/new/"
    data = {"valid_from": "2026-01-01", "highest_temperature_c": "55", "source": "DVP-17",
            "confidence": "measured"}  # fmt: skip
    assert as_engineer.post(path, {**data, "highest_temperature_c": ""}).status_code == 422
    assert as_engineer.post(path, data).status_code == 302
    assert as_operator.get(path).status_code == 403
    assert "DVP-17" in as_engineer.get(f"/battery-types/{battery.pk}/").content.decode()


# ---- history


def test_every_version_is_kept_with_who_and_which_request(engineer: Person) -> None:
    row = products.motor_type_write(engineer, values={"name": "T1"})
    with coming_from("192.0.2.7", "ABCD-1234"):
        products.motor_type_write(engineer, values={"name": "T2"}, row_id=row.pk)
    newest, first = history_of(row)
    assert (newest.kind, newest.actor, newest.action, newest.request) == (
        "update", engineer.display_name, "motor_type.write", "ABCD-1234",
    )  # fmt: skip
    assert newest.fields == (("型号", "T1", "T2"),)
    assert (first.kind, first.fields) == ("insert", ())


def test_bulk_changes_are_caught_too(engineer: Person) -> None:
    row = products.motor_type_write(engineer, values={"name": "T1"})
    MotorType.objects.update(producer="某某电机")
    assert history_of(row)[0].fields == (("生产企业", "—", "某某电机"),)


@pytest.mark.parametrize(
    "statement", ["UPDATE fleet_motortypeevent SET name = 'x'", "DELETE FROM fleet_motortypeevent",
                  "ALTER TABLE fleet_motortype DISABLE TRIGGER ALL"],
)  # fmt: skip
def test_the_application_changes_no_history(engineer: Person, statement: str) -> None:
    row = products.motor_type_write(engineer, values={"name": "T1"})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert history_of(row)[0].kind == "insert"
