"""When a vehicle sent nothing: silences between two of its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.monitoring import selectors
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.ranges import BadRange, range_of
from voltward.pages.access import needs
from voltward.telemetry.queries import Gaps

LONGER_THAN_S = 120  # four reporting periods of 30 s (GB/T 32960.3 Annex B)
LISTED = 500
DEFAULT = "7d"


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    context: dict[str, Any] = {"vehicle": vehicle_of(request, vin), "longest": LONGER_THAN_S}
    try:
        chosen = range_of(request, DEFAULT)
        context |= chosen.context()
        found = selectors.gaps_of(context["vehicle"], chosen.start, chosen.stop, LONGER_THAN_S)
    except BadRange as refusal:
        return render(request, "monitoring/gaps.html", {**context, "trouble": str(refusal)}, status=422)
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "monitoring/gaps.html", context, status=503)
    context |= {"gaps": _listed(found), "total": len(found)}
    return render(request, "monitoring/gaps.html", context)


def _listed(found: Gaps) -> list[dict[str, Any]]:
    pairs = list(zip(found.start.tolist(), found.stop.tolist(), strict=True))
    return [
        {
            "start": datetime.fromtimestamp(start, UTC),
            "end": datetime.fromtimestamp(stop, UTC),
            "length": str(timedelta(seconds=stop - start)),
        }
        for start, stop in reversed(pairs[-LISTED:])
    ]
