"""Takes notices that nobody acknowledged in time to the next step of their chain."""

from __future__ import annotations

from django.db import transaction

from voltward.records.models import Notice
from voltward.records.notice_ports import now
from voltward.records.services.notice_plan import step_begun

BATCH = 100


def notices_escalate() -> int:
    """Begin the next step of every notice whose wait is over; gives how many. Safe to kill anywhere."""
    done = 0
    while True:
        with transaction.atomic():
            due = Notice.objects.filter(acknowledged_at=None, step_due_at__lte=now())
            locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("chain")
            notices = list(locked.order_by("-severity", "step_due_at")[:BATCH])
            for notice in notices:
                step_begun(notice, notice.step + 1, now())
        done += len(notices)
        if len(notices) < BATCH:
            return done
