"""Episodes of a vehicle drawn over time: a line for each rule, a bar for each episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from voltward.monitoring.models import Episode
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.texts import level_style
from voltward.pages.room import Text

WIDTH: Final = 1000  # of the drawing, in its own units
NARROWEST: Final = 4
MOST_RULES: Final = 12
SHORTEST: Final = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """``x``, ``width``: in units of the drawing; ``style``: ending of the class of its level."""

    x: int
    width: int
    style: str
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Line:
    title: Text
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Strip:
    """``lines``: the rules that were there last come first."""

    begins_at: datetime
    ends_at: datetime
    lines: list[Line]


def strip(episodes: Sequence[Episode], now: datetime | None = None) -> Strip | None:
    """The drawing of ``episodes``, newest first, up to now; None: there is nothing to draw."""
    if not episodes:
        return None
    ends_at = max(now or timezone.now(), episodes[0].opened_at)
    begins_at = min(episodes[-1].opened_at, ends_at - SHORTEST)
    span_s = (ends_at - begins_at).total_seconds()
    lines: dict[str, Line] = {}
    for one in episodes:
        if one.rule not in lines and len(lines) == MOST_RULES:
            continue
        line = lines.setdefault(one.rule, Line(rule_title(one.rule)))
        stop = min(one.cleared_at or ends_at, ends_at)
        x = round(WIDTH * (one.opened_at - begins_at).total_seconds() / span_s)
        width = round(WIDTH * (stop - one.opened_at).total_seconds() / span_s)
        width = min(max(width, NARROWEST), WIDTH)
        bar = Bar(
            min(x, WIDTH - width), width, level_style(one.level), one.opened_at, one.cleared_at
        )
        line.bars.append(bar)
    return Strip(begins_at, ends_at, list(lines.values()))
