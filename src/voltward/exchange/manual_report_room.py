"""What manual reports add to the room: menu, workbench, how they are shown elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.exchange.manual_report_lists import MANUAL_REPORT_LISTS, vehicle_name
from voltward.exchange.models import ManualReport
from voltward.exchange.selectors.manual_reports import (
    manual_report_by_id,
    manual_reports_to_do,
)
from voltward.exchange.services.manual_reports_opening import HANDLE
from voltward.pages.room import Hit, MenuItem, SubjectKind, Task, TaskSource
from voltward.records.attachments import owners
from voltward.records.models import Person

__all__ = ["MANUAL_REPORT_LISTS"]
READ: Final = "exchange.read"
COUNTED: Final = 10_000


def manual_report_shown(actor: Person, key: str) -> Hit | None:
    """The manual report that audit rows and links name ``ManualReport:<key>``."""
    try:
        found = manual_report_by_id(actor, int(key)) if key.isdecimal() and len(key) < 19 else None
    except NotFound:
        return None
    return None if found is None else Hit(str(found), found.get_state_display(), _url(found))


def open_count(actor: Person) -> int:
    """What is to be reported, or to be looked at by a second person."""
    return manual_reports_to_do(actor).order_by()[:COUNTED].count()


def tasks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_task(one) for one in manual_reports_to_do(actor, but=actor)[:limit]]


def tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    del scope  # a report belongs to whoever is on duty, not to a unit
    return [_task(one) for one in manual_reports_to_do(actor)[:limit]]


def tasks_count(actor: Person) -> int:
    return manual_reports_to_do(actor, but=actor).order_by()[:COUNTED].count()


def _task(found: ManualReport) -> Task:
    return Task(
        str(_("热事件人工报告")),
        f"{vehicle_name(found)} · {found.platform.title}",
        _url(found),
        button=found.get_state_display(),
        started_at=found.opened_at,
    )


def _url(found: ManualReport) -> str:
    return reverse("manual-report", args=[found.pk])


def _found(actor: Person, key: int) -> models.Model:
    return manual_report_by_id(actor, key)


owners.register(owners.Owner("ManualReport", READ, _found))
MANUAL_REPORT_MENU = (
    MenuItem(_("监管对接"), _("人工报告"), "manual-reports", "file-text", READ, 306, open_count),
)
MANUAL_REPORT_SUBJECTS = (
    SubjectKind("ManualReport", _("人工报告"), READ, 77, manual_report_shown),
)
MANUAL_REPORT_TASKS = (
    TaskSource("manual_report", _("人工报告"), HANDLE, 55, tasks_mine, tasks_count, tasks_wider),
)
