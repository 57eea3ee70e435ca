"""Cells and probes of one vehicle over time: the page, and the matrix behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from numpy.typing import NDArray

from voltward.monitoring import selectors
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.history import newest_data, store_away
from voltward.monitoring.ui.ranges import BadRange, range_of, range_or_default
from voltward.pages.access import needs
from voltward.telemetry.queries import Matrix
from voltward.telemetry.queries.history import GAP_S

COLUMNS = 480
DEFAULT = "1d"
NAMED = 3  # so many cells are named in words
FAR_MV, FAR_C = 100, 10  # far enough to be told when it began; a help for the eye, no judgement


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    chosen, trouble = range_or_default(request, DEFAULT)
    of = "probes" if request.GET.get("of") == "probes" else "cells"
    context = {
        "vehicle": vehicle,
        "words": _words(),
        "of": of,
        "subtract": request.GET.get("subtract") != "0",
        "trouble": trouble,
        **chosen.context(),
    }
    return render(request, "monitoring/cells.html", context)


def _words() -> dict[str, Any]:
    """What the page's script says."""
    return {
        "loading": _("正在读取…"),
        "failed": _("读取失败："),
        "shown": _("{rows} 行，显示 {columns} 列 × {cells} 个"),
        "thinned": _("每列 {bucket} 秒，各取离中位数最远的值"),
        "gaps": _("空白列为无数据的 {gaps} 段，宽度与时长无关"),
        "cell": {"cells": _("单体 {number}"), "probes": _("探针 {number}")},
        "axis": {"cells": _("单体编号"), "probes": _("探针编号")},
        "scale": {
            "deviation": _("与整包中位数之差（{unit}，对数刻度）"),
            "value": _("数值（{unit}）"),
        },
        "below": _("低于中位数"),
        "above": _("高于中位数"),
        "none": _("无有效值"),
        "median": _("中位数"),
        "moment": _("{time} 的全部数值"),
        "worst": _("偏离最大："),
        "first": _("最先偏离 {far} {unit} 以上："),
        "one": _("{cell}，{deviation} {unit}（{time}）"),
        "reading": _("{time} · {cell} · {value} {unit} · 与中位数之差 {deviation} {unit}"),
        "gap": _("{from} 至 {to} 没有数据"),
    }


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
        newest = "" if found.rows else newest_data(vehicle)
    except BadRange as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    except StoreAway:
        return store_away()
    labels = _labels(found.pack, found.number)
    return JsonResponse(
        {
            "unit": "℃" if probes else "mV",
            "of": "probes" if probes else "cells",
            "rows": found.rows,
            "bucket_s": found.bucket_s,
            "cells": found.values.shape[1],
            "labels": labels,
            "times": (found.at * 1000).tolist(),
            "gaps_after": _gaps_after(found),
            "medians": _nullable(found.median),
            "values": _nullable(found.values),
            "deviations": _nullable(found.deviations),
            "worst": _worst(found, labels),
            "first": _first(found, labels, FAR_C if probes else FAR_MV),
            "newest": newest,
        }
    )


def _labels(pack: NDArray[np.int64], number: NDArray[np.int64]) -> list[str]:
    """``17``, or ``2-17`` where a vehicle has several packs."""
    if len(np.unique(pack)) < 2:
        return [str(one) for one in number.tolist()]
    return [f"{a}-{b}" for a, b in zip(pack.tolist(), number.tolist(), strict=True)]


def _gaps_after(found: Matrix) -> list[int]:
    """Columns behind which the vehicle was silent for longer than it should be."""
    silent = np.diff(found.at) > max(2 * found.bucket_s, GAP_S)
    places: list[int] = np.flatnonzero(silent).tolist()
    return places


def _worst(found: Matrix, labels: list[str]) -> list[dict[str, Any]]:
    """The cells that lay farthest from the median at any time, the farthest first."""
    away = _away(found)
    if not away.size:
        return []
    columns, farthest = away.argmax(axis=0), away.max(axis=0)
    chosen = [cell for cell in np.argsort(-farthest, kind="stable")[:NAMED] if farthest[cell] > 0]
    return [_named(found, labels, int(columns[cell]), int(cell)) for cell in chosen]


def _first(found: Matrix, labels: list[str], far: int) -> dict[str, Any]:
    """When a cell first lay ``far`` or more from the median, and which did then."""
    away = _away(found)
    columns = np.flatnonzero((away >= far).any(axis=1))
    if not columns.size:
        return {"far": far, "cells": []}
    column = int(columns[0])
    order = [cell for cell in np.argsort(-away[column], kind="stable") if away[column, cell] >= far]
    cells = [_named(found, labels, column, int(cell)) for cell in order[:NAMED]]
    return {"far": far, "cells": cells}


def _away(found: Matrix) -> NDArray[np.float32]:
    """Distance from the median, −1 where nothing was measured."""
    away = np.where(np.isnan(found.deviations), np.float32(-1), np.abs(found.deviations))
    return away.astype(np.float32)


def _named(found: Matrix, labels: list[str], column: int, cell: int) -> dict[str, Any]:
    return {
        "label": labels[cell],
        "column": column,
        "at": int(found.at[column]) * 1000,
        "value": int(found.values[column, cell]),
        "deviation": int(found.deviations[column, cell]),
    }


def _nullable(values: NDArray[np.float32]) -> list[Any]:
    """Whole numbers as Python's, None for NaN; the shape stays."""
    unknown = np.isnan(values)
    plain = np.where(unknown, 0, values).astype(np.int64).astype(object)
    plain[unknown] = None
    found: list[Any] = plain.tolist()
    return found
