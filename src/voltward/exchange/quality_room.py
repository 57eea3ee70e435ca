"""What data quality adds to the room: menu, tab, workbench, how a case is shown elsewhere, jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.exchange import quality_states as states
from voltward.exchange.models import QualityCase
from voltward.exchange.quality_words import class_title, model_text
from voltward.exchange.selectors.quality_cases import quality_case_by_id, quality_case_to_do
from voltward.exchange.services import quality_limits
from voltward.exchange.services.quality import quality_waiting_take
from voltward.exchange.services.quality_cases import HANDLE, quality_cases_watch
from voltward.exchange.ui.quality_lists import QUALITY_CASES, QUALITY_DAYS
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind, Tab, Task, TaskSource
from voltward.records.attachments import owners
from voltward.records.models import Person
from voltward.records.selectors import installation

READ: Final = "quality_data.read"
COUNTED: Final = 10_000
STEPS = (quality_limits,)  # naming it makes its second person known


def case_shown(actor: Person, key: str) -> Hit | None:
    """The case that audit rows and links name ``QualityCase:<key>``."""
    try:
        case = quality_case_by_id(actor, int(key)) if key.isdigit() and len(key) < 19 else None
    except NotFound:
        return None
    return None if case is None else Hit(str(case), case.get_state_display(), _url(case))


def tasks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_task(case) for case in quality_case_to_do(actor, owner=actor)[:limit]]


def tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    del scope  # a case belongs to whoever handles it, not to a unit
    return [_task(case) for case in quality_case_to_do(actor)[:limit]]


def tasks_count(actor: Person) -> int:
    return quality_case_to_do(actor, owner=actor).order_by()[:COUNTED].count()


def open_count(actor: Person) -> int:
    """Cases whose cause nobody knows yet."""
    return quality_case_to_do(actor).filter(state=states.OPEN).order_by()[:COUNTED].count()


def _task(case: QualityCase) -> Task:
    return Task(
        class_title(case.code),
        model_text(case.model_name),
        _url(case),
        owner=case.owner.display_name if case.owner else "",
        button=_("处理"),
        started_at=case.opened_at,
    )


def _url(case: QualityCase) -> str:
    return reverse("quality-case", args=[case.pk])


def _found(actor: Person, key: int) -> models.Model:
    return quality_case_by_id(actor, key)


def _take_waiting() -> int:
    return quality_waiting_take(installation())


owners.register(owners.Owner("QualityCase", READ, _found))
QUALITY_MENU = (
    MenuItem(_("监管对接"), _("数据质量"), "quality-data", "chart-dots", READ, 320),
    MenuItem(
        _("监管对接"), _("数据质量问题"), "quality-cases", "list-details", READ, 325, open_count
    ),
)
QUALITY_TABS = (Tab("vehicle", _("数据质量"), "vehicle-quality", READ, 55),)
QUALITY_SUBJECTS = (SubjectKind("QualityCase", _("数据质量问题"), READ, 40, case_shown),)
QUALITY_TASKS = (
    TaskSource("quality", _("数据质量问题"), HANDLE, 130, tasks_mine, tasks_count, tasks_wider),
)
QUALITY_JOBS = (
    Job("quality.waiting", 30.0, _take_waiting),
    Job("quality.cases", 3600.0, quality_cases_watch),
)
QUALITY_LISTS = (QUALITY_DAYS, QUALITY_CASES)
