"""What every step of an alarm does alike: the state, the log line, the audit row."""

from __future__ import annotations

from typing import Any

from voltward.findings.catalogue import rule_of
from voltward.monitoring import states
from voltward.monitoring.models import Alarm, AlarmStep
from voltward.records.actions import record
from voltward.records.models import Person

HANDLE = "alarm.handle"
LONGEST_TEXT = 500


def alarm_path(alarm: Alarm) -> str:
    """The address of an alarm's page."""
    return f"/alarms/{alarm.pk}/"


def subject_text(alarm: Alarm) -> str:
    """How clocks, tasks and approvals name an alarm."""
    rule = rule_of(alarm.rule)
    return f"#{alarm.pk} {rule.title_zh if rule else alarm.rule} · {alarm.vehicle.vin}"


def step_added(
    actor: Person,
    alarm: Alarm,
    kind: str,
    *,
    text: str = "",
    facts: dict[str, Any] | None = None,
) -> AlarmStep:
    """A line of the log; the platform's own steps have no person."""
    return AlarmStep.objects.create(
        maker_id=alarm.maker_id, alarm=alarm, kind=kind, person=actor if actor.maker_id else None,
        text=text.strip()[:LONGEST_TEXT], facts=facts or {},
    )  # fmt: skip


def alarm_moved(
    actor: Person,
    name: str,
    alarm: Alarm,
    *,
    step: str,
    kind: str,
    text: str = "",
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> Alarm:
    """Take one step of the state machine: state, ``changes``, log line and audit row of action ``name``.

    Raises:
        WrongState: the step does not follow.
    """
    before = shown(alarm)
    alarm.state = states.after(alarm.state, step)
    for field, value in changes.items():
        setattr(alarm, field, value)
    alarm.save(update_fields=["state", *changes])
    step_added(actor, alarm, kind, text=text, facts=facts)
    after = {**shown(alarm), **(facts or {})}
    if text.strip():
        after["text"] = text.strip()[:LONGEST_TEXT]
    record(actor, name, alarm, before=before, after=after, maker_id=alarm.maker_id)
    return alarm


def shown(alarm: Alarm) -> dict[str, Any]:
    """What audit rows keep of an alarm."""
    until = alarm.snoozed_until
    return {
        "state": alarm.state, "level": alarm.level, "rule": alarm.rule, "owner": alarm.owner_id,
        "snoozed_until": until.isoformat() if until else None, "verdict": alarm.verdict,
        "merged_into": alarm.merged_into_id,
    }  # fmt: skip
