"""Days in addresses of the pages of uploads, and rows of figures as cells that lead further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date

from voltward.base.units import BEIJING
from voltward.exchange.proof_words import OUTCOME_TITLES
from voltward.pages.room import Text
from voltward.uplink.owed import NO_TIME
from voltward.uplink.proof_queries import NAMES, Figures

RECEIVED, SENT = "received", "sent"
PERFECT, GOOD = 1.0, 0.95  # from where on a day of a strip is drawn fuller


@dataclass(frozen=True)
class Number:
    """``url``: the rows behind it; empty: there are none."""

    name: str
    title: Text
    value: int
    url: str


def today() -> date:
    return datetime.now(BEIJING).date()


def day_or_404(text: str) -> date:
    """
    Raises:
        Http404: no such day.
    """
    found = day_of(text)
    if found is None:
        raise Http404(text)
    return found


def day_of(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found is not None and NO_TIME <= found < date(2100, 1, 1) else None


def until_of(request: HttpRequest) -> date:
    """The last day a page shows; today where the query names none."""
    return min(day_of(request.GET.get("until", "")) or today(), today())


def numbers(figures: Figures, prefix: str) -> list[Number]:
    """Every outcome with the address of its rows: ``prefix`` and the outcome's name.

    Without a prefix, or where there are none, a number leads nowhere.
    """
    return [
        Number(name, OUTCOME_TITLES[name], value, f"{prefix}{name}" if prefix and value else "")
        for name in NAMES
        for value in (getattr(figures, name),)
    ]


def share_text(figures: Figures) -> str:
    """Of what was received the share accepted, cut so that 100 says all; empty: nothing came."""
    share = figures.accepted_share
    return "" if share is None else f"{int(share * 1000) / 10:g}"


def share_style(figures: Figures) -> str:
    """How full a day of the strip is drawn."""
    share = figures.accepted_share
    if share is None:
        return "none"
    return "all" if share >= PERFECT else "most" if share >= GOOD else "few"
