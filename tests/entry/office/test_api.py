"""The API: tokens, limits, shape of answers, the OpenAPI document."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from voltward.entry.api.throttle import BURST_S, Bucket
from voltward.fleet.models import Vehicle
from voltward.records.models import ApiToken, Person

pytestmark = pytest.mark.django_db


def ask(token: str, path: str = "/api/vehicles/", **more: object):  # type: ignore[no-untyped-def]
    return Client().get(path, headers={"authorization": f"Bearer {token}"}, **more)  # type: ignore[arg-type]


def test_a_token_reads_the_vehicles_of_its_maker(
    api_token: str, vehicle: Vehicle, other_vehicle: Vehicle
) -> None:
    answer = ask(api_token)
    assert answer.status_code == 200
    assert [row["vin"] for row in answer.json()["results"]] == [vehicle.vin]
    row = answer.json()["results"][0]
    assert set(row) == {
        "vin",
        "model_name",
        "battery_type",
        "state",
        "first_seen_at",
        "registered_at",
    }
    assert row["first_seen_at"].endswith("Z")
    assert abs(timezone.datetime.fromisoformat(row["first_seen_at"]) - timezone.now()) < timedelta(
        minutes=5
    )  # type: ignore[attr-defined]


def test_the_use_of_a_token_is_noted(api_token: str, vehicle: Vehicle) -> None:
    ask(api_token)
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    "header", ["Bearer vw_wrong", "Bearer", "Bearer ", "Basic b3BlcmF0b3I6eA==", "vw_x", ""]
)
def test_anything_but_a_valid_token_is_turned_away(db: None, header: str) -> None:
    answer = Client().get("/api/vehicles/", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"
    assert answer.json()["number"] == answer["X-Request-Number"]


def test_an_expired_or_revoked_token_is_turned_away(api_token: str) -> None:
    ApiToken.objects.update(expires_at=timezone.now())
    assert ask(api_token).status_code == 401
    ApiToken.objects.update(
        expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now()
    )
    assert ask(api_token).status_code == 401


def test_a_token_of_a_closed_account_is_turned_away(api_token: str, integrator: Person) -> None:
    Person.objects.filter(pk=integrator.pk).update(is_active=False)
    assert ask(api_token).status_code == 401


def test_a_token_without_the_grant_is_refused(api_token: str, integrator: Person) -> None:
    integrator.assignments.all().delete()
    answer = ask(api_token)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_read_only_token_writes_nothing(api_token: str, vehicle: Vehicle, method: str) -> None:
    headers = {"authorization": f"Bearer {api_token}"}
    assert getattr(Client(), method)("/api/vehicles/", headers=headers).status_code in (403, 405)


def test_a_token_opens_no_page(api_token: str) -> None:
    assert ask(api_token, "/vehicles/").status_code == 302


def test_the_pages_own_session_reads_the_api(as_operator: Client, vehicle: Vehicle) -> None:
    assert as_operator.get("/api/vehicles/").status_code == 200


def test_the_filter_of_the_page_is_the_filter_of_the_api(api_token: str, vehicle: Vehicle) -> None:
    assert ask(api_token, "/api/vehicles/?vin=000001").json()["count"] == 1
    assert ask(api_token, "/api/vehicles/?vin=000002").json()["count"] == 0
    assert ask(api_token, "/api/vehicles/?state=nonsense").status_code == 400


def test_pages_of_the_list_have_a_size_with_a_limit(api_token: str, vehicle: Vehicle) -> None:
    assert ask(api_token, "/api/vehicles/?page_size=1000000").json()["count"] == 1
    assert ask(api_token, "/api/vehicles/?page_size=0").status_code == 400
    assert ask(api_token, "/api/vehicles/?page_size=x").status_code == 400
    # pages have cursors, not numbers: an old caller is told so, not sent round in circles
    old = ask(api_token, "/api/vehicles/?page=2")
    assert old.status_code == 400
    assert "found page, known are" in old.json()["detail"]


def test_the_document_names_every_endpoint_and_its_key(api_token: str) -> None:
    answer = ask(api_token, "/api/schema/")
    document = answer.json()
    assert document["openapi"].startswith("3.")
    assert "/api/vehicles/" in document["paths"]
    assert document["components"]["securitySchemes"]["bearer"] == {
        "type": "http",
        "scheme": "bearer",
    }
    as_yaml = ask(api_token, "/api/schema/?format=yaml")
    assert yaml.safe_load(as_yaml.content) == document


def test_the_document_is_made_without_complaints(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management import call_command

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert capsys.readouterr().err == ""


def test_an_even_rate_at_the_limit_always_passes() -> None:
    bucket = Bucket(0.0, 50.0)
    assert all(bucket.take(number / 50.0, 50.0) == 0.0 for number in range(1000))


def test_above_the_limit_the_wait_is_told() -> None:
    bucket = Bucket(0.0, 50.0)
    burst = int(50 * BURST_S)
    assert all(bucket.take(0.0, 50.0) == 0.0 for _ in range(burst))
    assert bucket.take(0.0, 50.0) == pytest.approx(0.02)
    assert bucket.take(0.021, 50.0) == 0.0


def test_a_token_that_asks_too_often_is_told_to_wait(
    api_token: str,
    vehicle: Vehicle,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.API_PER_S = 1
    codes = [ask(api_token).status_code for _ in range(4)]
    assert codes[:2] == [200, 200]
    assert codes[-1] == 429
    assert int(ask(api_token)["Retry-After"]) >= 1
