"""Guessed ids find nothing: what is another maker's looks exactly as what is not there."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.entry.office.test_doors import DOORS, GUARDED, SAMPLES

from voltward.base.vin import with_check_digit
from voltward.fleet.models import Vehicle
from voltward.records import selectors, services
from voltward.records.models import Maker, Person, Unit
from voltward.records.roles import ROLES

pytestmark = pytest.mark.django_db
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
# What a made-up page may say of itself: the request's number, the address that was asked for.
_OWN = re.compile(rb"[0-9A-F]{4}-[0-9A-F]{4}|(?i:csrf)[^>]*>|value=\"[^\"]*\"")


def _clients(maker: Maker) -> dict[str, Client]:
    """Somebody of each role; for a grant, one client that holds it."""
    found: dict[str, Client] = {}
    for role in ROLES.values():
        if role.code in ("installation", "integrator"):
            continue
        person = services.person_create(
            selectors.installation(), login=role.code.replace("_", "-"), display_name=role.code,
            maker=maker, roles=[role.code],
        )  # fmt: skip
        client = Client()
        client.force_login(person)
        for grant in role.grants:
            found.setdefault(grant, client)
    return found


def _guesses(route: str, seed: int) -> Iterator[str]:
    """Addresses of a route with made-up numbers and VINs."""
    chance = random.Random(f"{route}{seed}")

    def made_up(match: re.Match[str]) -> str:
        if match[2] == "vin":
            return with_check_digit(f"LZZ{chance.randrange(10**14):014d}")
        return str(chance.randrange(1, 10**9)) if match[1] == "int" else f"z{chance.random()}"

    while True:
        yield "/" + _CONVERTER.sub(made_up, route)


def _guessed(maker: Maker, number: int) -> None:
    clients = _clients(maker)
    routes = [
        route for route in GUARDED if _CONVERTER.search(route) and DOORS[route].needs in clients
    ]
    for route in routes:
        client, guesses = clients[str(DOORS[route].needs)], _guesses(route, 0)
        for _ in range(-(-number // len(routes))):
            path = next(guesses)
            answer = client.get(path)
            assert answer.status_code in (404, 405), path


def test_a_thousand_guessed_ids_find_nothing(maker: Maker, other_vehicle: Vehicle) -> None:
    _guessed(maker, 1_000)


@pytest.mark.t2
def test_ten_thousand_guessed_ids_find_nothing(maker: Maker, other_vehicle: Vehicle) -> None:
    _guessed(maker, 10_000)


def test_another_makers_record_answers_as_none_does(
    maker: Maker, other_vehicle: Vehicle, other_operator: Person
) -> None:
    clients = _clients(maker)
    unit = Unit.objects.create(maker=other_operator.maker, code="A", name="A")
    theirs = {"vin": other_vehicle.vin, "person_id": other_operator.pk, "unit_id": unit.pk}
    absent = {"vin": SAMPLES["vin"], "person_id": 10**9, "unit_id": 10**9}
    compared = 0
    for route in GUARDED:
        names = {match[1] for match in _CONVERTER.findall(route)}
        if not names or not names <= set(theirs) or DOORS[route].needs not in clients:
            continue
        client = clients[str(DOORS[route].needs)]
        answers = []
        for known in (theirs, absent):
            path = "/" + _CONVERTER.sub(lambda match, of=known: str(of[match[2]]), route)
            answer = client.get(path)
            said = _OWN.sub(b"", answer.content.replace(path.encode(), b""))
            answers.append((answer.status_code, said))
        assert answers[0] == answers[1], route
        assert answers[0][0] in (404, 405), route
        compared += 1
    assert compared > 10, compared
