"""Until when a person is not to be called."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")  # the time zone of the pages, in which quiet hours are entered


def quiet_until(
    now: datetime, starts: time, ends: time, *, severity: int, passes_from: int
) -> datetime | None:
    """The end of the quiet hours that ``now`` lies in; None: call. Neither their end nor an empty span is quiet."""
    if severity >= passes_from or starts == ends:
        return None
    local = now.astimezone(ZONE)
    at = local.time()
    inside = starts <= at < ends if starts < ends else at >= starts or at < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if starts > ends and at >= starts else 0)
    return datetime.combine(day, ends, ZONE).astimezone(now.tzinfo)
