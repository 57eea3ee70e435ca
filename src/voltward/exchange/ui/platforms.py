"""平台对接: the list, a link as it stands now, its curves, pausing, retiring."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.exchange import platform_states as states
from voltward.exchange.link_fault_words import fault_text
from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformSample, PublicPlatform
from voltward.exchange.platform_lists import PLATFORMS
from voltward.exchange.platform_words import (
    DOTS,
    STAGES,
    instant,
    lines_of,
    link_cell,
    span_text,
)
from voltward.exchange.ports import link_status, simulated_behind
from voltward.exchange.selectors import platforms as selectors
from voltward.exchange.selectors.requests import requests_of
from voltward.exchange.services.platform_approving import uplink_retire_ask
from voltward.exchange.services.platform_running import uplink_pause, uplink_resume
from voltward.exchange.ui.platform_forms import ReasonForm
from voltward.exchange.ui.requests import RequestForm
from voltward.monitoring.ui.overview import Figure
from voltward.pages.access import needs
from voltward.pages.lists.page import ListPage
from voltward.records.actors import actor_of

SHOWN: Final = timedelta(hours=24)
SHORTEST: Final = timedelta(minutes=15)
DRAINED_OVER: Final = timedelta(minutes=10)
LATE_S: Final = 60.0
_WARNINGS: Final = 20
_REQUESTS: Final = 20


class PlatformList(ListPage):
    declaration = PLATFORMS
    template = "exchange/links.html"


@needs("exchange.read")
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One platform: its link now, what was told, its settings and who approved them."""
    actor = actor_of(request)
    platform = selectors.platform_by_name(actor, name)
    revisions = list(selectors.revisions_of(platform))
    current = next((one for one in revisions if one.state == states.APPROVED), None)
    standings = selectors.standings(revisions)
    context = {
        **_live(platform),
        "revisions": [(one, STAGES[one.stage], DOTS[one.stage]) for one in standings],
        "current": current,
        "lines": lines_of(current) if current else [],
        "draft": next((one for one in revisions if one.state == states.DRAFT), None),
        "warnings": selectors.warnings_of(platform)[:_WARNINGS],
        "requests": requests_of(actor, platform)[:_REQUESTS],
        "request_form": RequestForm(auto_id="request-%s"),
        "simulated": simulated_behind(name),
        "has_samples": platform.samples.exists(),
        "reason_form": ReasonForm(),
        "may_manage": "exchange.manage" in actor.grants,
        "may_propose": "exchange.propose" in actor.grants,
        "words": {"empty": _("最近 24 小时没有采样。"), "failed": _("读取失败：")},
    }
    return render(request, "exchange/link.html", context)


@needs("exchange.read")
@require_safe
def live(request: HttpRequest, name: str) -> HttpResponse:
    """The part that renews itself."""
    platform = selectors.platform_by_name(actor_of(request), name)
    return render(request, "exchange/link_live.html", _live(platform))


@needs("exchange.read")
@require_safe
def curves(request: HttpRequest, name: str) -> JsonResponse:
    """The samples of the last day as panels, each ``[[ms, value or null], …]``; a gap is a null."""
    platform = selectors.platform_by_name(actor_of(request), name)
    now = timezone.now()
    samples = selectors.samples_since(platform, now - SHOWN)
    # a link that is new is not drawn as a thin line at the end of an empty day
    begins = min(samples[0].at, now - SHORTEST) if samples else now - SHOWN
    panels = _panels(samples) if samples else []
    return JsonResponse({"range": [_ms(begins), _ms(now)], "panels": panels})


@needs("exchange.manage")
@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    return _stepped(request, name, uplink_pause, _("链路已暂停；期间报文照常落盘，恢复后补发。"))


@needs("exchange.manage")
@require_POST
def resume(request: HttpRequest, name: str) -> HttpResponse:
    return _stepped(request, name, uplink_resume, _("链路正在恢复。"))


@needs("exchange.propose")
@require_POST
def retire(request: HttpRequest, name: str) -> HttpResponse:
    return _stepped(request, name, uplink_retire_ask, _("已提交，待第二人审批后停用。"))


def _stepped(request: HttpRequest, name: str, step: Any, done: str) -> HttpResponse:
    try:
        step(actor_of(request), name=name, reason=request.POST.get("reason", ""))
    except BadInput:
        messages.error(request, _("请写明理由。"))
    except WrongState:
        messages.error(request, _("链路的状态已变，请刷新后再试。"))
    else:
        messages.success(request, done)
    return redirect("uplink", name)


