"""When a vehicle sent nothing: silences between two of its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.monitoring import selectors
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.history import newest_data
from voltward.monitoring.ui.ranges import range_or_default
from voltward.pages.access import needs
from voltward.telemetry.queries import Gaps
from voltward.telemetry.queries.history import GAP_S

LISTED = 500
AROUND_S = 3600
DEFAULT = "7d"


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    context: dict[str, Any] = {"vehicle": vehicle_of(request, vin), "longest": GAP_S}
    chosen, context["trouble"] = range_or_default(request, DEFAULT)
    context |= chosen.context()
    if context["trouble"]:
        return render(request, "monitoring/gaps.html", context, status=422)
    try:
        found = selectors.gaps_of(context["vehicle"], chosen.start, chosen.stop, GAP_S)
        context["newest"] = newest_data(context["vehicle"])
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "monitoring/gaps.html", context, status=503)
    context |= {"gaps": _listed(found), "total": len(found)}
    return render(request, "monitoring/gaps.html", context)


def _listed(found: Gaps) -> list[dict[str, Any]]:
    """The newest gaps; ``around`` is the query of the curves with an hour before and after."""
    pairs = zip(found.start.tolist(), found.stop.tolist(), strict=True)
    return [_gap(start, stop) for start, stop in reversed([*pairs][-LISTED:])]


def _gap(start: int, stop: int) -> dict[str, Any]:
    around = {"from": (start - AROUND_S) * 1000, "to": (stop + AROUND_S) * 1000}
    return {
        "start": datetime.fromtimestamp(start, UTC),
        "end": datetime.fromtimestamp(stop, UTC),
        "length": _length(stop - start),
        "around": urlencode(around),
    }


def _length(seconds: int) -> str:
    """``02:05:00``, and the days in front where there are any."""
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return _("%(days)d 天 %(clock)s") % {"days": days, "clock": clock} if days else clock
