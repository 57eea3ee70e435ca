"""Which span of time a page shows: a named range that ends now, or two instants of the reader's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RANGES = (
    ("10m", gettext_lazy("最近 10 分钟"), timedelta(minutes=10)),
    ("1h", gettext_lazy("最近 1 小时"), timedelta(hours=1)),
    ("1d", gettext_lazy("最近 24 小时"), timedelta(days=1)),
    ("7d", gettext_lazy("最近 7 天"), timedelta(days=7)),
    ("30d", gettext_lazy("最近 30 天"), timedelta(days=30)),
)
FREE = "free"
LONGEST = timedelta(days=400)
YEARS = range(2000, 2100)
_DIGITS = re.compile(r"[0-9]+")
AHEAD = timedelta(minutes=1)  # a vehicle whose clock runs a little fast is still seen


class BadRange(ValueError):
    """The span cannot be used; the text says why, in the page's language."""


@dataclass(frozen=True)
class Range:
    """From ``start`` up to ``stop``, both aware."""

    start: datetime
    stop: datetime
    name: str

    def context(self) -> dict[str, Any]:
        """What ``range.html`` needs."""
        named = [(value, title) for value, title, _ in RANGES]
        return {
            "ranges": [*named, (FREE, _("自选时段"))],
            "chosen": self.name,
            "start": _field(self.start) if self.name == FREE else "",
            "end": _field(self.stop) if self.name == FREE else "",
        }


def range_of(request: HttpRequest, default: str, longest: timedelta = LONGEST) -> Range:
    """The span that the query asks for: ``from``/``to`` in ms, ``start``/``end`` local, or ``range``.

    Raises:
        BadRange: two instants that make no span, or too long a one.
    """
    query = request.GET
    if _DIGITS.fullmatch(query.get("from", "")) and _DIGITS.fullmatch(query.get("to", "")):
        return _checked(_instant(query["from"]), _instant(query["to"]), longest)
    if query.get("range", FREE) == FREE and query.get("start"):
        end = _local(query, "end") if query.get("end") else datetime.now(UTC)
        return _checked(_local(query, "start"), end, longest)
    spans = {value: span for value, _, span in RANGES}
    name = query.get("range", default)
    name = name if name in spans else default
    stop = datetime.now(UTC) + AHEAD
    return Range(stop - spans[name] - AHEAD, stop, name)


def range_or_default(request: HttpRequest, default: str) -> tuple[Range, str]:
    """As ``range_of``; instead of a refusal the default, and in words why."""
    try:
        return range_of(request, default), ""
    except BadRange as refusal:
        plain = HttpRequest()
        return range_of(plain, default), str(refusal)


def day_until(instant: datetime) -> str:
    """The query for the 24 hours that end with ``instant``: the newest data of a silent vehicle."""
    stop = instant + timedelta(seconds=1)
    return urlencode(
        {"range": FREE, "start": _field(stop - timedelta(days=1)), "end": _field(stop)}
    )


def _checked(start: datetime | None, stop: datetime | None, longest: timedelta) -> Range:
    if start is None or stop is None or start >= stop:
        raise BadRange(_("时间范围无效：起应早于止。"))
    if stop - start > longest:
        raise BadRange(_("时间范围过长：最多 %(days)d 天。") % {"days": longest.days})
    return Range(start, stop, FREE)


def _instant(milliseconds: str) -> datetime | None:
    try:
        found = datetime.fromtimestamp(int(milliseconds[:16]) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return found if found.year in YEARS else None


def _local(query: QueryDict, name: str) -> datetime | None:
    try:
        found = parse_datetime(query.get(name, ""))
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _field(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M:%S")
