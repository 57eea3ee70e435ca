"""Static registration: what lacks and where it is filled in, what is registered, what changed since."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import resolve, reverse
from python_calamine import load_workbook
from tests.exchange.platforms_made import approved

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.exchange.models import PlatformRevision, StaticRegistration
from voltward.exchange.registration_fields import NAMES, changes_between, place_of
from voltward.exchange.services.registrations import registration_mark, registrations_sweep
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors.registration import platform_registration
from voltward.fleet.services import products
from voltward.fleet.services.registration import registration_sweep
from voltward.fleet.services.vehicles import vehicle_change
from voltward.records import days
from voltward.records.models import AuditRow, Person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 1)


def standing(vehicle: Vehicle) -> tuple[str, int]:
    row = StaticRegistration.objects.get(vehicle=vehicle)
    return row.state, row.missing


def marked(actor: Person, *vehicles: Vehicle) -> int:
    vins = [one.vin for one in vehicles]
    return registration_mark(actor, platform="national", vins=vins, on=TODAY, note="回执 17")


@pytest.fixture
def reckoned(link: PlatformRevision, whole: Vehicle, bare: Vehicle) -> Vehicle:
    registration_sweep()
    return whole


def test_what_is_reckoned_stands_at_each_platform_that_gets_the_vehicle(
    reckoned: Vehicle, bare: Vehicle
) -> None:
    assert standing(reckoned) == ("complete", 0)
    state, missing = standing(bare)
    assert (state, missing) == ("incomplete", len(platform_registration(bare).missing))


def test_registering_keeps_the_data_as_they_were_with_day_and_person(
    reckoned: Vehicle, safety_head: Person
) -> None:
    assert marked(safety_head, reckoned) == 1
    row = StaticRegistration.objects.get(vehicle=reckoned)
    assert (row.state, row.registered_on, row.registered_by) == ("registered", TODAY, safety_head)
    assert row.registered["pack_codes"] == ["001PE0A0000000D1A0000001"]
    assert AuditRow.objects.filter(action="registration.mark", result="done").count() == 1


def test_a_change_afterwards_is_shown_with_what_was_registered_and_registered_anew(
    reckoned: Vehicle, safety_head: Person, engineer: Person
) -> None:
    marked(safety_head, reckoned)
    assert reckoned.configuration is not None
    motor = reckoned.configuration.motor_type
    assert motor is not None
    products.motor_type_write(engineer, values={"peak_power_kw": 160.0}, row_id=motor.pk)
    registration_sweep()
    row = StaticRegistration.objects.get(vehicle=reckoned)
    assert row.state == "changed"
    client = Client()
    client.force_login(safety_head)
    answer = client.get(reverse("registration", args=[row.pk]))
    assert [one[1:] for one in answer.context["changes"]] == [("150.0", "160.0")]
    marked(safety_head, reckoned)
    assert standing(reckoned)[0] == "registered"
    products.motor_type_write(engineer, values={"peak_power_kw": 150.0}, row_id=motor.pk)
    registration_sweep()
    assert standing(reckoned)[0] == "changed"


def test_a_registered_vehicle_that_lacks_something_now_is_changed_and_no_gap_is_hidden(
    reckoned: Vehicle, safety_head: Person, engineer: Person
) -> None:
    marked(safety_head, reckoned)
    vehicle_change(
        engineer, vin=reckoned.vin, configuration_id=reckoned.configuration_id, plate="",
        produced_on=None, first_used_on=None,
    )  # fmt: skip
    registration_sweep()
    assert standing(reckoned) == ("changed", 1)


def test_what_lacks_something_or_does_not_go_there_is_not_registered(
    reckoned: Vehicle, bare: Vehicle, safety_head: Person, operator: Person, stranger: Person,
    other_vehicle: Vehicle,
) -> None:  # fmt: skip
    for actor, vehicles, refusal in (
        (safety_head, (reckoned, bare), BadInput),
        (safety_head, (reckoned, other_vehicle), NotFound),
        (safety_head, (), BadInput),
        (operator, (reckoned,), NotPermitted),
        (stranger, (reckoned,), NotFound),
    ):
        with pytest.raises(refusal):
            marked(actor, *vehicles)
    with pytest.raises(BadInput):
        registration_mark(
            safety_head, platform="national", vins=[reckoned.vin], on=date(2099, 1, 1), note=""
        )
    assert not StaticRegistration.objects.exclude(registered=None).exists()


def test_a_platform_that_is_added_later_gets_its_rows_and_one_that_takes_nobody_none(
    reckoned: Vehicle, safety_head: Person, officer: Person
) -> None:
    assert registrations_sweep() == 0
    approved(safety_head, officer, "local")
    none = approved(safety_head, officer, "none")
    none.all_vehicles = False
    none.save()
    registrations_sweep()
    names = StaticRegistration.objects.filter(vehicle=reckoned).values_list(
        "platform__name", flat=True
    )
    assert sorted(names) == ["local", "national"]
    assert registrations_sweep() == 0


def test_a_vehicle_that_leaves_keeps_its_row_only_where_it_is_registered(
    reckoned: Vehicle, bare: Vehicle, safety_head: Person
) -> None:
    marked(safety_head, reckoned)
    Vehicle.objects.update(state="unregistered", registration_missing=None)
    registration_sweep()
    assert [one.vehicle for one in StaticRegistration.objects.all()] == [reckoned]


def test_a_row_is_registered_by_somebody_or_not_at_all(
    reckoned: Vehicle,
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StaticRegistration.objects.update(registered_digest="0" * 64)


def test_every_field_says_where_it_is_filled_in(reckoned: Vehicle, bare: Vehicle) -> None:
    for vehicle in (reckoned, bare):
        vehicle.refresh_from_db()
        for name in NAMES:
            place = place_of(name, vehicle)
            assert resolve(place.url), name
    assert str(place_of("chemistry", reckoned).title) == "电池类型"
    assert str(place_of("iccid", bare).title) == "车载终端"


def test_changes_are_told_in_the_order_of_the_form() -> None:
    before, now = {"iccid": "1", "drive": "bev"}, {"iccid": "2", "drive": "phev"}
    assert changes_between(before, now) == [("iccid", "1", "2"), ("drive", "bev", "phev")]


# ---- files, pages, commands


def files(client: Client, **query: str) -> Any:
    return client.get(reverse("registration-files"), {"platform": "national", **query})


def test_the_files_have_a_table_for_each_kind_of_record(
    reckoned: Vehicle, bare: Vehicle, as_safety_head: Client
) -> None:
    answer = files(as_safety_head, format="csv")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    tables = {
        name.split("-")[1].removesuffix(".csv"): list(
            csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))
        )
        for name in archive.namelist()
    }
    assert [row[0] for row in tables["vehicles"][1:]] == [reckoned.vin, bare.vin]
    assert tables["terminals"][1][:2] == [reckoned.vin, "8" * 20]
    assert tables["storage"][1][:3] == [reckoned.vin, "001PE0A0000000D1A0000001", "三元材料"]
    assert tables["motors"][1][1] == "M-1"
    assert len(tables["fuel"]) == 1
    assert tables["storage"][0][0] == "VIN [vin]"
    book = load_workbook(io.BytesIO(files(as_safety_head, format="xlsx").content))
    assert book.sheet_names == list(tables)
    assert book.get_sheet_by_name("vehicles").to_python()[1][0] == reckoned.vin
    one = AuditRow.objects.filter(action="registration.export", result="read")
    assert one.count() == 2


def test_only_some_states_can_be_asked_for(
    reckoned: Vehicle, bare: Vehicle, as_safety_head: Client
) -> None:
    answer = files(as_safety_head, format="xlsx", state="complete")
    book = load_workbook(io.BytesIO(answer.content))
    assert [row[0] for row in book.get_sheet_by_name("vehicles").to_python()[1:]] == [reckoned.vin]


def test_who_may_not_or_is_of_another_maker_gets_no_file(
    reckoned: Vehicle, stranger: Person, engineer: Person
) -> None:
    row = StaticRegistration.objects.get(vehicle=reckoned)
    for actor, status, page in ((stranger, 422, 404), (engineer, 403, 403)):
        client = Client()
        client.force_login(actor)
        assert files(client, format="csv").status_code == status
        assert client.get(reverse("registration", args=[row.pk])).status_code == page


def test_the_page_names_what_lacks_with_its_place(
    reckoned: Vehicle, bare: Vehicle, as_safety_head: Client
) -> None:
    row = StaticRegistration.objects.get(vehicle=bare)
    answer = as_safety_head.get(reverse("registration", args=[row.pk]))
    assert len(answer.context["missing"]) == row.missing
    assert reverse("vehicle-build", args=[bare.vin]) in answer.content.decode()
    assert not answer.context["may_mark"]


def test_vehicles_are_marked_on_a_page(
    reckoned: Vehicle, bare: Vehicle, as_safety_head: Client
) -> None:
    url = reverse("registration-mark")
    given = {"platform": "national", "on": days.today().isoformat(), "note": ""}
    assert as_safety_head.get(url).status_code == 200
    refused = as_safety_head.post(url, {**given, "vins": f"{reckoned.vin}\n{bare.vin}"})
    assert refused.status_code == 422
    done = as_safety_head.post(url, {**given, "vins": reckoned.vin.lower()})
    assert done.status_code == 302
    assert standing(reckoned)[0] == "registered"


def test_the_command_names_what_lacks_and_fails_until_nothing_does(
    link: PlatformRevision, whole: Vehicle, bare: Vehicle, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="1 vehicles"):
        call_command("registration", "check", "national")
    assert f"{bare.vin}  iccid" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("registration", "check", "national", "--json")
    found = {one["vin"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found[whole.vin]["missing"] == {}
    assert found[bare.vin]["state"] == "incomplete"
    call_command("registration", "check", "national", "--state", "complete")
    with pytest.raises(CommandError, match="nowhere"):
        call_command("registration", "check", "nowhere")


def test_the_command_writes_the_files(
    link: PlatformRevision, whole: Vehicle, tmp_path: Path
) -> None:
    file = tmp_path / "national.xlsx"
    call_command("registration", "export", "national", "--to", str(file))
    book = load_workbook(str(file))
    assert book.get_sheet_by_name("vehicles").to_python()[1][0] == whole.vin
