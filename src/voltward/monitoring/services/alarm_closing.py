"""Closing alarms with a verdict: level 1 and 2 at once, graver ones by a second person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, WrongState
from voltward.monitoring import states
from voltward.monitoring.events import AlarmClosed
from voltward.monitoring.models import Alarm
from voltward.monitoring.models.alarms import GRAVE
from voltward.monitoring.selectors.alarm_records import alarms_locked
from voltward.monitoring.services.alarm_clocks import (
    CLAIM_CODES,
    REPORT,
    clocks_ended,
    clocks_met,
)
from voltward.monitoring.services.alarm_steps import alarm_moved, subject_text
from voltward.pages.room import Text
from voltward.records import approvals
from voltward.records.actions import action
from voltward.records.events import ApprovalDecided, ApprovalWithdrawn, listen, tell
from voltward.records.models import Approval, Person

LONGEST_CAUSE: Final = 300


@action("alarm.close", needs="alarm.close")
def alarm_close(
    actor: Person, *, alarm_ids: Iterable[int], verdict: str, cause: str
) -> list[Alarm]:
    """Close alarms, all with the same verdict; those of level 3 and above wait for one second person.

    Raises:
        NotFound: one of them is not there, or another maker's.
        WrongState: one is closed already or waits for its second person.
        BadInput: an unknown verdict, or no cause.
    """
    alarms = alarms_locked(actor, alarm_ids)
    if verdict not in dict(Alarm.VERDICTS):
        raise BadInput(f"verdict: {verdict[:20]}, known are {', '.join(dict(Alarm.VERDICTS))}")
    cause = cause.strip()
    if not cause or len(cause) > LONGEST_CAUSE:
        raise BadInput(f"cause: {len(cause)} characters, expected 1 to {LONGEST_CAUSE}")
    for alarm in alarms:
        if alarm.state == states.CLOSING:
            raise WrongState(f"alarm {alarm.pk} waits for its second person")
    grave = [alarm for alarm in alarms if alarm.level >= GRAVE]
    approval = _asked(actor, grave, verdict, cause) if grave else None
    for alarm in alarms:
        if alarm.level >= GRAVE:
            alarm_moved(
                actor, "alarm.close", alarm, step="propose_close", kind="proposed", text=cause,
                facts={"verdict": verdict}, owner=alarm.owner or actor, verdict=verdict,
                cause=cause, approval=approval, snoozed_until=None,
                claimed_at=alarm.claimed_at or timezone.now(),
            )  # fmt: skip
            clocks_met(actor, alarm, CLAIM_CODES, proof=f"alarm.close · {actor.display_name}")
        else:
            alarm_closed(actor, "alarm.close", alarm, by=actor, verdict=verdict, cause=cause)
    return alarms


def alarm_closed(
    actor: Person, name: str, alarm: Alarm, *, by: Person | None, verdict: str, cause: str,
    facts: dict[str, Any] | None = None, **changes: Any,
) -> None:  # fmt: skip
    """End an alarm inside action ``name``; ``by``: whose verdict it is, None: a rule's."""
    alarm_moved(
        actor, name, alarm, step="close", kind="closed", text=cause,
        facts={"verdict": verdict, **(facts or {})}, verdict=verdict, cause=cause, closed_by=by,
        closed_at=timezone.now(), snoozed_until=None, **changes,
    )  # fmt: skip
    if alarm.level >= GRAVE:  # others have no clocks of the desk
        proof = f"{name} · {verdict}"
        clocks_met(actor, alarm, (*CLAIM_CODES, REPORT), proof=proof)
        clocks_ended(actor, alarm, reason=proof)
    tell(actor, AlarmClosed(alarm))


def _asked(actor: Person, alarms: Sequence[Alarm], verdict: str, cause: str) -> Approval:
    title = subject_text(alarms[0])
    if len(alarms) > 1:
        title = f"{title} (+{len(alarms) - 1})"
    payload = {
        "alarms": [[alarm.pk, alarm.level] for alarm in alarms], "verdict": verdict, "cause": cause,
    }  # fmt: skip
    return approvals.opened(actor, CLOSING, title=title, payload=payload, reason=cause)


def _apply(decider: Person, approval: Approval) -> list[Alarm]:
    return _alarm_close_approve(decider, approval=approval)


@action("alarm.close_approve", needs="alarm.approve")
def _alarm_close_approve(actor: Person, *, approval: Approval) -> list[Alarm]:
    """
    Raises:
        WrongState: one of them got worse since, or no longer waits for this approval.
    """
    levels = dict(approval.payload["alarms"])
    alarms = alarms_locked(actor, levels)
    for alarm in alarms:
        if alarm.state != states.CLOSING or alarm.approval_id != approval.pk:
            raise WrongState(f"alarm {alarm.pk} does not wait for approval {approval.pk}")
        if alarm.level > levels[alarm.pk]:
            raise WrongState(f"alarm {alarm.pk} got worse since its verdict: level {alarm.level}")
        alarm_closed(
            actor, "alarm.close_approve", alarm, by=approval.asked_by,
            verdict=approval.payload["verdict"], cause=approval.payload["cause"],
            facts={"second": actor.pk},
        )  # fmt: skip
    return alarms


@action("alarm.close_refuse", needs="account.own")
def _alarm_close_refuse(actor: Person, *, approval: Approval) -> None:
    """The verdict was refused or taken back: the alarms are their owners' again."""
    for alarm in alarms_locked(actor, dict(approval.payload["alarms"])):
        if alarm.state == states.CLOSING and alarm.approval_id == approval.pk:
            alarm_moved(
                actor, "alarm.close_refuse", alarm, step="refuse_close", kind="refused",
                text=approval.note, verdict="", cause="", approval=None,
            )  # fmt: skip


@listen(ApprovalDecided)
def _decided(actor: Person, event: ApprovalDecided) -> None:
    if event.approval.kind == CLOSING.code and event.approval.state == "refused":
        _alarm_close_refuse(actor, approval=event.approval)


@listen(ApprovalWithdrawn)
def _withdrawn(actor: Person, event: ApprovalWithdrawn) -> None:
    if event.approval.kind == CLOSING.code:
        _alarm_close_refuse(actor, approval=event.approval)


def _shown(approval: Approval) -> list[tuple[Text, str]]:
    """The alarms, and the verdict on them."""
    given = approval.payload
    named = Alarm.objects.filter(maker=approval.maker_id, pk__in=dict(given["alarms"]))
    rows = named.select_related("vehicle").order_by("-level", "pk")[:SHOWN]
    levels = dict(Alarm._meta.get_field("level").choices)  # type: ignore[arg-type] # has choices
    parts: list[tuple[Text, str]] = [
        (_("告警"), f"#{row.pk} {row.rule} · {levels[row.level]} · {row.vehicle.vin}")
        for row in rows
    ]
    if (more := len(given["alarms"]) - SHOWN) > 0:
        parts.append((_("告警"), f"+{more}"))
    verdict = dict(Alarm.VERDICTS)[given["verdict"]]
    return [*parts, (_("结论"), str(verdict)), (_("原因"), given["cause"])]


SHOWN: Final = 20
CLOSING = approvals.register(
    approvals.Kind("alarm.close", _("告警关闭复核"), "alarm.approve", _apply, _shown)
)
