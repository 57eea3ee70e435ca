"""平台可用性: how long each stage stood in a month, against its target, out of what the watchdog counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from voltward.monitoring.duty_texts import month_of, months_round
from voltward.monitoring.ports import ports
from voltward.pages.access import needs
from voltward.pages.room import Text
from voltward.watchdog.availability import Counted, Day, elapsed_s, summed
from voltward.watchdog.status import StageStatus, Status

_AFTER_ALL: Final = datetime(9999, 1, 1, tzinfo=UTC)
PROCESS: Final = "process:"
TITLES: Final[dict[str, Text]] = {
    "gateway": gettext_lazy("接入网关"),
    "store": gettext_lazy("遥测入库"),
    "findings": gettext_lazy("研判流"),
    "alarms": gettext_lazy("告警落库"),
    "office": gettext_lazy("业务后台"),
    "web": gettext_lazy("网页"),
}
# fault catalogue R35: 99.95 % of a month for what takes data in, 99.9 % for the pages
TARGETS_PCT: Final = {"gateway": 99.95, "store": 99.95, "web": 99.9}


@dataclass(frozen=True)
class ShownStage:
    """Minutes of a month. ``budget_min``: what the target leaves of the whole month; None: no target."""

    title: str
    watched_min: float
    down_min: float
    unwatched_min: float
    up_pct: float | None
    target_pct: float | None
    budget_min: float | None

    @property
    def is_missed(self) -> bool:
        return self.budget_min is not None and self.down_min > self.budget_min


@dataclass(frozen=True)
class ShownNow:
    title: str
    state: str
    text: str
    age_s: float | None
    detail: str


def stage_title(name: str) -> str:
    if name.startswith(PROCESS):
        return _("进程 %(name)s") % {"name": name.removeprefix(PROCESS)}
    return str(TITLES.get(name, name))


@needs("telemetry.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The stages now, the month in sum and by day."""
    month = month_of(request.GET.get("month", ""))
    before, after = months_round(month)
    counted = ports().availability(month.year, month.month)
    status = ports().watchdog()
    now = datetime.now(UTC)
    stages = _stages(summed(counted.values()), month, now)
    context = {
        "month": month, "before": before, "after": after, "stages": stages,
        "days": _days(counted), "status": status, "now": [_now(one) for one in _of(status)],
        "is_silent": status is None or status.is_silent(now.timestamp()),
        "looked_at": None if status is None else datetime.fromtimestamp(status.at_s, UTC),
        "paged_at": datetime.fromtimestamp(status.paged_at_s, UTC)
        if status and status.paged_at_s else None,
    }  # fmt: skip
    return render(request, "monitoring/availability.html", context)


def _of(status: Status | None) -> list[StageStatus]:
    found = {one.name: one for one in status.stages} if status else {}
    return [found[name] for name in _in_order(list(found))]


def _in_order(names: list[str]) -> list[str]:
    """Stages as data flows, then processes."""
    order = {name: place for place, name in enumerate(TITLES)}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def _stages(total: Day, month: date, now: datetime) -> list[ShownStage]:
    passed_s = elapsed_s(month.year, month.month, now)
    return [_stage(name, total[name], passed_s, month) for name in _in_order(list(total))]


def _stage(name: str, one: Counted, passed_s: float, month: date) -> ShownStage:
    target = TARGETS_PCT.get(name)
    whole_s = elapsed_s(month.year, month.month, _AFTER_ALL)
    share = one.up_share
    return ShownStage(
        stage_title(name),
        one.watched_s / 60,
        one.down_s / 60,
        max(0.0, passed_s - one.watched_s) / 60,
        None if share is None else 100 * share,
        target,
        None if target is None else whole_s / 60 * (100 - target) / 100,
    )


def _days(counted: Mapping[date, Day]) -> list[tuple[date, list[tuple[str, float]]]]:
    """Days on which something stood, newest first, with the minutes of each stage."""
    shown = []
    for day in sorted(counted, reverse=True):
        stood = [
            (stage_title(name), counted[day][name].down_s / 60)
            for name in _in_order(list(counted[day]))
            if counted[day][name].down_s > 0
        ]
        if stood:
            shown.append((day, stood))
    return shown


def _now(one: StageStatus) -> ShownNow:
    texts = {"ok": _("正常"), "late": _("停止"), "waiting": _("等待首个信号")}
    dots = {"ok": "online", "late": "late", "waiting": "due"}
    return ShownNow(
        stage_title(one.name), dots.get(one.state, ""), texts.get(one.state, one.state), one.age_s,
        one.detail,
    )  # fmt: skip
