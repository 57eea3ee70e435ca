"""Every write of people to the cases of the watch queues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted
from voltward.monitoring import watch_states
from voltward.monitoring.models import ContactAttempt, WatchCase, WatchStep
from voltward.monitoring.models.watch import DENSE_PARKING, MODEL_SHARE
from voltward.monitoring.selectors.watch import case_locked
from voltward.monitoring.services.watch_reviews import REVIEW
from voltward.monitoring.watch_events import WatchCaseClosed
from voltward.records import days
from voltward.records.actions import action, label, record
from voltward.records.clock_states import GOING as CLOCK_GOING
from voltward.records.events import tell
from voltward.records.models import Clock, Person
from voltward.records.selectors.deadlines import work_calendar
from voltward.records.selectors.own_units import person_assignable_by_id
from voltward.records.services.clocks import clock_start, clock_stop
from voltward.records.working_time import BEIJING, before_working_days, end_of

HANDLE: Final = "watch.handle"
RECHECK: Final = "watch_recheck"
LONGEST_RECHECK: Final = timedelta(days=366)
CLOCK_SKEW: Final = timedelta(minutes=5)


@action("watch.assign", needs=HANDLE)
def watch_assign(actor: Person, *, case_id: int, owner_id: int, reason: str = "") -> WatchCase:
    """Give a case to somebody, oneself included. Taking it out of another's hands needs a reason.

    Raises:
        NotFound: no such case or person of the actor's maker.
        WrongState: the case is closed.
        BadInput: somebody else has it and no reason is given.
    """
    case = case_locked(actor, case_id)
    state = watch_states.after(case.state, "assign")
    owner = person_assignable_by_id(actor, owner_id)
    if case.owner_id not in (None, actor.pk, owner.pk) and not reason.strip():
        raise BadInput("reason: empty; somebody else has this case in hand")
    before = _shown(case)
    case.state, case.owner = state, owner
    case.save(update_fields=["state", "owner"])
    _step(actor, case, "assigned", " · ".join(filter(None, (owner.display_name, reason.strip()))))
    record(
        actor, "watch.assign", case, before=before, after={**_shown(case), "reason": reason.strip()}
    )
    return case


@action("watch.contact", needs=HANDLE)
def watch_contact(
    actor: Person, *, case_id: int, at: datetime, reached: str, outcome: str, note: str = ""
) -> ContactAttempt:
    """Note an attempt to reach somebody about a case; a case that nobody has is then the actor's.

    Raises:
        NotFound: no such case, or another maker's.
        WrongState: the case is closed.
        BadInput: an instant without zone or ahead of now, or a word that is not known.
    """
    case = case_locked(actor, case_id)
    state = watch_states.after(case.state, "contact")
    if at.tzinfo is None or at > timezone.now() + CLOCK_SKEW:
        raise BadInput(f"at: {at.isoformat()}; an instant that has passed is expected")
    if reached not in dict(ContactAttempt.WHOM) or outcome not in dict(ContactAttempt.OUTCOMES):
        raise BadInput("outcome: a known party and outcome are expected")
    before = _shown(case)
    case.state, case.owner = state, case.owner or actor
    case.save(update_fields=["state", "owner"])
    attempt = ContactAttempt.objects.create(
        maker=case.maker, case=case, person=actor, at=at, reached=reached, outcome=outcome,
        note=note.strip()[:500],
    )  # fmt: skip
    _step(
        actor,
        case,
        "contacted",
        f"{attempt.get_reached_display()} · {attempt.get_outcome_display()}",
    )
    after = {**_shown(case), "attempt": attempt.pk, "reached": reached, "outcome": outcome}
    record(actor, "watch.contact", case, before=before, after=after)
    return attempt


@action("watch.note", needs=HANDLE)
def watch_note(actor: Person, *, case_id: int, text: str) -> WatchStep:
    """Add a line to a case's log, a closed one's too.

    Raises:
        NotFound: no such case, or another maker's.
        BadInput: no text.
    """
    case = case_locked(actor, case_id)
    if not text.strip():
        raise BadInput("text: empty")
    step = _step(actor, case, "noted", text)
    record(actor, "watch.note", case, before={}, after={"step": step.pk})
    return step


@action("watch.place", needs=HANDLE)
def watch_place(actor: Person, *, case_id: int, contact: str) -> WatchCase:
    """Whom to ask about the place where a group stands: a company and its duty telephone.

    Raises:
        NotFound: no such case, or another maker's.
        BadInput: the case is none of a group.
    """
    case = case_locked(actor, case_id)
    if case.queue != DENSE_PARKING:
        raise BadInput(f"case {case_id}: not of a group")
    before = {"place_contact": case.place_contact}
    case.place_contact = contact.strip()[:200]
    case.save(update_fields=["place_contact"])
    _step(actor, case, "place", case.place_contact)
    record(actor, "watch.place", case, before=before, after={"place_contact": case.place_contact})
    return case


@action("watch.recheck", needs=HANDLE)
def watch_recheck(actor: Person, *, case_id: int, on: date, reason: str) -> WatchCase:
    """Agree on a day to look at a case again; its clock runs until the end of that day.

    Raises:
        NotFound: no such case, or another maker's; or the clock's rule is gone.
        WrongState: the case is closed, or the clock's rule is switched off.
        BadInput: a day that is not in the coming year, or no reason.
    """
    case = case_locked(actor, case_id)
    state = watch_states.after(case.state, "recheck")
    if not days.today() < on <= days.today() + LONGEST_RECHECK:
        raise BadInput(f"on: {on}; a day of the coming year is expected")
    if not reason.strip():
        raise BadInput("reason: empty; say what is waited for")
    before = _shown(case)
    _clocks_ended(actor, case, met=False, why=reason)
    case.state, case.recheck_on, case.owner = state, on, case.owner or actor
    case.save(update_fields=["state", "recheck_on", "owner"])
    _step(actor, case, "recheck", f"{on.isoformat()} · {reason.strip()}")
    started = Clock.objects.filter(maker=case.maker_id, subject=label(case), code=RECHECK).count()
    clock_start(
        actor, code=RECHECK, subject=case, subject_text=str(case), event=reason,
        started_at=_event(case.maker_id, on), event_key=f"{on.isoformat()}#{started}",
        url=f"/watch/{case.pk}/", owner=case.owner,
    )  # fmt: skip
    after = {**_shown(case), "reason": reason.strip()}
    record(actor, "watch.recheck", case, before=before, after=after)
    return case


@action("watch.close", needs="watch.close")
def watch_close(actor: Person, *, case_id: int, verdict: str, text: str) -> WatchCase:
    """Give the verdict, with what it rests on. There is no other way to close a case.

    Raises:
        NotFound: no such case, or another maker's.
        NotPermitted: a case of a model, which is reviewed (``watch_review``).
        WrongState: it is closed already.
        BadInput: a verdict that does not fit, or nothing that it rests on.
    """
    case = case_locked(actor, case_id)
    if case.queue == MODEL_SHARE:
        raise NotPermitted(f"watch case {case_id}: of a model, needs {REVIEW}")
    return _closed(actor, "watch.close", case, verdict, text)


@action("watch.review", needs=REVIEW)
def watch_review(actor: Person, *, case_id: int, verdict: str, text: str) -> WatchCase:
    """Give the verdict on a model's batch, with what it rests on: the only way to close such a case.

    Raises:
        NotFound: no such case, or another maker's; or one that is not of a model.
        WrongState: it is closed already.
        BadInput: a verdict that does not fit, or nothing that it rests on.
    """
    case = case_locked(actor, case_id)
    if case.queue != MODEL_SHARE:
        raise NotFound(f"watch case {case_id}: not of a model")
    return _closed(actor, "watch.review", case, verdict, text)


def _closed(actor: Person, name: str, case: WatchCase, verdict: str, text: str) -> WatchCase:
    state = watch_states.after(case.state, "close")
    if verdict not in dict(WatchCase.verdicts(case.queue)) or not text.strip():
        raise BadInput("verdict: one of the known, with what it rests on, is expected")
    before = _shown(case)
    case.state, case.verdict, case.verdict_text = state, verdict, text.strip()[:1000]
    case.closed_by, case.closed_at = actor, timezone.now()
    case.save(update_fields=["state", "verdict", "verdict_text", "closed_by", "closed_at"])
    _clocks_ended(actor, case, met=True, why=case.verdict_text)
    _step(actor, case, "closed", f"{case.get_verdict_display()} · {case.verdict_text}")
    after = {**_shown(case), "text": case.verdict_text}
    record(actor, name, case, before=before, after=after)
    tell(actor, WatchCaseClosed(case))
    return case


def watch_assign_many(
    actor: Person, *, case_ids: Sequence[int], owner_id: int, reason: str = ""
) -> int:
    """As ``watch_assign`` for each, all or none; gives how many."""
    with transaction.atomic():
        for case_id in case_ids:
            watch_assign(actor, case_id=case_id, owner_id=owner_id, reason=reason)
    return len(case_ids)


def watch_recheck_many(actor: Person, *, case_ids: Sequence[int], on: date, reason: str) -> int:
    """As ``watch_recheck`` for each, all or none; gives how many."""
    with transaction.atomic():
        for case_id in case_ids:
            watch_recheck(actor, case_id=case_id, on=on, reason=reason)
    return len(case_ids)


def _event(maker_id: int, on: date) -> datetime:
    """The instant that the rule counts back from, so that the clock never ends before the day does."""
    calendar, day = work_calendar(maker_id), on + timedelta(days=2)
    while True:
        at = datetime.combine(day, datetime.min.time(), BEIJING)
        if before_working_days(at, 1, calendar).at >= end_of(on):
            return at
        day += timedelta(days=1)


def _clocks_ended(actor: Person, case: WatchCase, *, met: bool, why: str) -> None:
    running = Clock.objects.filter(
        maker=case.maker_id, subject=label(case), code=RECHECK, state__in=CLOCK_GOING
    )
    for clock in running:
        clock_stop(
            actor, clock_id=clock.pk, met=met, proof_text=why[:500] if met else "", reason=why[:500]
        )


def _step(actor: Person, case: WatchCase, kind: str, text: str) -> WatchStep:
    return WatchStep.objects.create(
        maker=case.maker, case=case, kind=kind, person=actor, text=text.strip()[:1000]
    )


def _shown(case: WatchCase) -> dict[str, Any]:
    return {
        "state": case.state, "owner": case.owner_id, "verdict": case.verdict,
        "recheck_on": case.recheck_on.isoformat() if case.recheck_on else None,
    }  # fmt: skip
