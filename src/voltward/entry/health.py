"""``GET /healthz``: whether the pages can do their work, and for those logged in, what fails."""

from __future__ import annotations

from urllib.request import urlopen

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry.places import store_address

PATIENCE_S = 2.0


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the store answer, else 503."""
    parts = {"database": database_state(), "store": store_state(settings.VOLTWARD)}
    ready = all(state == "ok" for state in parts.values())
    answer: dict[str, object] = {"status": "ok" if ready else "unavailable"}
    if parts["database"] == "ok" and request.user.is_authenticated:
        answer["parts"] = parts
    response = JsonResponse(answer, status=200 if ready else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # asking is not a fault
    return response


def database_state() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM fleet_registrygeneration")
            return "ok" if cursor.fetchone() == (1,) else "not migrated"
    except DatabaseError as error:
        return type(error).__name__


def store_state(values: Settings) -> str:
    """ClickHouse's own ``/ping``, which asks for no password."""
    try:
        with urlopen(f"{store_address(values).rstrip('/')}/ping", timeout=PATIENCE_S) as response:  # noqa: S310 - own setting
            return "ok" if response.status == 200 else f"status {response.status}"
    except Refused as refusal:
        return refusal.code
    except (OSError, ValueError) as error:
        return type(error).__name__
