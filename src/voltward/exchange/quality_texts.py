"""Numbers of data quality as people read them, and where an example leads."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from voltward.base.units import BEIJING
from voltward.exchange.models import QualityDay
from voltward.exchange.quality_rates import Rates
from voltward.exchange.quality_words import class_title

AROUND: timedelta = timedelta(minutes=5)
NOTHING = "—"


def share(value: float | None) -> str:
    """A share in %, with as many digits as tell something."""
    return NOTHING if value is None else f"{value:.2f} %"


def delay_text(rates: Rates) -> str:
    """In how many seconds 95 % of the real-time reports are there."""
    if not rates.realtime:
        return NOTHING
    bound = rates.delay_bound_s
    return _("超过 1 小时") if bound is None else f"≤ {bound} s"


def moment_of(row: QualityDay, second: int) -> datetime:
    """A second of a vehicle's day as an instant."""
    return datetime.combine(row.day, time(), BEIJING) + timedelta(seconds=second)


def history_url(row: QualityDay, second: int) -> str:
    """The vehicle's curves around a second of its day."""
    at = moment_of(row, second)
    begin, end = (int(one.timestamp() * 1000) for one in (at - AROUND, at + AROUND))
    query = urlencode({"from": begin, "to": end})
    return f"{reverse('vehicle-history', args=[row.vehicle.vin])}?{query}"


def errors_text(row: QualityDay, most: int = 3) -> str:
    """The errors of a day in words, those found most often first."""
    ordered = sorted(row.errors.items(), key=lambda pair: (-pair[1][0], pair[0]))
    words = [f"{class_title(code)} {found[0]}" for code, found in ordered[:most]]
    if len(ordered) > most:
        words.append(_("等 %(number)d 类") % {"number": len(ordered)})
    return "，".join(words)
