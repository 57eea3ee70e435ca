"""The map of the fleet: hexagons by zoom, alarms of level 3 and above as points, one vehicle's place."""

from __future__ import annotations

import json
import math
import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput
from voltward.base.geo import Datum, converted
from voltward.monitoring import selectors, services
from voltward.monitoring.fleet_map import FleetMap
from voltward.monitoring.hexagons import COARSEST, STATES, Hexagons, resolution_of, rings
from voltward.monitoring.map_source import source
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.selectors.map import GravePoint
from voltward.monitoring.texts import level_style
from voltward.monitoring.ui.actors import vehicle_of
from voltward.pages.access import needs
from voltward.pages.middleware import also_from
from voltward.records.actors import actor_of

MOST_HEXAGONS = 4_000  # more are drawn one step coarser
_WHOLE = (-180.0, -85.0, 180.0, 85.0)


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    answer = render(request, "monitoring/map.html", {"words": _words(), **drawn_on()})
    also_from(answer, source().origin)
    return answer


def drawn_on() -> dict[str, Any]:
    """What ``map_attributes.html`` needs: the background, and the words of the map's own buttons."""
    return {
        "source": source(),
        "map_words": {
            "title": _("地图"),
            "in": _("放大"),
            "out": _("缩小"),
            "credit": _("地图来源"),
            "schematic": _("示意图，非正式地图"),
            "none": _("此浏览器无法绘制地图（需要 WebGL 2），请使用下方列表。"),
        },
    }


def _words() -> dict[str, Any]:
    return {
        "away": _("遥测存储暂不可用，图上为最近一次的数据。"),
        "failed": _("读取失败："),
        "age": _("{age}前的数据"),
        "none": _("视野内没有车辆。"),
        "unplaced": _("{count} 辆车没有位置，未画在图上。"),
        "cell": _("网格 {cell}"),
        "vehicles": _("{count} 辆"),
        "list": _("打开这些车辆"),
        "exact": _("查看精确位置"),
        "model": _("车型"),
        "state": _("状态"),
        "opened": _("发生时间"),
        "level": _("最高告警"),
        "layers": {
            "all": _("全部"),
            "driving": _("行驶"),
            "charging": _("充电"),
            "parked": _("停放"),
            "offline": _("离线"),
        },
        "place": _("{at} · 北纬 {latitude}° 东经 {longitude}°"),
        "masked": _("所在网格约 1 公里，精确位置须有权限并说明原因。"),
        "ages": age_words(),
    }


def age_words() -> dict[str, str]:
    return {
        "seconds": _("% 秒"),
        "minutes": _("% 分钟"),
        "hours": _("% 小时"),
        "days": _("% 天"),
    }


@needs("telemetry.read")
@require_safe
def cells(request: HttpRequest) -> HttpResponse:
    """GeoJSON of the hexagons in ``bbox`` (west, south, east, north in the map's datum) at ``zoom``."""
    try:
        box, zoom = _box(request.GET.get("bbox", "")), _zoom(request.GET.get("zoom", ""))
    except BadInput as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    try:
        fleet = selectors.map_now(actor_of(request))
    except StoreAway:
        return JsonResponse({"detail": _("遥测存储暂不可用，请稍后再试。")}, status=503)
    return answered(collection(fleet, box, zoom, source().datum))


def answered(body: dict[str, Any]) -> HttpResponse:
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json")


def collection(
    fleet: FleetMap, box: tuple[float, float, float, float], zoom: float, datum: Datum
) -> dict[str, Any]:
    """Hexagons whose middle lies in ``box``; at most ``MOST_HEXAGONS``, else coarser ones."""
    west, south, east, north = _in_wgs84(box, datum)
    resolution = resolution_of(zoom)
    while True:
        hexagons = fleet.by_resolution[resolution]
        chosen = hexagons.within(west, south, east, north)
        if len(chosen) <= MOST_HEXAGONS or resolution == COARSEST:
            break
        resolution -= 1
    return {
        "type": "FeatureCollection",
        "features": features(hexagons.only(chosen), datum),
        "resolution": resolution,
        "at_ms": fleet.at_ms,
        "now_ms": time.time_ns() // 1_000_000,
        "vehicles": fleet.vehicles,
        "unplaced": fleet.unplaced,
        "totals": dict(zip(STATES, fleet.totals.tolist(), strict=True)),
        "alarmed": int(fleet.by_resolution[COARSEST].alarmed.sum()),
    }


