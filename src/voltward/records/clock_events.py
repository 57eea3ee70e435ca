"""What happens to clocks and matters to later rooms and to those who send notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ClockWarning:
    """A clock reached a point: told exactly once per point, inside the sweeper's transaction.

    ``news_id``: the ``ClockNews`` row that keeps it. ``point``: ``share_75``, ``before_60`` (minutes) or
    ``late``. ``roles``: codes of the roles to tell; ``owner_id``: who has it in hand, if anybody.
    """

    news_id: int
    clock_id: int
    maker_id: int
    point: str
    code: str
    title: str
    subject: str
    subject_text: str
    due_at: datetime
    reached_at: datetime
    roles: tuple[str, ...]
    owner_id: int | None
    unit_id: int | None

    @property
    def is_late(self) -> bool:
        return self.point == "late"
