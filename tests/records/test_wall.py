"""The second wall: PostgreSQL shows a request its own maker's rows, whatever a selector forgets."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from voltward.fleet import selectors
from voltward.fleet.models import Vehicle
from voltward.records import wall
from voltward.records.models import AuditRow, Maker, Person, Unit

pytestmark = pytest.mark.django_db
# Found before anybody knows whose they are: sign-in looks people up by name, selectors scope them.
OUTSIDE = {"records_person": "sign-in finds people before it knows their maker"}


def test_every_table_with_a_maker_is_walled_or_has_a_written_reason() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
            " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
        )
        behind = {row[0] for row in cursor.fetchall()}
    owned = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "maker" for field in model._meta.fields)
        and model.__module__.startswith("voltward.")
    }
    assert owned - behind == set(OUTSIDE)


def test_a_read_that_forgets_the_maker_sees_only_ones_own(
    vehicle: Vehicle, other_vehicle: Vehicle, maker: Maker, other_maker: Maker
) -> None:
    assert Vehicle.objects.count() == 2
    with wall.within(wall.of(maker.pk)):
        assert list(Vehicle.objects.all()) == [vehicle]
        with wall.within(wall.of(other_maker.pk)):
            assert list(Vehicle.objects.all()) == [other_vehicle]
        assert list(Vehicle.objects.all()) == [vehicle]
    with wall.within(wall.NOBODY):
        assert Vehicle.objects.count() == 0


def test_a_write_across_the_wall_changes_nothing_or_is_refused(
    vehicle: Vehicle, other_vehicle: Vehicle, maker: Maker, other_maker: Maker
) -> None:
    with wall.within(wall.of(maker.pk)):
        assert Vehicle.objects.filter(pk=other_vehicle.pk).update(plate="X") == 0
        assert Vehicle.objects.filter(pk=other_vehicle.pk).delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Unit.objects.create(maker=other_maker, code="A", name="A")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Vehicle.objects.filter(pk=vehicle.pk).update(maker=other_maker)
    other_vehicle.refresh_from_db()
    assert other_vehicle.plate == ""


def test_a_page_whose_selector_forgets_the_maker_still_shows_only_ones_own(
    as_operator: Client,
    vehicle: Vehicle,
    other_vehicle: Vehicle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The deliberately broken build: the first wall is gone."""
    monkeypatch.setattr(selectors, "vehicle_visible", lambda actor: Vehicle.objects.order_by("vin"))
    page = as_operator.get("/vehicles/").content.decode()
    assert vehicle.vin in page
    assert other_vehicle.vin not in page
    assert as_operator.get(f"/vehicles/{other_vehicle.vin}/record/").status_code == 404


def test_the_api_is_behind_the_wall_of_its_token(
    api_token: str, vehicle: Vehicle, other_vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "vehicle_visible", lambda actor: Vehicle.objects.order_by("vin"))
    headers = {"Authorization": f"Bearer {api_token}"}
    answer = Client().get("/api/vehicles/", headers=headers).content.decode()
    assert vehicle.vin in answer
    assert other_vehicle.vin not in answer


def test_what_is_rolled_back_leaves_no_other_makers_wall_on_the_connection(
    vehicle: Vehicle, other_vehicle: Vehicle, maker: Maker, other_maker: Maker
) -> None:
    def seen(by: Maker) -> list[str]:
        with wall.within(wall.of(by.pk)):
            return list(Vehicle.objects.values_list("vin", flat=True))

    def undone(by: Maker) -> None:
        with transaction.atomic():
            assert seen(by) == [other_vehicle.vin]
            raise ZeroDivisionError

    assert seen(maker) == [vehicle.vin]
    with pytest.raises(ZeroDivisionError):
        undone(other_maker)
    # PostgreSQL went back to the first maker with the savepoint
    assert seen(other_maker) == [other_vehicle.vin]
    assert seen(maker) == [vehicle.vin]


def test_the_trail_of_another_maker_is_hidden_and_a_strangers_refusal_is_kept(
    as_nobody: Client, operator: Person, other_operator: Person, maker: Maker
) -> None:
    as_nobody.post("/login/", {"username": "nobody", "password": "wrong wrong wrong"})
    assert AuditRow.objects.filter(actor=None, action="login", result="refused").exists()
    AuditRow.objects.create(actor=other_operator, maker=other_operator.maker, action="x")
    with wall.within(wall.of(maker.pk)):
        assert not AuditRow.objects.filter(actor=other_operator).exists()


def test_a_process_that_serves_requests_shows_nothing_by_itself(
    vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "_beyond_requests", [wall.ALL])
    wall.closed_by_default()
    assert Vehicle.objects.count() == 0
