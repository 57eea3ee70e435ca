"""Where one vehicle drove: replayed hexagon by hexagon, or as sent for those who say why."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput
from voltward.base.geo import Datum, converted
from voltward.monitoring import services
from voltward.monitoring.hexagons import rings
from voltward.monitoring.map_source import source
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.selectors.map import open_grave_since
from voltward.monitoring.selectors.tracks import stays_of, track_of
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.history import newest_data, store_away
from voltward.monitoring.ui.maps import age_words, answered, drawn_on
from voltward.monitoring.ui.ranges import AHEAD, BadRange, Range, range_of, range_or_default
from voltward.pages.access import needs
from voltward.pages.middleware import also_from
from voltward.records.actors import actor_of
from voltward.records.services.positions import READ
from voltward.telemetry.queries.positions import Track

DEFAULT = "1d"
LONGEST = timedelta(days=31)
DECIMALS = 6


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    chosen, trouble = range_or_default(request, DEFAULT)
    context = {
        "vehicle": vehicle,
        "trouble": trouble,
        "words": _words(),
        "may_see_exact": READ in actor_of(request).grants,
        "alarm_since": open_grave_since(vehicle),
        "hours": int(services.LONGEST_EXACT.total_seconds() // 3600),
        **drawn_on(),
        **chosen.context(),
    }
    answer = render(request, "monitoring/track.html", context)
    also_from(answer, source().origin)
    return answer


def _words() -> dict[str, Any]:
    return {
        "loading": _("正在读取…"),
        "failed": _("读取失败："),
        "coarse": _("{steps} 个网格（约 1 公里，时间取整到 5 分钟）"),
        "exact": _("{points} 个位置，精确轨迹，本次查看已记入审计"),
        "cut": _("行数过多，只显示前 {points} 个，请缩短时段"),
        "play": _("播放"),
        "pause": _("暂停"),
        "stay": _("{from} 至 {to} · 网格 {cell}"),
        "point": _("{at} · {speed} km/h · SOC {soc}%"),
        "ages": age_words(),
    }


@needs("telemetry.read")
@require_safe
def points(request: HttpRequest, vin: str) -> HttpResponse:
    """JSON of the track by hexagon."""
    vehicle = vehicle_of(request, vin)
    try:
        chosen = range_of(request, DEFAULT, LONGEST)
        found = track_of(vehicle, chosen.start, chosen.stop)
        newest = "" if len(found.at) else newest_data(vehicle)
    except BadRange as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    except StoreAway:
        return store_away()
    return answered(_masked(found, chosen, source().datum) | {"newest": newest})


@needs(READ)
@require_POST
def exact(request: HttpRequest, vin: str) -> HttpResponse:
    """JSON of the track as sent, to those who say why."""
    vehicle = vehicle_of(request, vin)
    try:
        chosen = range_of(request, DEFAULT, LONGEST)
    except BadRange as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
    try:
        found = services.exact_track(
            actor_of(request), vehicle=vehicle, start=_start(chosen), stop=chosen.stop,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except BadInput:
        return JsonResponse({"detail": _refused(chosen)}, status=422)
    except StoreAway:
        return store_away()
    return answered(_exact(found, chosen, source().datum))


def _start(chosen: Range) -> datetime:
    """The last 24 hours end a minute ahead, and so begin a minute later."""
    earliest = chosen.stop - services.LONGEST_EXACT
    return max(chosen.start, earliest) if earliest - chosen.start <= AHEAD else chosen.start


def _refused(chosen: Range) -> str:
    hours = int(services.LONGEST_EXACT.total_seconds() // 3600)
    if chosen.stop - chosen.start > services.LONGEST_EXACT:
        return _("精确轨迹一次最多 %(hours)d 小时，请缩短时段。") % {"hours": hours}
    return _("请填写查看精确轨迹的原因。")


def _span(chosen: Range, found: Track) -> dict[str, Any]:
    return {
        "from": int(chosen.start.timestamp() * 1000),
        "to": int(chosen.stop.timestamp() * 1000),
        "whole": found.whole,
    }


def _masked(found: Track, chosen: Range, datum: Datum) -> dict[str, Any]:
    """Nothing in it is more exact than a hexagon and five minutes."""
    found_stays = stays_of(found)
    drawn = rings([stay.cell for stay in found_stays], datum)
    stays = [
        {
            "from": stay.start_s * 1000,
            "to": stay.stop_s * 1000,
            "cell": f"{stay.cell:x}",
            "ring": ring,
        }
        for stay, ring in zip(found_stays, drawn, strict=True)
    ]
    return {**_span(chosen, found), "exact": False, "stays": stays}


def _exact(found: Track, chosen: Range, datum: Datum) -> dict[str, Any]:
    """``points``: time in ms, longitude and latitude in the map's datum, speed, state of charge."""
    x, y = converted(found.longitude_deg, found.latitude_deg, origin="wgs84", target=datum)
    rows = zip(
        (found.at * 1000).tolist(), x.tolist(), y.tolist(),
        found.speed_kmh.tolist(), found.soc_pct.tolist(), strict=True,
    )  # fmt: skip
    points = [
        [at, round(longitude, DECIMALS), round(latitude, DECIMALS), _known(speed), _known(soc)]
        for at, longitude, latitude, speed, soc in rows
        if not math.isnan(longitude)
    ]
    return {**_span(chosen, found), "exact": True, "points": points}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)
