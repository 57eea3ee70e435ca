"""History of one vehicle: the page, and the curves behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors
from voltward.monitoring.panels import LIVE_PANELS, PANELS, Panel
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import exact
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.ranges import BadRange, day_until, range_of, range_or_default
from voltward.pages.access import needs
from voltward.telemetry.queries import History

POINTS = 1200
DEFAULT = "1d"


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    chosen, trouble = range_or_default(request, DEFAULT)
    words = {
        "loading": _("正在读取…"),
        "failed": _("读取失败："),
        "shown": _("{from} 至 {to} · {rows} 行"),
        "thinned": _("每 {bucket} 秒保留首末值与极值"),
        "conflicts": _("{conflicts} 个时刻有内容不同的重复上报"),
        "refine": _("按 {from} 至 {to} 重新读取"),
    }
    context = {"vehicle": vehicle, "words": words, "trouble": trouble, **chosen.context()}
    return render(request, "monitoring/history.html", context)


@needs("telemetry.read")
@require_safe
def curves(request: HttpRequest, vin: str) -> HttpResponse:
    """JSON for the charts: panels with their series, each ``[[ms, value or null], …]``."""
    vehicle = vehicle_of(request, vin)
    panels = LIVE_PANELS if request.GET.get("panels") == "live" else PANELS
    try:
        chosen = range_of(request, DEFAULT)
        edition = selectors.edition_of(vehicle)
        columns = [curve.column(edition) for panel in panels for curve in panel.curves]
        found = selectors.history_of(vehicle, chosen.start, chosen.stop, columns, POINTS)
        newest = "" if found.rows else newest_data(vehicle)
    except BadRange as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    except StoreAway:
        return store_away()
    return JsonResponse(
        {
            "from": int(found.start.timestamp() * 1000),
            "to": int(found.stop.timestamp() * 1000),
            "rows": found.rows,
            "bucket_s": found.bucket_s,
            "conflicts": len(found.repeated_at),
            "newest": newest,
            "panels": [panel_of(panel, found, edition) for panel in panels],
        }
    )


def store_away() -> JsonResponse:
    return JsonResponse({"detail": _("遥测存储暂不可用，请稍后再试。")}, status=503)


def newest_data(vehicle: Vehicle) -> str:
    """The query of the day that has the vehicle's newest data; empty if it never sent."""
    state = selectors.newest_of(vehicle)
    return day_until(state.collected_at) if state else ""


def panel_of(panel: Panel, found: History, edition: int) -> dict[str, Any]:
    return {
        "title": str(panel.title),
        "unit": str(panel.unit),
        "step": panel.step,
        "series": [
            {
                "name": str(curve.title),
                "field": curve.field,
                "points": _points(found, curve.column(edition), curve.field),
            }
            for curve in panel.curves
        ],
    }


def _points(found: History, column: str, field: str) -> list[list[float | None]]:
    """Time in ms and value; null behind the last row before each gap, so that the line ends there."""
    series = found.series[column]
    at = np.concatenate((series.at, found.gaps.start + 1))
    values = np.concatenate((series.values, np.full(len(found.gaps), np.nan)))
    order = np.argsort(at, kind="stable")
    known = ~np.isnan(values)
    return [
        [int(at[place]) * 1000, exact(field, float(values[place])) if known[place] else None]
        for place in order.tolist()
    ]
