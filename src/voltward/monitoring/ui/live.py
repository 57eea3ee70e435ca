"""One vehicle as it is now: the page, the stream behind it, its exact position, the demo's button."""

from __future__ import annotations

import time
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.monitoring import selectors, services
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import POSITION, exact
from voltward.monitoring.ui.actors import vehicle_of
from voltward.monitoring.ui.states import collected_text, groups_of, tables_of
from voltward.monitoring.ui.streams import meanings_of, states, viewer_of
from voltward.pages.access import needs
from voltward.pages.live import event_stream
from voltward.records.actors import actor_of
from voltward.records.services import reading_recorded

READ_LIVE = "telemetry.read"


@needs(READ_LIVE)
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle = vehicle_of(request, vin)
    trouble, state = "", None
    try:
        state = selectors.latest_of(vehicle)
    except StoreAway:
        trouble = _("遥测存储暂不可用：报文仍在接收并落盘，恢复后自动补齐。")
    context: dict[str, Any] = {
        "vehicle": vehicle,
        "trouble": trouble,
        "has_data": state is not None,
        "collected_at": collected_text(state) if state else "—",
        "collected_at_ms": int(state.collected_at.timestamp() * 1000) if state else 0,
        "now_ms": time.time_ns() // 1_000_000,
        "groups": groups_of(state, meanings_of(vehicle, state)),
        "tables": tables_of(state),
        "words": _words(),
    }
    return render(request, "monitoring/live.html", context)


def _words() -> dict[str, Any]:
    """What the page's script says."""
    return {
        "open": _("实时"),
        "broken": _("连接中断，正在重连…"),
        "ended": _("登录已失效或权限已变更，请刷新页面重新登录"),
        "never": "—",
        "age": {
            "seconds": _("% 秒"),
            "minutes": _("% 分钟"),
            "hours": _("% 小时"),
            "days": _("% 天"),
        },
    }


@needs(READ_LIVE)
@require_safe
async def events(request: HttpRequest, vin: str) -> HttpResponseBase:
    """Server-sent events, see ``streams.states``."""
    vehicle = await sync_to_async(vehicle_of)(request, vin)
    return await event_stream(states(viewer_of(request, vehicle, READ_LIVE)))


@needs("position.read")
@require_safe
def position(request: HttpRequest, vin: str) -> HttpResponse:
    """The exact position; an audit row is left before it is shown."""
    vehicle = vehicle_of(request, vin)
    reading_recorded(actor_of(request), what="position.read", subject=vehicle)
    state = selectors.latest_of(vehicle)
    values = {field: exact(field, state.values[field]) if state else None for field in POSITION}
    context = {"vehicle": vehicle, "at": state.collected_at if state else None, **values}
    return render(request, "monitoring/position.html", context)


@needs("replay.start")
@require_POST
def fire(request: HttpRequest, vin: str) -> HttpResponse:
    """The demo's button: the fire once more, live."""
    vehicle = vehicle_of(request, vin)
    services.fire_replay(actor_of(request), vehicle=vehicle)
    messages.info(request, _("热失控重放即将开始：先是起火前的正常数据，约十秒后起火。"))
    return redirect("vehicle-live", vehicle.vin)
