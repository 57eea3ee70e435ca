"""What the watch queues add to the room: menu, workbench, how a case is shown elsewhere, the round."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound
from voltward.monitoring import watch_states
from voltward.monitoring.models import WatchCase
from voltward.monitoring.ports import ports
from voltward.monitoring.selectors import hand_over_watch
from voltward.monitoring.selectors.watch import case_by_id, case_to_do
from voltward.monitoring.services.watch_rounds import office_round, store_round
from voltward.pages.room import Hit, Job, MenuItem, SubjectKind, Task, TaskSource
from voltward.records.attachments import owners
from voltward.records.models import Person
from voltward.records.working_time import end_of

READ: Final = "watch.read"
HANDLE: Final = "watch.handle"
COUNTED: Final = 10_000
EVERY_S: Final = 3600.0
TRIED_S: Final = 60.0  # so soon again while a round fails, as before the store is there


def when_due(round_: Callable[[], int], every_s: Callable[[], float]) -> Callable[[], int]:
    """``round_`` again ``every_s`` after it last ended well; one that fails is tried again at once."""
    next_s = float("-inf")

    def run() -> int:
        nonlocal next_s
        if time.monotonic() < next_s:
            return 0
        done = round_()
        next_s = time.monotonic() + every_s()
        return done

    return run


def every_s() -> float:
    """A demo shows at the next try what its vehicles have sent."""
    return 0.0 if ports().fire_again is not None else EVERY_S


def case_shown(actor: Person, key: str) -> Hit | None:
    """The case that audit rows and links name ``WatchCase:<key>``."""
    try:
        case = case_by_id(actor, int(key)) if key.isdigit() and len(key) < 19 else None
    except NotFound:
        return None
    return None if case is None else Hit(str(case), case.get_state_display(), _url(case))


def tasks_mine(actor: Person, limit: int) -> Sequence[Task]:
    return [_task(case) for case in case_to_do(actor, owner=actor)[:limit]]


def tasks_wider(actor: Person, scope: str, limit: int) -> Sequence[Task]:
    del scope  # a queue belongs to whoever handles it, not to a unit
    return [_task(case) for case in case_to_do(actor)[:limit]]


def tasks_count(actor: Person) -> int:
    return case_to_do(actor, owner=actor).order_by()[:COUNTED].count()


def waiting_count(actor: Person) -> int:
    """Cases that nobody has yet."""
    return case_to_do(actor).filter(state=watch_states.OPEN).order_by()[:COUNTED].count()


def _task(case: WatchCase) -> Task:
    return Task(
        case.get_queue_display(),
        case.name,
        _url(case),
        due_at=end_of(case.recheck_on) if case.recheck_on else None,
        owner=case.owner.display_name if case.owner else "",
        button=_("跟踪"),
        started_at=case.opened_at,
    )


def _url(case: WatchCase) -> str:
    return reverse("watch-case", args=[case.pk])


def _found(actor: Person, key: int) -> models.Model:
    return case_by_id(actor, key)


HANDED = hand_over_watch.watch_handed  # naming it puts it into every hand-over
owners.register(owners.Owner("WatchCase", READ, _found))
WATCH_MENU = (
    MenuItem(_("运行监测"), _("关注队列"), "watch", "eye", READ, 110, waiting_count),
    MenuItem(_("运行监测"), _("关注限值"), "watch-limits", "adjustments", READ, 115),
)
WATCH_SUBJECTS = (SubjectKind("WatchCase", _("关注事项"), READ, 30, case_shown),)
WATCH_TASKS = (
    TaskSource("watch", _("关注事项"), HANDLE, 120, tasks_mine, tasks_count, tasks_wider),
)
WATCH_JOBS = (
    Job("monitoring.watch-office", TRIED_S, when_due(office_round, every_s)),
    Job("monitoring.watch", TRIED_S, when_due(store_round, every_s)),
)
