"""上传对账: what every link owed and what became of it, day by day, and the vehicles of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.exchange import proof_days as days
from voltward.exchange.proof_ports import proof_ports
from voltward.exchange.proof_words import OUTCOME_TITLES, flag_text
from voltward.exchange.selectors import proofs as selectors
from voltward.exchange.selectors.platforms import platform_titles
from voltward.exchange.ui.exports import answered, asked_format
from voltward.exchange.ui.uploads import frames_url, page_of
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_matching
from voltward.monitoring.store import StoreAway
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.uplink.links import Link
from voltward.uplink.owed import NO_TIME
from voltward.uplink.proof_queries import NAMES, Figures

SHOWN_DAYS: Final = 30
PAGE: Final = 50


@dataclass(frozen=True)
class Day:
    day: date
    figures: Figures
    share: str
    style: str
    url: str
    numbers: list[days.Number]


@dataclass(frozen=True)
class Strip:
    """A link's days, the oldest first; ``timeless``: frames whose vehicle told no moment."""

    link: Link
    title: str
    days: list[Day]
    total: Figures
    share: str
    timeless: Day | None


@needs("exchange.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    actor, last = actor_of(request), days.until_of(request)
    first = last - timedelta(days=SHOWN_DAYS - 1)
    links = selectors.links_visible(actor)
    context: dict[str, Any] = {
        "first": first, "last": last, "earlier": first - timedelta(days=1),
        "later": last + timedelta(days=SHOWN_DAYS) if last < days.today() else None,
        "links": links, "proving": proof_ports().proving(),
    }  # fmt: skip
    try:
        titles = platform_titles(actor)
        context["strips"] = [
            _strip(actor, link, titles.get(link.name, link.name), first, last) for link in links
        ]
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "exchange/reconciliation.html", context, status=503)
    return render(request, "exchange/reconciliation.html", context)


def _strip(actor: Person, link: Link, title: str, first: date, last: date) -> Strip:
    found = selectors.days_of_link(actor, link, first, last)
    timeless = selectors.days_of_link(actor, link, NO_TIME, NO_TIME).get(NO_TIME)
    shown = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    total = sum(found.values(), Figures())
    return Strip(
        link,
        title,
        [_day(link, day, found.get(day, Figures())) for day in shown],
        total,
        days.share_text(total),
        _day(link, NO_TIME, timeless) if timeless else None,
    )


def _day(link: Link, day: date, figures: Figures) -> Day:
    url = reverse("reconciliation-day", args=(link.name, day.isoformat()))
    return Day(
        day,
        figures,
        days.share_text(figures),
        days.share_style(figures),
        url,
        days.numbers(figures, f"{url}?having="),
    )


@needs("exchange.read")
@require_safe
def day_page(request: HttpRequest, name: str, day: str) -> HttpResponse:
    actor, on = actor_of(request), days.day_or_404(day)
    link = selectors.link_by_name(actor, name)
    having = request.GET.get("having", "")
    having = having if having in NAMES else ""
    vin = request.GET.get("vin", "").strip()[:17]
    only = vehicle_matching(actor, vin) if vin else None
    context: dict[str, Any] = {
        "link": link, "title": platform_titles(actor).get(name, name),
        "day": on, "timeless": on == NO_TIME, "having": having, "vin": vin,
        "outcomes": list(OUTCOME_TITLES.items()),
        "before": on - timedelta(days=1) if on > NO_TIME else None,
        "after": on + timedelta(days=1) if NO_TIME < on < days.today() else None,
    }  # fmt: skip
    try:
        if format := asked_format(request):
            return _file(actor, link, on, having, only, format)
        context |= _figures(actor, link, on)
        context |= _vehicles(request, actor, link, on, having, only)
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "exchange/reconciliation_day.html", context, status=503)
    return render(request, "exchange/reconciliation_day.html", context)


def _figures(actor: Person, link: Link, day: date) -> dict[str, Any]:
    figures, flags = selectors.day_of_link(actor, link, day)
    shown = _day(link, day, figures)
    return {
        "shown": shown,
        "flags": [(flag_text(link.edition, flag) or "—", count) for flag, count in flags.items()],
    }


def _vehicles(
    request: HttpRequest,
    actor: Person,
    link: Link,
    day: date,
    having: str,
    only: list[Vehicle] | None,
) -> dict[str, Any]:
    page = page_of(request)
    found = selectors.vehicles_of_day(
        actor, link, day, only=only, having=having, limit=PAGE, offset=PAGE * (page - 1)
    )
    rows = []
    for row in found.rows:
        vehicle = found.known.get(row.vehicle_id)
        url = frames_url(vehicle, link, day) if vehicle else ""
        rows.append(
            {
                "vehicle": vehicle,
                "id": f"{row.vehicle_id:016x}",
                "figures": row.figures,
                "share": days.share_text(row.figures),
                "url": url,
                "numbers": days.numbers(row.figures, f"{url}&outcome=" if url else ""),
            }
        )  # fmt: skip
    return {
        "rows": rows,
        "total": found.total,
        "page": page,
        "earlier_page": page - 1 if page > 1 else None,
        "later_page": page + 1 if page * PAGE < found.total else None,
    }


def _file(
    actor: Person, link: Link, day: date, having: str, only: list[Vehicle] | None, format: str
) -> HttpResponse:
    """The vehicles of the day that the page would list, all of them, as a file."""

    def rows(limit: int) -> tuple[list[list[str]], int]:
        found = selectors.vehicles_of_day(actor, link, day, only=only, having=having, limit=limit)
        lines = []
        for row in found.rows:
            vehicle = found.known.get(row.vehicle_id)
            figures = row.figures
            lines.append(
                [
                    vehicle.vin if vehicle else f"#{row.vehicle_id:016x}",
                    *(str(value) for value in (figures.received, figures.sent)),
                    *(str(getattr(figures, name)) for name in NAMES),
                    days.share_text(figures),
                ]
            )
        return lines, found.total

    head = [
        "VIN",
        _("应上传"),
        _("已发送"),
        *map(str, OUTCOME_TITLES.values()),
        _("接受率"),
    ]
    return answered(
        actor, f"reconciliation-{link.name}-{day}", format, head, rows,
        what="reconciliation.export", subject=f"{link.name} {day}", having=having,
    )  # fmt: skip
