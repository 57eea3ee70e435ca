"""上传: a vehicle's days on every link, and the frames of one of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from voltward.exchange import proof_days as days
from voltward.exchange.proof_words import (
    OUTCOME_TITLES,
    flag_text,
    outcome_dot,
    outcome_title,
)
from voltward.exchange.selectors import proofs as selectors
from voltward.exchange.selectors.platforms import platform_titles
from voltward.exchange.ui.exports import answered, asked_format
from voltward.fleet.models import Vehicle
from voltward.monitoring.store import StoreAway
from voltward.monitoring.ui.actors import vehicle_of
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.uplink.links import Link
from voltward.uplink.proof_frames import ProvedFrame
from voltward.uplink.proof_queries import NAMES, Figures

SHOWN_DAYS: Final = 14
PAGE: Final = 200
LONGEST_PAGE: Final = 2000
STAMP: Final = "%Y-%m-%dT%H:%M:%S"


@needs("exchange.read")
@require_safe
def page(request: HttpRequest, vin: str) -> HttpResponse:
    vehicle, last = vehicle_of(request, vin), days.until_of(request)
    first = last - timedelta(days=SHOWN_DAYS - 1)
    context: dict[str, Any] = {
        "vehicle": vehicle, "first": first, "last": last, "earlier": first - timedelta(days=1),
        "later": last + timedelta(days=SHOWN_DAYS) if last < days.today() else None,
    }  # fmt: skip
    try:
        found = selectors.days_of_vehicle(actor_of(request), vehicle, first, last)
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "exchange/vehicle_upload.html", context, status=503)
    titles = platform_titles(actor_of(request))
    context["links"] = [
        (titles.get(link.name, link.name), _rows(vehicle, link, by_day)) for link, by_day in found
    ]
    return render(request, "exchange/vehicle_upload.html", context)


def _rows(vehicle: Vehicle, link: Link, by_day: dict[date, Figures]) -> list[dict[str, Any]]:
    rows = []
    for day in sorted(by_day, reverse=True):
        url = frames_url(vehicle, link, day)
        figures = by_day[day]
        numbers = days.numbers(figures, f"{url}&outcome=")
        rows.append(
            {"day": day, "figures": figures, "url": url, "numbers": numbers,
             "share": days.share_text(figures)}
        )  # fmt: skip
    return rows


def frames_url(vehicle: Vehicle, link: Link, day: date) -> str:
    query = urlencode({"link": link.name, "day": day.isoformat()})
    return f"{reverse('vehicle-upload-frames', args=(vehicle.vin,))}?{query}"


@needs("exchange.read")
@require_safe
def frames(request: HttpRequest, vin: str) -> HttpResponse:
    """The frames of a day on a link, those with one outcome or all."""
    actor, vehicle = actor_of(request), vehicle_of(request, vin)
    link = selectors.link_by_name(actor, request.GET.get("link", ""))
    day = days.day_or_404(request.GET.get("day", ""))
    outcome = request.GET.get("outcome", "")
    if outcome and outcome not in NAMES:
        raise Http404(outcome)
    page_number = page_of(request)
    context: dict[str, Any] = {
        "vehicle": vehicle, "link": link, "title": platform_titles(actor).get(link.name, link.name),
        "day": day, "outcome": outcome,
        "outcomes": list(OUTCOME_TITLES.items()), "page": page_number,
    }  # fmt: skip
    try:
        if format := asked_format(request):
            return _file(actor, vehicle, link, day, outcome, format)
        found, total = selectors.frames_of_vehicle(
            actor, vehicle, link, day, outcome=outcome, limit=PAGE, offset=PAGE * (page_number - 1)
        )
    except StoreAway:
        context["trouble"] = _("遥测存储暂不可用，请稍后再试。")
        return render(request, "exchange/vehicle_upload_frames.html", context, status=503)
    context |= {
        "frames": [_line(vehicle, link, frame) for frame in found],
        "total": total,
        "earlier_page": page_number - 1 if page_number > 1 else None,
        "later_page": page_number + 1 if page_number * PAGE < total else None,
    }
    return render(request, "exchange/vehicle_upload_frames.html", context)


def page_of(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), LONGEST_PAGE) if text.isascii() and text.isdecimal() else 1


def _line(vehicle: Vehicle, link: Link, frame: ProvedFrame) -> dict[str, Any]:
    at = timezone.localtime(frame.collected_at).strftime(STAMP)
    return {
        "frame": frame,
        "title": outcome_title(frame.outcome),
        "dot": outcome_dot(frame.outcome),
        "flag": flag_text(link.edition, frame.flag),
        "url": f"{reverse('missing-frame')}?{urlencode({'vin': vehicle.vin, 'at': at})}",
    }


def _file(
    actor: Person, vehicle: Vehicle, link: Link, day: date, outcome: str, format: str
) -> HttpResponse:
    def rows(limit: int) -> tuple[list[list[str]], int]:
        found, total = selectors.frames_of_vehicle(
            actor, vehicle, link, day, outcome=outcome, limit=limit
        )
        return [_cells(link, frame) for frame in found], total

    head = [
        _("采集时间"), _("接收时间"), _("结果"), _("应答标志"), _("发送次数"), _("发送时间"), _("应答时间"),
        _("未能表达的项"),
    ]  # fmt: skip
    return answered(
        actor, f"upload-{vehicle.vin}-{link.name}-{day}", format, head, rows,
        what="upload.export", subject=f"Vehicle:{vehicle.pk}", link=link.name, day=day.isoformat(),
    )  # fmt: skip


def _cells(link: Link, frame: ProvedFrame) -> list[str]:
    times = (frame.sent_at, frame.answered_at)
    received = frame.received_at
    return [
        timezone.localtime(frame.collected_at).isoformat(),
        timezone.localtime(received).isoformat() if received else "",
        outcome_title(frame.outcome),
        flag_text(link.edition, frame.flag),
        str(frame.tries),
        *(timezone.localtime(at).isoformat() if at else "" for at in times),
        str(frame.lost),
    ]
