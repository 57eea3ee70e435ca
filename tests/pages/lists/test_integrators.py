"""What a program's token opens: each list of the API is decided, and the decision holds.

docs/decisions/015 says why.
"""

from __future__ import annotations

import pytest
from django.test import Client

from voltward.pages.room import REGISTRY
from voltward.records.models import AuditRow
from voltward.records.roles import INTEGRATOR, ROLES

pytestmark = pytest.mark.django_db

OPEN = {
    "alarms/", "battery-types/", "charging-sites/", "configurations/", "controller-types/",
    "fault-codes/", "motor-types/", "notices/", "outlets/", "owner-notices/", "packs/", "parts/",
    "platforms/", "terminals/",
    "vehicle-models/", "vehicles/", "watch/dense-parking/", "watch/frequent-alarms/",
    "watch/long-offline/", "watch/model-share/", "watch/over-discharge/", "watch/suddenly-silent/",
}  # fmt: skip
CLOSED = {
    "accidents/", "approvals/", "audit/", "clocks/", "downlink-commands/", "duty/hand-overs/",
    "duty/presence-checks/", "duty/shifts/", "exchange/links/", "feedback/", "manual-reports/",
    "quality/cases/",
    "quality/days/", "reports/", "security-events/", "static-registrations/", "tasks/",
    "terminal-keys/",
}  # fmt: skip


def ask(token: str, path: str, method: str = "get") -> int:
    headers = {"authorization": f"Bearer {token}"}
    return int(getattr(Client(), method)(f"/api/{path}", headers=headers).status_code)


def test_every_list_of_the_api_is_decided() -> None:
    assert {one.api for one in REGISTRY.lists().values() if one.api} == OPEN | CLOSED


@pytest.mark.parametrize("path", sorted(OPEN))
def test_vehicles_telemetry_alarms_and_watch_cases_are_read_and_only_read(
    api_token: str, path: str
) -> None:
    assert ask(api_token, path) == 200
    for method in ("post", "put", "patch", "delete"):
        assert ask(api_token, path, method) in (403, 405)


@pytest.mark.parametrize("path", [*sorted(CLOSED), "workbench/"])
def test_the_work_of_people_is_closed_and_the_try_is_kept(api_token: str, path: str) -> None:
    assert ask(api_token, path) == 403
    row = AuditRow.objects.filter(action="api.call").latest("pk")
    assert (row.result, row.actor.login) == ("refused", "api-dashboard")  # type: ignore[union-attr]


def test_the_role_holds_what_its_lists_need_and_nothing_that_writes() -> None:
    grants = ROLES[INTEGRATOR].grants
    needed = {one.needs for one in REGISTRY.lists().values() if one.api in OPEN}
    assert grants == (needed - {"account.own"}) | {"position.read"}
    assert all(grant.endswith(".read") for grant in grants)
    assert ROLES[INTEGRATOR].reads
