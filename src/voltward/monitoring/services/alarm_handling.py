"""Taking alarms in hand: claim, assign, release, note, call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.monitoring import states
from voltward.monitoring.models import Alarm
from voltward.monitoring.selectors.alarm_records import alarm_locked, alarms_locked
from voltward.monitoring.services.alarm_clocks import (
    CALL_CODES,
    CLAIM_CODES,
    clocks_given,
    clocks_met,
)
from voltward.monitoring.services.alarm_steps import HANDLE, alarm_moved, shown, step_added
from voltward.records.actions import action, record
from voltward.records.models import Person
from voltward.records.selectors.recipients import grant_holders

WHOM: Final = ("driver", "owner", "outlet", "fire", "police", "other")
CALL_OUTCOMES: Final = ("reached", "no_answer", "refused", "wrong_number")


@action("alarm.claim", needs=HANDLE)
def alarm_claim(actor: Person, *, alarm_ids: Iterable[int]) -> list[Alarm]:
    """Take alarms in hand, all of them or none; one's own stay one's own.

    Raises:
        NotFound: one of them is not there, or another maker's.
        WrongState: somebody else has one, or it is not open to be claimed.
        BadInput: none, or too many.
    """
    alarms = alarms_locked(actor, alarm_ids)
    for alarm in alarms:
        is_free = alarm.state == states.NEW or alarm.owner is None  # what woke is anybody's again
        if not is_free and alarm.owner != actor:
            raise WrongState(f"alarm {alarm.pk} is in the hands of {alarm.owner}")
        _taken(actor, alarm, actor, "alarm.claim", "claim", "claimed")
    return alarms


@action("alarm.assign", needs=HANDLE)
def alarm_assign(actor: Person, *, alarm_ids: Iterable[int], person_id: int) -> list[Alarm]:
    """Give alarms to a colleague who handles alarms, or take them over oneself.

    Raises:
        NotFound: an alarm or person that is not there, another maker's, or one who handles no alarms.
        WrongState: one is not open to be given.
    """
    alarms = alarms_locked(actor, alarm_ids)
    handlers = grant_holders(actor.maker_id, HANDLE)
    person = next((one for one in handlers if one.pk == person_id), None)
    if person is None:
        raise NotFound(f"person {person_id} who handles alarms")
    for alarm in alarms:
        _taken(actor, alarm, person, "alarm.assign", "assign", "assigned")
    return alarms


def _taken(actor: Person, alarm: Alarm, owner: Person, name: str, step: str, kind: str) -> None:
    alarm_moved(
        actor, name, alarm, step=step, kind=kind, facts={"owner": owner.pk},
        owner=owner, claimed_at=alarm.claimed_at or timezone.now(), snoozed_until=None,
    )  # fmt: skip
    clocks_met(actor, alarm, CLAIM_CODES, proof=f"{name} · {owner.display_name}")
    clocks_given(actor, alarm, owner)


@action("alarm.release", needs=HANDLE)
def alarm_release(actor: Person, *, alarm_ids: Iterable[int]) -> list[Alarm]:
    """Put alarms back for anybody; one's own, or anybody's for who approves closings.

    Raises:
        NotFound: one of them is not there, or another maker's.
        NotPermitted: somebody else has it in hand.
        WrongState: nobody has it in hand.
    """
    alarms = alarms_locked(actor, alarm_ids)
    for alarm in alarms:
        if alarm.owner_id != actor.pk and "alarm.approve" not in actor.grants:
            raise NotPermitted(f"alarm {alarm.pk} is not in the hands of {actor.login}")
        facts = {"owner": alarm.owner_id}
        alarm_moved(
            actor, "alarm.release", alarm, step="release", kind="released", facts=facts, owner=None
        )
    return alarms


@action("alarm.note", needs=HANDLE)
def alarm_note(actor: Person, *, alarm_id: int, text: str) -> Alarm:
    """Write a line into the log of an alarm, also of one that is closed.

    Raises:
        NotFound: no such alarm, or another maker's.
        BadInput: nothing was written.
    """
    alarm = alarm_locked(actor, alarm_id)
    if not text.strip():
        raise BadInput("text: empty")
    step = step_added(actor, alarm, "noted", text=text)
    record(actor, "alarm.note", alarm, before={}, after={"text": step.text})
    return alarm


@action("alarm.called", needs=HANDLE)
def alarm_called(actor: Person, *, alarm_id: int, whom: str, outcome: str, text: str) -> Alarm:
    """Say that somebody was called; the first call, answered or not, ends the desk's call clock.

    ``whom``: of WHOM; ``outcome``: of CALL_OUTCOMES.

    Raises:
        NotFound: no such alarm, or another maker's.
        WrongState: it is closed or merged.
        BadInput: an unknown word.
    """
    alarm = alarm_locked(actor, alarm_id)
    if not alarm.is_open:
        raise WrongState(f"cannot call about an alarm that is {alarm.state}")
    for name, value, known in (("whom", whom, WHOM), ("outcome", outcome, CALL_OUTCOMES)):
        if value not in known:
            raise BadInput(f"{name}: {value[:20]}, expected one of {', '.join(known)}")
    before = shown(alarm)
    if alarm.called_at is None:
        alarm.called_at = timezone.now()
        alarm.save(update_fields=["called_at"])
    facts = {"whom": whom, "outcome": outcome}
    step_added(actor, alarm, "called", text=text, facts=facts)
    record(actor, "alarm.called", alarm, before=before, after={**facts, "text": text.strip()})
    clocks_met(actor, alarm, CALL_CODES, proof=f"alarm.called · {whom} · {outcome}")
    return alarm
