"""Cells and probes of one vehicle over time: the page, and the matrix behind it."""

from __future__ import annotations

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.monitoring import selectors
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.ranges import BadRange, range_of
from voltward.pages.access import needs

COLUMNS = 480
DEFAULT = "1d"


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    try:
        chosen = range_of(request, DEFAULT)
    except BadRange:
        request.GET = request.GET.copy()
        request.GET.clear()  # type: ignore[attr-defined]
        chosen = range_of(request, DEFAULT)
    words = {
        "loading": _("正在读取…"),
        "failed": _("读取失败："),
        "shown": _("{rows} 行，显示 {columns} 列 × {cells} 个"),
        "cell": {"cells": _("单体 {number}"), "probes": _("探针 {number}")},
        "axis": {"cells": _("单体编号"), "probes": _("探针编号")},
        "deviation": _("与中位数之差"),
        "above": _("高于中位数"),
        "below": _("低于中位数"),
        "median": _("中位数"),
        "moment": _("{time} 的全部数值"),
    }
    of = "probes" if request.GET.get("of") == "probes" else "cells"
    context = {"vehicle": vehicle, "words": words, "of": of, **chosen.context()}
    return render(request, "monitoring/cells.html", context)


@needs("telemetry.read")
@require_safe
def matrix(request: HttpRequest, vin: str) -> HttpResponse:
    """JSON for the heat map: one column a time, one row a cell; null where none was measured."""
    vehicle = vehicle_of(request, vin)
    probes = request.GET.get("of") == "probes"
    read = selectors.probes_of if probes else selectors.cells_of
    try:
        chosen = range_of(request, DEFAULT)
        found = read(vehicle, chosen.start, chosen.stop, COLUMNS)
    except BadRange as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    except StoreAway:
        return JsonResponse({"detail": _("遥测存储暂不可用，请稍后再试。")}, status=503)
    return JsonResponse(
        {
            "unit": "℃" if probes else "mV",
            "of": "probes" if probes else "cells",
            "rows": found.rows,
            "bucket_s": found.bucket_s,
            "cells": found.values.shape[1],
            "labels": _labels(found.pack, found.number),
            "times": (found.at * 1000).tolist(),
            "medians": _nullable(found.median),
            "values": [_nullable(row) for row in found.values],
            "deviations": [_nullable(row) for row in found.deviations],
        }
    )


def _labels(pack: np.ndarray, number: np.ndarray) -> list[str]:
    """``17``, or ``2-17`` where a vehicle has several packs."""
    if len(np.unique(pack)) < 2:
        return [str(one) for one in number.tolist()]
    return [f"{a}-{b}" for a, b in zip(pack.tolist(), number.tolist(), strict=True)]


def _nullable(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
