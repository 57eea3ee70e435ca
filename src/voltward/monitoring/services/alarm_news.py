"""What follows from steps of alarms by itself: waking, the desk's clocks, owners' advice, webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from voltward.base.right_of_way import FINDINGS
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep, StepWaiting
from voltward.monitoring.services.advice import owner_advise
from voltward.monitoring.services.alarm_aside import alarm_wake
from voltward.monitoring.services.alarm_clocks import alarm_clocks_start
from voltward.monitoring.services.webhooks import alarm_told
from voltward.records.models import Person
from voltward.records.selectors import installation

BATCH: Final = 500
AGAIN: Final = timedelta(minutes=1)  # after a step whose news failed
ADVISED: Final = frozenset({"opened", "again", "worse"})
_log = structlog.get_logger("voltward.alarms")


def alarm_news_work() -> int:
    """Work off the steps that wait, each in a transaction of its own; gives how many.

    One that fails waits a minute and holds up no other.

    Raises:
        Exception: the first failure, once every other step was tried.
    """
    actor, done = installation(), 0
    failures: list[Exception] = []
    due = StepWaiting.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
    for step_id in list(due.values_list("pk", flat=True)[:BATCH]):
        FINDINGS.give()
        try:
            done += _worked(actor, step_id)
        except Exception as error:  # the others must be told of all the same
            _log.error("news of an alarm failed", step=step_id, error=str(error))
            StepWaiting.objects.filter(pk=step_id).update(due_at=timezone.now() + AGAIN)
            failures.append(error)
    if failures:
        raise failures[0]
    return done


def _worked(actor: Person, step_id: int) -> bool:
    with transaction.atomic():
        waiting = StepWaiting.objects.select_for_update(skip_locked=True).filter(pk=step_id).first()
        if waiting is None:
            return False
        step = AlarmStep.objects.get(pk=step_id)
        named = Alarm.objects.select_related("vehicle", "maker")
        alarm = named.select_for_update(of=("self",)).get(pk=step.alarm_id)
        if step.kind in ADVISED and alarm.is_open:
            if step.kind == "worse" and alarm.state == states.SNOOZED:
                alarm_wake(actor, alarm=alarm)
            alarm_clocks_start(actor, alarm)
            owner_advise(actor, alarm=alarm)
        alarm_told(alarm, step)
        waiting.delete()
    return True
