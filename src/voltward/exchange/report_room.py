"""What reports and feedback add to the room: menu, workbench, how they are shown elsewhere, a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.exchange.models import FeedbackReceived
from voltward.exchange.report_lists import REPORT_LISTS, items_text
from voltward.exchange.selectors.reports import (
    feedback_by_id,
    feedback_to_do,
    report_by_id,
)
from voltward.exchange.services import reports
from voltward.exchange.services.feedback import HANDLE
from voltward.exchange.services.report_watch import report_watch_look
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind, Task, TaskSource
from voltward.records.attachments import owners
from voltward.records.models import Person
from voltward.uplink.reports import FEEDBACK

__all__ = ["REPORT_LISTS"]
READ: Final = "exchange.read"
COUNTED: Final = 10_000
STEPS = (reports,)  # naming it makes it hear of alarms


def report_shown(actor: Person, key: str) -> Hit | None:
    """The report that audit rows name ``ReportDue:<key>``."""
    try:
        found = report_by_id(actor, int(key)) if key.isdecimal() and len(key) < 19 else None
    except NotFound:
        return None
    if found is None:
        return None
    return Hit(str(found), found.get_state_display(), reverse("report", args=[found.pk]))


def feedback_shown(actor: Person, key: str) -> Hit | None:
    """The feedback that audit rows and links name ``FeedbackReceived:<key>``."""
    try:
        found = feedback_by_id(actor, int(key)) if key.isdecimal() and len(key) < 19 else None
    except NotFound:
        return None
    return None if found is None else Hit(str(found), found.get_state_display(), _url(found))


def open_count(actor: Person) -> int:
    """Feedback without a verdict."""
    return feedback_to_do(actor).order_by()[:COUNTED].count()


def tasks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_task(one) for one in feedback_to_do(actor, actor)[:limit]]


def tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    del scope  # feedback belongs to whoever handles it, not to a unit
    return [_task(one) for one in feedback_to_do(actor)[:limit]]


def tasks_count(actor: Person) -> int:
    return feedback_to_do(actor, actor).order_by()[:COUNTED].count()


def _task(found: FeedbackReceived) -> Task:
    return Task(
        items_text(FEEDBACK, found.body) or str(_("平台隐患反馈")),
        f"{found.vin} · {found.platform.title}",
        _url(found),
        owner=found.owner.display_name if found.owner else "",
        button=_("处理"),
        started_at=found.received_at,
    )


def _url(found: FeedbackReceived) -> str:
    return reverse("feedback", args=[found.pk])


def _found(actor: Person, key: int) -> models.Model:
    return feedback_by_id(actor, key)


owners.register(owners.Owner("FeedbackReceived", READ, _found))
REPORT_MENU = (
    MenuItem(_("监管对接"), _("监管报文"), "reports", "arrow-up-right", READ, 305),
    MenuItem(
        _("监管对接"), _("平台隐患反馈"), "feedbacks", "list-details", HANDLE, 307, open_count
    ),
)
REPORT_SUBJECTS = (
    SubjectKind("ReportDue", _("监管报文"), READ, 72, report_shown),
    SubjectKind("FeedbackReceived", _("平台隐患反馈"), READ, 73, feedback_shown),
)
REPORT_TASKS = (
    TaskSource("feedback", _("平台隐患反馈"), HANDLE, 60, tasks_mine, tasks_count, tasks_wider),
)
REPORT_JOBS = (Job("exchange.report-watch", 300.0, report_watch_look),)
