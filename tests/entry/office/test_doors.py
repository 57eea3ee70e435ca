"""Every address of the platform: who may come in, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from voltward.base.errors import Refused
from voltward.fleet.models import Vehicle
from voltward.records.middleware import GrantMiddleware
from voltward.records.models import AuditRow, Person
from voltward.records.roles import INSTALLATION, ROLES

pytestmark = pytest.mark.django_db
LOGIN = {"login/"} | {
    f"login/{step}/" for step in ("second", "enrol", "password", "demo", "sso", "sso/callback")
}
OPEN = LOGIN | {"language/", "healthz", "wall/"}  # metrics has its own rule: see test_metrics
SAMPLES = {
    "vin": "LVVDB11B0RE000001",
    "int": "1",
    "str": "x",
    "slug": "x",
    "uuid": "0" * 32,
    "path": "x",
}


@dataclass(frozen=True)
class Door:
    route: str
    path: str
    view: Callable[..., Any]

    @property
    def needs(self) -> str | None:
        holder = (
            getattr(self.view, "view_class", None) or getattr(self.view, "cls", None) or self.view
        )
        return getattr(holder, "needs", None)


def doors() -> list[Door]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], route: str, path: str) -> Iterator[Door]:
    for one in patterns:
        here, filled = route + str(one.pattern), path + _filled(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here, filled)
        elif isinstance(one, URLPattern):
            yield Door(here, f"/{filled}", one.callback)


def _filled(pattern: Any) -> str:
    text = str(pattern)
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        sample = SAMPLES.get(name, SAMPLES.get(kind, "x"))
        text = text.replace(f"<{kind}:{name}>", sample).replace(f"<{name}>", sample)
    return text


DOORS = {door.route: door for door in doors()}
GUARDED = sorted(set(DOORS) - OPEN - {"metrics"})


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_comes_in_without_logging_in(
    as_nobody: Client, vehicle: Vehicle, route: str, method: str
) -> None:
    answer = getattr(as_nobody, method)(DOORS[route].path)
    if route.startswith("api/"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize(
    "route", [route for route in GUARDED if DOORS[route].needs != "account.own"]
)
def test_nobody_comes_in_without_the_grant_the_door_names(
    maker: Any, vehicle: Vehicle, operator: Person, route: str
) -> None:
    door = DOORS[route]
    assert door.needs, f"{route} names no grant"
    operator.assignments.all().delete()
    client = Client()
    client.force_login(operator)
    assert client.get(door.path).status_code == 403
    row = AuditRow.objects.get(result="refused")
    assert (row.actor, row.subject, row.after) == (operator, route, {"needs": door.needs})


@pytest.mark.parametrize("code", sorted(set(ROLES) - {INSTALLATION}))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_opens_the_doors_it_holds_and_no_other(
    maker: Any, vehicle: Vehicle, operator: Person, code: str, method: str
) -> None:
    """Role x route x method: what the table of rights says is what the platform does."""
    role = ROLES[code]
    operator.assignments.update(role=code, administers=role.administers)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    for route in GUARDED:
        needed = DOORS[route].needs
        if needed in role.grants or needed == "account.own":
            if method == "get":
                assert client.get(DOORS[route].path).status_code != 403, route
        else:
            assert getattr(client, method)(DOORS[route].path).status_code == 403, route


@pytest.mark.parametrize("route", GUARDED)
def test_every_grant_a_door_names_is_held_by_some_role(route: str) -> None:
    held = {"account.own"}.union(*(role.grants for role in ROLES.values()))
    assert DOORS[route].needs in held


@pytest.mark.parametrize("route", sorted(set(DOORS)))
def test_every_answer_carries_the_headers(
    as_operator: Client, vehicle: Vehicle, route: str
) -> None:
    answer = as_operator.get(DOORS[route].path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"] or "max-age=0" in answer["Cache-Control"]
    assert answer["X-Request-Number"]


def test_the_open_doors_are_the_known_ones(as_nobody: Client) -> None:
    open_doors = {
        route
        for route, door in DOORS.items()
        if getattr(door.view, "login_required", True) is False
    }
    pages_only = {route for route in open_doors if not route.startswith("api/")}
    assert pages_only == OPEN | {"metrics"}


def test_a_page_that_forgets_its_grant_is_open_to_nobody(operator: Person) -> None:
    def forgetful(request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")

    request = RequestFactory().get("/")
    request.user = operator
    with pytest.raises(PermissionDenied):
        GrantMiddleware(forgetful).process_view(request, forgetful, (), {})


def test_an_endpoint_that_forgets_its_grant_is_open_to_nobody(integrator: Person) -> None:
    from rest_framework.test import APIRequestFactory, force_authenticate
    from rest_framework.views import APIView

    class Forgetful(APIView):
        def get(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse("secret")

    request = APIRequestFactory().get("/")
    force_authenticate(request, integrator)
    assert Forgetful.as_view()(request).status_code == 403


def test_an_unknown_address_is_not_found_in_the_callers_form(as_operator: Client) -> None:
    page, api = as_operator.get("/nowhere/"), as_operator.get("/api/nowhere/")
    assert (page.status_code, api.status_code) == (404, 404)
    assert page["X-Request-Number"] in page.content.decode()
    assert api.json() == {"code": "not_found", "number": api["X-Request-Number"]}


def test_a_fault_of_ours_shows_a_number_and_no_insides(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(actor: Person) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr("voltward.fleet.selectors.vehicle_visible", broken)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    for path in ("/vehicles/", "/api/vehicles/"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert answer["X-Request-Number"] in answer.content.decode()
        assert "insides" not in answer.content.decode()


def test_while_the_store_is_away_pages_and_api_say_so(
    operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoreAwayError(Refused):
        code = "store_away"

    def away(actor: Person) -> None:
        raise StoreAwayError("no answer")

    monkeypatch.setattr("voltward.fleet.selectors.vehicle_visible", away)
    client = Client()
    client.force_login(operator)
    page, api = client.get("/vehicles/"), client.get("/api/vehicles/")
    assert (page.status_code, api.status_code) == (503, 503)
    assert page["X-Request-Number"] in page.content.decode()
    assert api.json()["code"] == "store_away"
