"""数据质量: the rates of today and of a week, their trend, the worst models, the classes with examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.base.errors import NotFound
from voltward.exchange.models import QualityDay
from voltward.exchange.quality_rates import Rates
from voltward.exchange.quality_texts import delay_text, history_url, moment_of, share
from voltward.exchange.quality_words import (
    CONFIDENCES,
    KINDS,
    class_title,
    kind_text,
    model_text,
)
from voltward.exchange.selectors import quality as selectors
from voltward.exchange.selectors.quality_cases import quality_case_going
from voltward.exchange.selectors.quality_limits import quality_limits
from voltward.exchange.services.quality_cases import HANDLE
from voltward.fleet.selectors import vehicle_by_vin
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.uplink.quality.catalogue import BY_CODE, CLASSES

TREND_DAYS: Final = 30
WEEK_DAYS: Final = 7
WORST: Final = 20


@dataclass(frozen=True)
class Figure:
    """A tile. ``is_late``: it misses what counts as good."""

    title: str
    value: str
    hint: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Example:
    """An error on a vehicle's day, with its first and its last moment."""

    row: QualityDay
    count: int
    moments: list[tuple[Any, str]]


@needs("quality_data.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The rates of today and of seven days, thirty days of trend, models and classes of the week."""
    actor, today = actor_of(request), days.today()
    week = today - timedelta(days=WEEK_DAYS - 1)
    good_pct = quality_limits(actor.maker_id, today)["missing_good_pct"].value
    trend = selectors.rates_by_day(actor, today - timedelta(days=TREND_DAYS - 1), today)
    models = selectors.rates_by_model(actor, week, today)[:WORST]
    context = {
        "newest": selectors.newest_taken(actor),
        "spans": [
            (_("今日"), _figures(actor, today, today, good_pct)),
            (_("近 7 日"), _figures(actor, week, today, good_pct)),
        ],
        "trend": _chart(trend, good_pct),
        "trend_rows": [(day, *_shares(rates)) for day, rates in reversed(trend.items())],
        "models": [
            (model_text(one.model), one.model, one.rates, *_shares(one.rates),
             class_title(one.worst) if one.worst else "—")
            for one in models
        ],
        "kinds": _classes(actor, week, today),
    }  # fmt: skip
    return render(request, "exchange/quality.html", context)


@needs("quality_data.read")
@require_safe
def class_page(request: HttpRequest, code: str) -> HttpResponse:
    """One error class: what it is, by day and by model, and examples that lead to the vehicle's history."""
    actor, today = actor_of(request), days.today()
    if code not in BY_CODE:
        raise NotFound(f"quality class {code}")
    first = today - timedelta(days=TREND_DAYS - 1)
    model = request.GET.get("model")
    one = BY_CODE[code]
    by_model = [
        (row, model_text(row["model_name"]), quality_case_going(actor, row["model_name"], code))
        for row in selectors.error_by_model(actor, code, first, today)[:WORST]
    ]
    examples = selectors.error_examples(actor, code, first, today, model=model)
    context = {
        "one": one,
        "title": class_title(code),
        "kind": kind_text(one),
        "confidence": CONFIDENCES[one.confidence],
        "by_day": _bars(selectors.error_by_day(actor, code, first, today), first, today),
        "by_model": by_model,
        "model": model,
        "model_name": None if model is None else model_text(model),
        "examples": [_example(row, code) for row in examples],
        "may_handle": HANDLE in actor.grants,
    }
    return render(request, "exchange/quality_class.html", context)


@needs("quality_data.read")
@require_safe
def vehicle_tab(request: HttpRequest, vin: str) -> HttpResponse:
    """数据质量 of a vehicle: its days, each error with the moments it was seen first and last."""
    actor = actor_of(request)
    vehicle = vehicle_by_vin(actor, vin)
    since = days.today() - timedelta(days=TREND_DAYS - 1)
    rows = list(selectors.days_of_vehicle(actor, vehicle, since))
    context = {
        "vehicle": vehicle,
        "rows": [(row, share(_part(row.missing, row.expected)), _found(row)) for row in rows],
        "days": TREND_DAYS,
    }
    return render(request, "exchange/quality_vehicle.html", context)


def _figures(actor: Person, first: date, last: date, good_pct: float) -> list[Figure]:
    rates = selectors.rates_between(actor, first, last)
    online = selectors.online_between(actor, first, last)
    known = selectors.in_use(actor, last)
    missing = rates.missing_pct
    return [
        Figure(_("上线率"), share(_part(online, known)), _("%(online)d / %(known)d 辆") % {
            "online": online, "known": known}),
        Figure(_("合格率"), share(rates.pass_pct), _("不合格 %(number)d 车日") % {
            "number": rates.failed}),
        Figure(_("数据缺失率"), share(missing), _("低于 %(good)g %% 为良好") % {"good": good_pct},
               missing is not None and missing >= good_pct),
        Figure(_("行驶间隔占比"), share(rates.gap_pct), _("超过 30 秒的间隔占行驶时长")),
        Figure(_("实时延迟 95 分位"), delay_text(rates), _("采集到接收")),
        Figure(_("补发占比"), share(rates.reissued_pct), _("%(rows)d 条报文") % {"rows": rates.rows}),
    ]  # fmt: skip


def _shares(rates: Rates) -> tuple[int, str, str, str]:
    return rates.vehicles, share(rates.pass_pct), share(rates.missing_pct), delay_text(rates)


def _chart(trend: dict[date, Rates], good_pct: float) -> dict[str, Any]:
    """What the page's chart draws: shares by day, the line that counts as good."""
    return {
        "days": [day.isoformat() for day in trend],
        "good": good_pct,
        "series": [
            {"name": _("合格率"), "axis": 0, "values": [_rounded(one.pass_pct) for one in trend.values()]},
            {"name": _("数据缺失率"), "axis": 1,
             "values": [_rounded(one.missing_pct) for one in trend.values()]},
        ],
        "words": {"good": _("良好线"), "pass": _("合格率（%）"), "missing": _("缺失率（%）")},
    }  # fmt: skip


def _classes(actor: Person, first: date, last: date) -> list[tuple[str, list[Any]]]:
    """Every class by kind, with how often it was found."""
    totals = selectors.error_totals(actor, first, last)
    return [
        (
            str(title),
            [(one, class_title(one.code), totals.get(one.code)) for one in CLASSES if one.kind == kind],
        )
        for kind, title in KINDS.items()
    ]  # fmt: skip


def _bars(found: dict[date, int], first: date, last: date) -> list[tuple[date, int, int]]:
    """Each day with its number and its height in %, of the highest."""
    most = max(found.values(), default=0)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        (day, found.get(day, 0), round(100 * found.get(day, 0) / most) if most else 0)
        for day in span
    ]


def _example(row: QualityDay, code: str) -> Example:
    count, first, last = row.errors[code]
    seconds = [first] if first == last else [first, last]
    return Example(row, count, [(moment_of(row, one), history_url(row, one)) for one in seconds])


def _found(row: QualityDay) -> list[tuple[str, str, Example]]:
    ordered = sorted(row.errors, key=lambda code: (-row.errors[code][0], code))
    return [(code, class_title(code), _example(row, code)) for code in ordered]


def _part(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
