"""History of one vehicle: the page, and the curves behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.monitoring import selectors
from voltward.monitoring.panels import HISTORY_FIELDS, LIVE_PANELS, PANELS, Panel
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import exact
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.ranges import BadRange, range_of
from voltward.pages.access import needs
from voltward.telemetry.queries import History

POINTS = 1200
DEFAULT = "1d"


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    try:
        chosen = range_of(request, DEFAULT)
    except BadRange:
        chosen = range_of(_without_query(request), DEFAULT)
    words = {
        "loading": _("正在读取…"),
        "failed": _("读取失败："),
        "shown": _("{from} 至 {to} · {rows} 行"),
        "thinned": _("每 {bucket} 秒保留首末值与极值"),
        "conflicts": _("{conflicts} 个时刻有内容不同的重复上报"),
    }
    return render(
        request, "monitoring/history.html", {"vehicle": vehicle, "words": words, **chosen.context()}
    )


def _without_query(request: HttpRequest) -> HttpRequest:
    plain = HttpRequest()
    plain.user = request.user
    return plain


@needs("telemetry.read")
@require_safe
def curves(request: HttpRequest, vin: str) -> HttpResponse:
    """JSON for the charts: panels with their series, each ``[[ms, value or null], …]``."""
    vehicle = vehicle_of(request, vin)
    panels = LIVE_PANELS if request.GET.get("panels") == "live" else PANELS
    try:
        chosen = range_of(request, DEFAULT)
        found = selectors.history_of(vehicle, chosen.start, chosen.stop, HISTORY_FIELDS, POINTS)
    except (BadRange, StoreAway) as refusal:
        return JsonResponse({"detail": _said(refusal)}, status=422 if isinstance(refusal, BadRange) else 503)
    return JsonResponse(
        {
            "from": int(found.start.timestamp() * 1000),
            "to": int(found.stop.timestamp() * 1000),
            "rows": found.rows,
            "bucket_s": found.bucket_s,
            "conflicts": len(found.repeated_at),
            "panels": [_panel(panel, found) for panel in panels],
        }
    )


def _said(refusal: Exception) -> str:
    return str(refusal) if isinstance(refusal, BadRange) else _("遥测存储暂不可用，请稍后再试。")


def _panel(panel: Panel, found: History) -> dict[str, Any]:
    return {
        "title": str(panel.title),
        "unit": str(panel.unit),
        "step": panel.step,
        "series": [
            {"name": str(curve.title), "field": curve.field, "points": _points(found, curve.field)}
            for curve in panel.curves
        ],
    }


def _points(found: History, field: str) -> list[list[float | None]]:
    series = found.with_breaks(field)
    known = ~np.isnan(series.values)
    return [
        [at * 1000, exact(field, value) if is_known else None]
        for at, value, is_known in zip(
            series.at.tolist(), series.values.tolist(), known.tolist(), strict=True
        )
    ]
