"""``GET /api/exchange/reconciliation/?link=&day=``: what a link owed of a day, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voltward.exchange.proof_days import day_of, today
from voltward.exchange.proof_words import flag_text
from voltward.exchange.selectors import proofs as selectors
from voltward.monitoring.api.schemas import REFUSAL
from voltward.records.models import Person
from voltward.uplink.proof_queries import NAMES, Figures

MOST: Final = 1000
MOST_OFFSET: Final = 10_000_000
_COUNT: Final = {"type": "integer"}
_FIGURES: Final = dict.fromkeys(("received", "sent", *NAMES), _COUNT)
SCHEMA: Final = {
    "type": "object",
    "properties": {
        "link": {"type": "string"},
        "day": {"type": "string", "format": "date", "description": "of collection, Beijing"},
        **_FIGURES,
        "refused_by_flag": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"flag": _COUNT, "text": {"type": "string"}, "frames": _COUNT},
            },
        },
        "vehicles": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"vin": {"type": "string", "nullable": True}, **_FIGURES},
            },
        },
        "vehicle_count": _COUNT,
    },
}


class ReconciliationApi(APIView):
    """Figures of one link and day, and of its vehicles, those with most left to be desired first."""

    needs = "exchange.read"

    @extend_schema(
        operation_id="exchange_reconciliation",
        parameters=[
            OpenApiParameter("link", str, required=True, description="name of the link"),
            OpenApiParameter(
                "day", OpenApiTypes.DATE, description="day of collection (Beijing); default: today"
            ),
            OpenApiParameter("having", str, enum=[*NAMES], description="vehicles with such frames"),
            OpenApiParameter("limit", int, description=f"most vehicles, at most {MOST} (default)"),
            OpenApiParameter("offset", int, description="vehicles to leave out in front"),
        ],
        responses={200: SCHEMA, 400: REFUSAL, 404: REFUSAL, 503: REFUSAL},
    )
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, Person):
            raise PermissionDenied
        actor, asked = request.user, request.query_params
        link = selectors.link_by_name(actor, asked.get("link", ""))
        day = day_of(asked["day"]) if "day" in asked else today()
        if day is None:
            raise ValidationError({"day": f"found {asked['day'][:20]}, expected YYYY-MM-DD"})
        figures, flags = selectors.day_of_link(actor, link, day)
        found = selectors.vehicles_of_day(
            actor, link, day, having=asked.get("having", ""),
            limit=_number(asked, "limit", MOST, MOST), offset=_number(asked, "offset", 0, MOST_OFFSET),
        )  # fmt: skip
        vins = {number: vehicle.vin for number, vehicle in found.known.items()}
        return Response(
            {
                "link": link.name,
                "day": day.isoformat(),
                **_values(figures),
                "refused_by_flag": [
                    {"flag": flag, "text": flag_text(link.edition, flag), "frames": count}
                    for flag, count in flags.items()
                ],
                "vehicles": [
                    {"vin": vins.get(row.vehicle_id), **_values(row.figures)} for row in found.rows
                ],
                "vehicle_count": found.total,
            }
        )


def _values(figures: Figures) -> dict[str, int]:
    return {"received": figures.received, "sent": figures.sent, **asdict(figures)}


def _number(asked: Any, name: str, default: int, most: int) -> int:
    text = asked.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) > most:
        raise ValidationError({name: f"found {text[:20]}, expected 0 to {most}"})
    return int(text)
