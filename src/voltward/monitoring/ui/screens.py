"""The wall screens: overview, duty desk, quality. Read-only, fed by one snapshot a maker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from voltward.monitoring.hexagons import STATES
from voltward.monitoring.map_source import source
from voltward.monitoring.models import Alarm
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.screens import Case, Snapshot, snapshot
from voltward.monitoring.texts import level_style
from voltward.monitoring.ui.maps import age_words, answered, drawn_on, features, point_of
from voltward.pages.access import needs, wall
from voltward.pages.middleware import also_from
from voltward.records.actors import actor_of

RESOLUTION = 3  # hexagons of the whole country, about 25 pixels wide at 1080 lines
LEVELS = (1, 2, 3, 4)
VIN_SHOWN = 6  # what people read out; a room full of visitors reads no whole VIN


@dataclass(frozen=True)
class Screen:
    """A page for the wall; ``panels``: the template of what stands left and right of the map."""

    name: str
    title: str | Promise
    template: str

    @property
    def url_name(self) -> str:
        return f"screen-{self.name}"


SCREENS = (
    Screen("national", gettext_lazy("总览"), "monitoring/screen_national.html"),
    Screen("duty", gettext_lazy("值班"), "monitoring/screen_duty.html"),
    Screen("quality", gettext_lazy("质量"), "monitoring/screen_quality.html"),
)


@needs("telemetry.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Which screens there are, and how one gets them onto a wall."""
    return render(request, "monitoring/screens.html", {"screens": SCREENS})


def page_of(screen: Screen) -> Callable[..., HttpResponse]:
    """The page of a screen; a token opens it by the screen's name alone."""

    @wall()
    @needs("telemetry.read")
    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        context = {
            "screen": screen,
            "words": _words(),
            "following": _following(request, screen),
            "levels": LEVELS,
            "data_url": reverse(f"{screen.url_name}-data"),
            **drawn_on(),
        }
        answer = render(request, screen.template, context)
        also_from(answer, source().origin)
        return answer

    return page


def data_of(screen: Screen) -> Callable[..., HttpResponse]:
    """What fills a screen, every few seconds."""

    @wall(part_of=screen.url_name)
    @needs("telemetry.read")
    @require_safe
    def data(request: HttpRequest) -> HttpResponse:
        return answered(body_of(snapshot(actor_of(request).maker_id or 0)))

    return data


def _following(request: HttpRequest, screen: Screen) -> str:
    """The screen that comes next: of those the token names, else of all; "" when it is the only one."""
    token = getattr(request, "wall_token", None)
    names = [one for one in SCREENS if token is None or one.url_name in token.pages]
    if token is None and request.GET.get("turn") != "1":
        return ""  # a person at a desk is not taken away from what they look at
    following = names[(names.index(screen) + 1) % len(names)]
    address = reverse(following.url_name)
    return "" if following is screen else address if token else f"{address}?turn=1"


def body_of(found: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON; times in unix ms."""
    datum, fleet = source().datum, found.fleet
    return {
        "now_ms": time.time_ns() // 1_000_000,
        "made_ms": _ms(found.at),
        "data_ms": fleet.at_ms if fleet else None,
        "fleet": _fleet_of(found),
        "hexagons": features(fleet.by_resolution[RESOLUTION], datum) if fleet else [],
        "points": [point_of(one, datum) | {"vin": _vin(one.alarm)} for one in found.points],
        "hours": [
            {"at": _ms(at), "levels": [levels.get(level, 0) for level in LEVELS]}
            for at, levels in found.hours
        ],
        "open": [found.open_levels.get(level, 0) for level in LEVELS],
        "cases": [_case(one) for one in found.cases],
        "models": [
            {"model": one.model, "alarms": one.alarms, "vehicles": one.vehicles,
             "rate": round(one.per_10_000, 1)}
            for one in found.models
        ],
        "rules": [
            {"rule": str(rule_title(rule)), "alarms": number, "level": highest, "style": level_style(highest)}
            for rule, number, highest in found.rules
        ],
        "verdicts": [
            {"verdict": str(dict(Alarm.VERDICTS)[verdict]), "alarms": number}
            for verdict, number in found.verdicts.items()
        ],
        "ticker": [_alarm(one) for one in found.ticker],
    }  # fmt: skip


def _fleet_of(found: Snapshot) -> dict[str, Any]:
    fleet = found.fleet
    flow = {"frames_per_s": found.frames_per_s, "lag_s": found.lag_s}
    if fleet is None:
        return flow
    return {
        **flow,
        "vehicles": fleet.vehicles,
        "online": fleet.online,
        **dict(zip(STATES, fleet.totals.tolist(), strict=True)),
        "timely_pct": _share(fleet.timely, fleet.online),
        "fixed_pct": _share(fleet.fixed, fleet.online),
        "unplaced": fleet.unplaced,
    }


def _share(part: int, whole: int) -> float | None:
    """Percent, cut to a tenth and not rounded up: 100.0 means all."""
    return part * 1000 // whole / 10 if whole else None


def _case(case: Case) -> dict[str, Any]:
    owner = case.alarm.owner
    return {
        **_alarm(case.alarm),
        "due_ms": _ms(case.due_at) if case.due_at else None,
        "owner": owner.display_name if owner else "",
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.pk,
        "vin": _vin(alarm),
        "model": alarm.vehicle.model_name,
        "rule": str(rule_title(alarm.rule)),
        "level": alarm.level,
        "style": level_style(alarm.level),
        "state": str(alarm.get_state_display()),
        "opened_ms": _ms(alarm.opened_at),
        "open": alarm.is_open,
    }


def _vin(alarm: Alarm) -> str:
    return alarm.vehicle.vin[-VIN_SHOWN:]


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _words() -> dict[str, Any]:
    """What the script says."""
    return {
        "late": _("数据已停更 {age}"),
        "never": _("遥测存储暂不可用，恢复后自动显示"),
        "broken": _("与平台的连接中断 {age}"),
        "live": _("数据 {age}前"),
        "due": _("剩 {age}"),
        "overdue": _("超时 {age}"),
        "open_for": _("已 {age}"),
        "none": _("没有"),
        "quiet": _("最近没有告警"),
        "ages": age_words(),
    }