def features(hexagons: Hexagons, datum: Datum) -> list[dict[str, Any]]:
    """One GeoJSON polygon a hexagon, with its counts."""
    cells = hexagons.cell.tolist()
    rows = zip(
        cells,
        rings(cells, datum),
        hexagons.counts.tolist(),
        hexagons.level.tolist(),
        hexagons.alarmed.tolist(),
        strict=True,
    )
    return [
        {
            "type": "Feature",
            "properties": {
                "cell": f"{cell:x}",
                "all": sum(counts),
                "online": sum(counts[:3]),
                **dict(zip(STATES, counts, strict=True)),
                "level": level,
                "alarmed": alarmed,
            },
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for cell, ring, counts, level, alarmed in rows
    ]


@needs("telemetry.read")
@require_safe
def alarms(request: HttpRequest) -> HttpResponse:
    """The open alarms of level 3 and above, each in the middle of its hexagon."""
    points = selectors.grave_points(actor_of(request))
    return answered({"points": [point_of(one, source().datum) for one in points]})


def point_of(point: GravePoint, datum: Datum) -> dict[str, Any]:
    """``at`` None: nobody knows where the vehicle is."""
    alarm = point.alarm
    return {
        "id": alarm.pk,
        "vin": alarm.vehicle.vin,
        "model": alarm.vehicle.model_name,
        "rule": str(rule_title(alarm.rule)),
        "level": alarm.level,
        "style": level_style(alarm.level),
        "state": alarm.get_state_display(),
        "opened_ms": int(alarm.opened_at.timestamp() * 1000),
        "at": at_of(point, datum),
    }


def at_of(point: GravePoint, datum: Datum) -> list[float] | None:
    if math.isnan(point.longitude_deg):
        return None
    return drawn_at(point.longitude_deg, point.latitude_deg, datum, 3)


def drawn_at(longitude_deg: float, latitude_deg: float, datum: Datum, decimals: int) -> list[float]:
    """A place in WGS-84 where the map draws it."""
    x, y = converted(longitude_deg, latitude_deg, origin="wgs84", target=datum)
    return [round(float(x), decimals), round(float(y), decimals)]


@needs("telemetry.read")
@require_POST
def place(request: HttpRequest, vin: str) -> HttpResponse:
    """Where a vehicle is: exact with ``position.read`` and a reason, or while a grave alarm is open."""
    vehicle = vehicle_of(request, vin)
    reason = request.POST.get("reason", "")
    try:
        found = services.vehicle_place(actor_of(request), vehicle=vehicle, reason=reason)
    except StoreAway:
        return JsonResponse({"detail": _("遥测存储暂不可用，请稍后再试。")}, status=503)
    if found is None:
        return JsonResponse({"detail": _("这辆车还没有上报过位置。")}, status=404)
    decimals = 6 if found.exact else 3
    return JsonResponse(
        {
            "exact": found.exact,
            "cell": found.cell,
            "longitude_deg": found.longitude_deg,
            "latitude_deg": found.latitude_deg,
            "at": timezone.localtime(found.at).strftime("%Y-%m-%d %H:%M:%S"),
            "drawn": drawn_at(found.longitude_deg, found.latitude_deg, source().datum, decimals),
        }
    )


def _box(text: str) -> tuple[float, float, float, float]:
    if not text:
        return _WHOLE
    try:
        west, south, east, north = (float(one) for one in text.split(","))
    except ValueError as error:
        raise BadInput(f"bbox {text[:60]!r}: expected west,south,east,north") from error
    if not all(math.isfinite(one) for one in (west, south, east, north)) or south > north:
        raise BadInput(f"bbox {text[:60]!r}: no box")
    if east - west >= 360:
        return -180.0, south, 180.0, north
    return _turned(west), max(south, -90.0), _turned(east), min(north, 90.0)


def _turned(longitude_deg: float) -> float:
    """Within -180 to 180, as the map may have been turned round the globe."""
    return (longitude_deg + 180) % 360 - 180


def _zoom(text: str) -> float:
    try:
        zoom = float(text)
    except ValueError as error:
        raise BadInput(f"zoom {text[:20]!r}: expected a number") from error
    if not 0 <= zoom <= 24:
        raise BadInput(f"zoom {text[:20]!r}: expected 0 to 24")
    return zoom


def _in_wgs84(
    box: tuple[float, float, float, float], datum: Datum
) -> tuple[float, float, float, float]:
    west, south, east, north = box
    x, y = converted((west, east), (south, north), origin=datum, target="wgs84")
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])