# ---- the link now


@dataclass(frozen=True)
class Drain:
    """How long the backlog takes; ``text`` "": there is none."""

    text: str
    is_late: bool = False


def _live(platform: PublicPlatform) -> dict[str, Any]:
    status, now_s = link_status(platform.name), time.time()
    return {
        "platform": platform,
        "cell": link_cell(platform, status, now_s),
        "status": status,
        "reason": fault_text(status.reason) if status else "",
        "error": fault_text(status.error) if status else "",
        "since": instant(status.since) if status else None,
        "until": instant(status.until) if status and status.until > now_s else None,
        "error_at": instant(status.error_at) if status else None,
        "figures": _figures(platform, status, now_s) if status else [],
    }


def _figures(platform: PublicPlatform, status: LinkStatus, now_s: float) -> list[Figure]:
    lag, waited_s = status.lag_s, status.backlog_s(now_s)
    drain = _drain(platform, status, now_s)
    return [
        Figure(_("实时延迟"), "—" if lag is None else f"{lag:,.1f}", _("秒"),
               late=lag is not None and lag > LATE_S),
        Figure(_("未应答 / 上限"), f"{status.in_flight:,} / {status.window:,}", _("帧")),
        Figure(_("待补发"), f"{status.due:,}", _("帧"), late=bool(status.warned)),
        Figure(_("最早待补发"), span_text(waited_s) if waited_s else "—", late=bool(status.warned)),
        Figure(_("积压变化"), f"{status.due_per_s:+,.1f}" if status.due_per_s else "—", _("帧/秒")),
        Figure(_("按目前速度补完"), drain.text or "—", late=drain.is_late),
        Figure(_("发送速率"), f"{status.sent_per_s:,.1f}", _("帧/秒")),
        Figure(_("已发送"), f"{status.sent:,}", _("帧")),
        Figure(_("已确认"), f"{status.accepted:,}", _("帧")),
        Figure(_("被拒收"), f"{status.refused:,}", _("帧")),
        Figure(_("无应答"), f"{status.unanswered:,}", _("帧")),
        Figure(_("暂停发送的车辆"), f"{status.held:,}", _("辆"), late=status.held > 0),
    ]  # fmt: skip


def _drain(platform: PublicPlatform, status: LinkStatus, now_s: float) -> Drain:
    """By how fast the backlog shrinks now, else how fast it shrank over the last minutes."""
    if not status.due:
        return Drain("")
    if status.due_per_s < 0:
        return Drain(span_text(status.due / -status.due_per_s))
    samples = selectors.samples_since(platform, timezone.now() - DRAINED_OVER)
    if not samples:
        return Drain("")
    passed_s = now_s - samples[0].at.timestamp()
    drained = samples[0].due - status.due
    if drained <= 0 or passed_s <= 0:
        return Drain(_("没有在减少"), is_late=True)
    return Drain(span_text(status.due * passed_s / drained))


def _panels(samples: list[PlatformSample]) -> list[dict[str, Any]]:
    refused = [
        0,
        *(max(0, b.refused - a.refused) for a, b in itertools.pairwise(samples)),
    ]
    panels: list[tuple[str, str, list[float | None]]] = [
        (_("实时延迟"), _("秒"), [one.lag_s for one in samples]),
        (_("待补发"), _("帧"), [one.due for one in samples]),
        (_("发送速率"), _("帧/秒"), [one.sent_per_s for one in samples]),
        (_("新增拒收"), _("帧"), list(refused)),
    ]
    return [
        {
            "title": title,
            "unit": unit,
            "series": [{"name": title, "points": _points(samples, values)}],
        }
        for title, unit, values in panels
    ]


def _points(
    samples: list[PlatformSample], values: list[float | None]
) -> list[tuple[int, float | None]]:
    """With a null where samples are missing, so that a gap stays one."""
    points: list[tuple[int, float | None]] = []
    before: datetime | None = None
    for sample, value in zip(samples, values, strict=True):
        if before is not None and sample.at - before > timedelta(minutes=3):
            points.append((_ms(before) + 1, None))
        points.append((_ms(sample.at), value))
        before = sample.at
    return points


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
