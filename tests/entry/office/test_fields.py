"""Field by field, role by role: what leaves the platform is what the agreed table says, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.entry.office import field_table
from tests.entry.office.test_doors import DOORS, GUARDED

from voltward.fleet.models import Vehicle
from voltward.pages.lists.declaration import MASK
from voltward.pages.lists.page import ListPage
from voltward.pages.room import REGISTRY
from voltward.records import selectors, services
from voltward.records.models import Person
from voltward.records.roles import INSTALLATION, ROLES
from voltward.records.services.protection import own_contact_change

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden" / "fields.txt"
CODES = sorted(set(ROLES) - {INSTALLATION})
# between them they open every page
REACHING_FAR = ["safety_head", "regulator", "system_admin", "security_admin", "audit_admin"]
PHONE, EMAIL = "13912345678", "canary.address@example.com"


def agreed() -> dict[tuple[str, str], dict[str, str]]:
    """(surface, field) to role to how it is shown."""
    table = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        named, _, seen = line.rpartition(": ")
        surface, _, field = named.rpartition(" ")
        pairs = (one.split("=") for one in seen.split() if "=" in one)
        table[surface, field] = dict(pairs)
    return table


@pytest.fixture
def holder(maker: Any, vehicle: Vehicle, request: pytest.FixtureRequest) -> Person:
    return services.person_create(
        selectors.installation(), login="holder", display_name="持有人", maker=maker,
        roles=[request.param],
    )  # fmt: skip


def test_the_table_of_fields_is_the_one_that_was_agreed() -> None:
    """Showing somebody a field more is a decision: it shows in this file's difference."""
    assert field_table.lines() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("holder", CODES, indirect=True)
def test_every_list_of_the_api_answers_with_the_agreed_fields_and_no_more(holder: Person) -> None:
    client, code, table = Client(), next(iter(holder.roles)), agreed()
    client.force_login(holder)
    for declaration in REGISTRY.lists().values():
        if not declaration.api:
            continue
        path = f"/api/{declaration.api}"
        answer = client.get(path)
        surface = f"GET {path}"
        seen = {name: how for (at, name), how in table.items() if at == surface and code in how}
        assert answer.status_code == (200 if seen else 403), path
        for row in answer.json().get("results", ()):
            assert set(row) == set(seen), path
            covered = [name for name, how in seen.items() if how[code] != field_table.CLEAR]
            assert all(row[name] in (MASK, "", None) for name in covered)


@pytest.mark.parametrize("holder", CODES, indirect=True)
def test_every_list_page_draws_the_agreed_columns_and_no_more(holder: Person) -> None:
    client, code, table = Client(), next(iter(holder.roles)), agreed()
    client.force_login(holder)
    for of, declaration in REGISTRY.lists().items():
        surface = f"list {of}"
        seen = [name for (at, name), how in table.items() if at == surface and code in how]
        path = next(door.path for door in DOORS.values() if _is_page(door, declaration))
        answer = client.get(path, {"columns": ",".join(sorted(seen))})
        assert answer.status_code == (200 if seen else 403), path
        if seen:
            assert sorted(answer.context["asked"].keys) == sorted(seen), path
            strange = client.get(path, {"columns": "password"})
            assert "password" not in strange.context["asked"].keys, path


def _is_page(door: Any, declaration: Any) -> bool:
    page = getattr(door.view, "view_class", object)
    return issubclass(page, ListPage) and getattr(page, "declaration", None) is declaration


@pytest.mark.parametrize("holder", REACHING_FAR, indirect=True)
def test_no_page_and_no_answer_shows_a_colleague_s_protected_fields(
    holder: Person, safety_head: Person
) -> None:
    """Every address that a role may read, with a contact planted: masked at most."""
    own_contact_change(safety_head, phone=PHONE, email=EMAIL)
    client = Client(raise_request_exception=False)
    client.force_login(holder)
    for route in GUARDED:
        answer = client.get(DOORS[route].path)
        if answer.streaming:
            answer.close()
            continue
        assert PHONE.encode() not in answer.content, route
        assert EMAIL.encode() not in answer.content, route


def test_a_build_that_shows_one_field_more_would_be_found(
    integrator: Person, vehicle: Vehicle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voltward.pages.lists import api

    whole = api._row
    monkeypatch.setattr(
        api, "_row", lambda columns, record: {**whole(columns, record), "battery": "x"}
    )
    client = Client()
    client.force_login(integrator)
    named = {name for at, name in agreed() if at == "GET /api/vehicles/"}
    token = services.token_create(selectors.installation(), person=integrator, name="x")[1]
    row = Client().get("/api/vehicles/", headers={"authorization": f"Bearer {token}"}).json()
    assert set(row["results"][0]) != named
