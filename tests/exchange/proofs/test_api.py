"""``GET /api/exchange/reconciliation/``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from tests.exchange.proofs.conftest import DAY, Uploads
from tests.monitoring.car import NOON

from voltward.exchange.api.reconciliation import SCHEMA
from voltward.fleet.models import Vehicle
from voltward.records import selectors, services
from voltward.uplink.proof import REFUSED

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(maker: Any) -> str:
    actor = selectors.installation()
    person = services.person_create(
        actor,
        login="api-audit",
        display_name="api",
        maker=maker,
        roles=["auditor"],
        is_program=True,
    )
    return services.token_create(actor, person=person, name="audit")[1]


def ask(token: str, **query: Any) -> tuple[int, Any]:
    answer = Client().get(
        "/api/exchange/reconciliation/", query, headers={"authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer.json()


def test_a_day_of_a_link_is_told_with_its_vehicles(
    token: str, vehicle: Vehicle, uploads: Uploads
) -> None:
    uploads.link()
    uploads.put(vehicle, 3)
    uploads.prove(vehicle, NOON)
    uploads.prove(vehicle, NOON + timedelta(seconds=10), outcome=REFUSED, flag=2)
    code, body = ask(token, link="national", day=DAY)
    assert code == 200
    Draft202012Validator(SCHEMA).validate(body)
    figures = {
        "received": 3, "sent": 2, "accepted": 1, "refused": 1, "unanswered": 0, "not_expressible": 0,
        "left_out": 0, "expired": 0, "unreadable": 0, "open": 1,
    }  # fmt: skip
    (flag,) = body.pop("refused_by_flag")
    assert (flag["flag"], flag["frames"]) == (2, 1)
    assert body == {
        "link": "national", "day": DAY, **figures, "vehicle_count": 1,
        "vehicles": [{"vin": vehicle.vin, **figures}],
    }  # fmt: skip
    assert ask(token, link="national", day=DAY, having="expired")[1]["vehicles"] == []
    assert ask(token, link="national", day=DAY, offset=1)[1]["vehicles"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 404),
        ({"link": "unknown"}, 404),
        ({"link": "national", "day": "2026-02-30"}, 400),
        ({"link": "national", "limit": "1001"}, 400),
        ({"link": "national", "limit": "-1"}, 400),
        ({"link": "national", "having": "lost"}, 400),
        ({"link": "national"}, 200),
    ],
)
def test_what_is_asked_wrongly_is_told(
    token: str, uploads: Uploads, query: dict[str, str], code: int
) -> None:
    uploads.link()
    assert ask(token, **query)[0] == code


def test_a_store_that_is_away_is_503(token: str, uploads: Uploads) -> None:
    uploads.link()
    uploads.around.is_away = True
    assert ask(token, link="national")[0] == 503


def test_without_the_grant_nothing_is_told(api_token: str, uploads: Uploads) -> None:
    uploads.link()
    assert ask(api_token, link="national")[0] == 403
    assert Client().get("/api/exchange/reconciliation/").status_code in (401, 403)
