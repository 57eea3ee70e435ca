"""Tells people that the watchdog itself stands: the one thing it cannot page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from voltward.monitoring import duty_notices as notices
from voltward.records.actions import action, record
from voltward.records.models import Maker, Person
from voltward.records.roles import SAFETY_HEAD, SYSTEM_ADMIN
from voltward.records.selectors import installation
from voltward.records.selectors.recipients import ToRole
from voltward.records.services.notices import notice_send

RUN: Final = "duty.run"


def watchdog_silent_tell(since_at: datetime) -> int:
    """Tell the people of every maker, once in the window of the notice's kind; gives how many makers."""
    makers = list(Maker.objects.order_by("pk"))
    for maker in makers:
        _tell(installation(), maker=maker, since_at=since_at)
    return len(makers)


@action("watchdog.tell", needs=RUN)
def _tell(actor: Person, *, maker: Maker, since_at: datetime) -> None:
    notice_send(
        actor, kind=notices.WATCHDOG_SILENT.code, maker=maker, path="/platform/availability/",
        to=[ToRole(SYSTEM_ADMIN), ToRole(SAFETY_HEAD)], dedup_key="watchdog",
        values={"since_at": since_at.isoformat()},
    )  # fmt: skip
    after = {"since_at": since_at.isoformat()}
    record(actor, "watchdog.tell", maker, before={}, after=after, maker_id=maker.pk)
