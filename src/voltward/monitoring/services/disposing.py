"""The job that disposes of floods: what an approved rule says, with alarms of level 1 and 2 nobody has.

The oldest rule that fits goes first. Each alarm is closed or put aside in a transaction of its own, with
its log line, its audit row and the name of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from voltward.monitoring import states
from voltward.monitoring.models import Alarm, DispositionRule
from voltward.monitoring.models.desk import HIGHEST_DISPOSED
from voltward.monitoring.services.alarm_closing import alarm_closed
from voltward.monitoring.services.alarm_steps import alarm_moved, step_added
from voltward.records.actions import action
from voltward.records.models import Person
from voltward.records.selectors import installation
from voltward.records.working_time import beijing_day

BATCH: Final = 500
DAY: Final = timedelta(hours=24)


def dispositions_apply() -> int:
    """Work off what rules in force say, of every maker; gives how many alarms were disposed of."""
    actor, done = installation(), 0
    for rule in dispositions_in_force():
        for alarm_id in list(_fitting(rule).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            done += _disposed(actor, rule, alarm_id)
    return done


def dispositions_in_force() -> QuerySet[DispositionRule]:
    """The approved rules of today, of every maker, the oldest first."""
    today = beijing_day(timezone.now())
    rows = DispositionRule.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=today),
        state="approved",
        effective_from__lte=today,
    )
    return rows.order_by("maker", "pk")


def _disposed(actor: Person, rule: DispositionRule, alarm_id: int) -> bool:
    """False: somebody has it in hand meanwhile, or it got worse."""
    with transaction.atomic():
        rows = _of_rule(rule).filter(pk=alarm_id).select_related("vehicle")
        alarm = rows.select_for_update(of=("self",), skip_locked=True).first()
        if alarm is None:
            return False
        _alarm_dispose(actor, alarm=alarm, rule=rule)
    return True


@action("alarm.dispose", needs="alarm.dispose")
def _alarm_dispose(actor: Person, *, alarm: Alarm, rule: DispositionRule) -> None:
    facts = {"disposition": rule.pk, "title": rule.title}
    if rule.deed == "close":
        step_added(actor, alarm, "disposed", text=rule.title, facts=facts)
        alarm_closed(
            actor, "alarm.dispose", alarm, by=None, verdict=rule.verdict, cause=rule.cause,
            facts=facts, disposed_by_rule=rule.title,
        )  # fmt: skip
        return
    until = timezone.now() + timedelta(hours=rule.silence_h or 0)
    alarm_moved(
        actor, "alarm.dispose", alarm, step="snooze", kind="disposed", text=rule.title,
        facts={**facts, "until": until.isoformat()}, snoozed_until=until,
        disposed_by_rule=rule.title,
    )  # fmt: skip


def _of_rule(rule: DispositionRule) -> QuerySet[Alarm]:
    """Alarms the rule may touch at all: level 1 or 2, nobody's, and not what it silenced before."""
    rows = Alarm.objects.filter(
        maker=rule.maker_id, state=states.NEW, level__gte=1, level__lte=HIGHEST_DISPOSED
    )
    if rule.rule:
        rows = rows.filter(rule=rule.rule)
    if rule.level is not None:
        rows = rows.filter(level=rule.level)
    if rule.deed == "silence":  # once; when it wakes somebody looks
        rows = rows.exclude(disposed_by_rule=rule.title)
    return rows


def _fitting(rule: DispositionRule) -> QuerySet[Alarm]:
    rows = _of_rule(rule)
    if rule.condition == "self_cleared":
        within = timedelta(minutes=rule.amount or 0)
        return rows.filter(cleared_at__lte=F("opened_at") + within)
    if rule.condition == "in_workshop":
        in_workshop = Alarm.objects.filter(maker=rule.maker_id, state=states.WORKSHOP)
        return rows.filter(vehicle__in=in_workshop.values("vehicle"))
    return rows.filter(_alike(_crowds(rule)))


def _crowds(rule: DispositionRule) -> Iterable[tuple[str, str]]:
    """Rule and vehicle model of which more than ``amount`` alarms came within the last 24 h."""
    rows = Alarm.objects.filter(maker=rule.maker_id, received_at__gt=timezone.now() - DAY)
    rows = rows.filter(level__lte=HIGHEST_DISPOSED, rule=rule.rule) if rule.rule else rows
    groups = rows.order_by().values_list("rule", "vehicle__model_name").annotate(number=Count("pk"))
    return [(code, model) for code, model, number in groups if number > (rule.amount or 0)]


def _alike(crowds: Iterable[tuple[str, str]]) -> Q:
    found = Q(pk__in=[])
    for code, model in crowds:
        found |= Q(rule=code, vehicle__model_name=model)
    return found
