"""``GET /api/vehicles/{vin}/latest/`` and ``…/history/``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voltward.base.errors import NotFound
from voltward.base.units import BEIJING
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_by_vin
from voltward.monitoring import selectors
from voltward.monitoring.api.schemas import HISTORY, LATEST, REFUSAL
from voltward.monitoring.api.shapes import FIELDS, values_of
from voltward.records.models import Person
from voltward.records.services import reading_recorded
from voltward.telemetry.queries.rows import Row

DEFAULT_SPAN = timedelta(days=1)
YEARS = range(2000, 2100)
LARGEST_HASH = (1 << 64) - 1
_DIGITS = re.compile(r"[0-9]+")
_REFUSALS = {404: REFUSAL, 503: REFUSAL}
MOST_ROWS = 10_000
POSITION_PARAMETER = OpenApiParameter(
    "position", str, enum=["coarse", "exact"],
    description="exact asks for positions as sent; needs position.read and leaves an audit row",
)  # fmt: skip


class NoData(NotFound):
    """The vehicle is known and has sent nothing yet."""

    code = "no_data"


class TelemetryApi(APIView):
    needs = "telemetry.read"

    def vehicle(self, request: Request, vin: str) -> Vehicle:
        return vehicle_by_vin(self.actor(request), vin)

    @staticmethod
    def actor(request: Request) -> Person:
        if not isinstance(request.user, Person):
            raise PermissionDenied
        return request.user

    def whole_position(self, request: Request, vehicle: Vehicle) -> bool:
        """Whether positions leave as they are; then an audit row says so first."""
        if request.query_params.get("position") != "exact":
            return False
        actor = self.actor(request)
        if "position.read" not in actor.grants:
            raise PermissionDenied("position.read")
        reading_recorded(actor, what="position.read", subject=vehicle)
        return True


class LatestApi(TelemetryApi):
    """The newest state of one vehicle as one flat object."""

    @extend_schema(
        operation_id="vehicle_latest",
        parameters=[POSITION_PARAMETER],
        responses={200: LATEST, **_REFUSALS},
    )
    def get(self, request: Request, vin: str) -> Response:
        vehicle = self.vehicle(request, vin)
        whole = self.whole_position(request, vehicle)
        state = selectors.latest_of(vehicle)
        if state is None:
            raise NoData(f"vehicle {vehicle.vin} has sent nothing yet")
        flat = values_of(state.values, state.missing, FIELDS, whole_position=whole)
        return Response(
            {
                "vin": vehicle.vin,
                "collected_at": _local(state.collected_at),
                "received_at": _local(state.received_at),
                "edition": state.edition,
                "command": state.command,
                **flat,
            }
        )


class HistoryApi(TelemetryApi):
    """Rows of one vehicle in order of collection time."""

    @extend_schema(
        operation_id="vehicle_history",
        parameters=[
            OpenApiParameter(
                "from",
                OpenApiTypes.DATETIME,
                description="first instant; default: a day before `to`",
            ),
            OpenApiParameter(
                "to", OpenApiTypes.DATETIME, description="end, not included; default: now"
            ),
            OpenApiParameter("fields", str, description="columns, comma separated; default: all"),
            OpenApiParameter(
                "limit", int, description=f"most rows in one answer, at most {MOST_ROWS} (default)"
            ),
            OpenApiParameter("after", int, description="where `next` goes on; not to be made up"),
            POSITION_PARAMETER,
        ],
        responses={200: HISTORY, 400: REFUSAL, **_REFUSALS},
    )
    def get(self, request: Request, vin: str) -> Response:
        vehicle = self.vehicle(request, vin)
        asked = request.query_params
        stop = _instant(asked, "to") or datetime.now(UTC) + timedelta(minutes=1)
        start = _instant(asked, "from") or stop - DEFAULT_SPAN
        if start >= stop:
            raise ValidationError(
                {"from": f"found {start.isoformat()}, expected an instant before `to`"}
            )
        fields = _fields(asked.get("fields", ""))
        limit = _limit(asked.get("limit", ""))
        whole = self.whole_position(request, vehicle)
        after = _after(asked.get("after", ""))
        rows = selectors.rows_between(vehicle, start, stop, fields, limit + 1, after)
        more = len(rows) > limit
        rows = rows[:limit]
        return Response(
            {
                "vin": vehicle.vin,
                "next": _next(request, rows[-1], stop) if more else None,
                "results": [_row(row, fields, whole) for row in rows],
            }
        )


def _row(row: Row, fields: tuple[str, ...], whole: bool) -> dict[str, Any]:
    return {
        "collected_at": _local(row.collected_at),
        "received_at": _local(row.received_at),
        "edition": row.edition,
        "command": row.command,
        **values_of(row.values, row.missing, fields, whole_position=whole),
    }


def _next(request: Request, last: Row, stop: datetime) -> str:
    """Address of the rows behind ``last``, those of its own instant included."""
    query = {
        key: value
        for key, value in request.query_params.items()
        if key not in ("from", "to", "after")
    }
    query |= {
        "from": last.collected_at.isoformat(),
        "to": stop.isoformat(),
        "after": str(last.unit_hash),
    }
    return f"{request.build_absolute_uri(request.path)}?{urlencode(query)}"


def _fields(text: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in FIELDS]
    if unknown:
        raise ValidationError(
            {"fields": f"found {', '.join(unknown)[:200]}; known are {', '.join(FIELDS)}"}
        )
    return chosen or FIELDS


def _after(text: str) -> int | None:
    if not text:
        return None
    if not _DIGITS.fullmatch(text) or len(text) > 20 or int(text) > LARGEST_HASH:
        raise ValidationError({"after": f"found {text[:20]}, expected what `next` named"})
    return int(text)


def _limit(text: str) -> int:
    if not text:
        return MOST_ROWS
    if not _DIGITS.fullmatch(text) or len(text) > 5 or not 1 <= int(text) <= MOST_ROWS:
        raise ValidationError({"limit": f"found {text[:20]}, expected 1 to {MOST_ROWS}"})
    return int(text)


def _instant(asked: Any, name: str) -> datetime | None:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        # a plus sign that was not escaped arrives as a space
        found = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValidationError(
            {name: f"found {text[:40]}, expected ISO 8601, e.g. 2026-03-15T08:30:05+08:00"}
        )
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def _local(instant: datetime) -> str:
    """Beijing time with offset, as in the protocol."""
    return instant.astimezone(BEIJING).isoformat()
