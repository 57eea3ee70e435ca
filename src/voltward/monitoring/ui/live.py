"""One vehicle as it is now: the page, the stream behind it, its exact position, the demo's button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.fleet.models import Vehicle
from voltward.monitoring import selectors, services
from voltward.monitoring.selectors import StoreAway
from voltward.monitoring.texts import POSITION, exact
from voltward.monitoring.ui.actors import actor_of, vehicle_of
from voltward.monitoring.ui.states import collected_text, groups_of, message_of, tables_of
from voltward.pages.access import needs
from voltward.pages.live import event, event_stream, give_back_connections
from voltward.records.services import reading_recorded
from voltward.telemetry.queries import LatestState

LOOK_EVERY_S = 1.0
ALIVE_EVERY_S = 15.0


@needs("telemetry.read")
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
        "groups": groups_of(state),
        "tables": tables_of(state),
        "words": {
            "open": _("实时"),
            "broken": _("连接中断，正在重连…"),
            "never": "—",
            "age": {
                "seconds": _("% 秒"), "minutes": _("% 分钟"), "hours": _("% 小时"), "days": _("% 天"),
            },
        },
    }  # fmt: skip
    return render(request, "monitoring/live.html", context)


@needs("telemetry.read")
@require_safe
async def events(request: HttpRequest, vin: str) -> HttpResponseBase:
    """Server-sent events: ``state`` for each new frame, ``trouble`` while the store is away."""
    vehicle = await sync_to_async(vehicle_of)(request, vin)
    language = translation.get_language() or "zh-hans"
    return await event_stream(_states(vehicle, language))


async def _states(vehicle: Vehicle, language: str) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    seen: tuple[int, int] | None = None
    said_s = -ALIVE_EVERY_S
    while True:
        try:
            state = await sync_to_async(_look, thread_sensitive=False)(vehicle)
        except StoreAway:
            with translation.override(language):
                yield event("trouble", {"text": _("遥测存储暂不可用")})
            said_s = loop.time()
        else:
            if state is not None and (state.stream, state.frame_position) != seen:
                seen = (state.stream, state.frame_position)
                yield event("state", await sync_to_async(_message, thread_sensitive=False)(state, language))
                said_s = loop.time()
            elif loop.time() - said_s >= ALIVE_EVERY_S:
                yield event("alive", {})
                said_s = loop.time()
        await asyncio.sleep(LOOK_EVERY_S)


def _look(vehicle: Vehicle) -> LatestState | None:
    try:
        return selectors.latest_of(vehicle)
    finally:
        give_back_connections()


def _message(state: LatestState, language: str) -> dict[str, Any]:
    with translation.override(language):
        tables = render_to_string("monitoring/tables.html", {"tables": tables_of(state)})
        return {**message_of(state), "tables": tables}


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
    messages.info(request, _("热失控重放即将开始：先是最后几分钟的正常数据，随后起火。"))
    return redirect("vehicle-live", vehicle.vin)
