"""Starting, ending and giving clocks to people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, NotPermitted, WrongState
from voltward.records import clock_states
from voltward.records.actions import Subject, action, label, record
from voltward.records.models import Clock, Maker, Person, Unit
from voltward.records.selectors.clocks import clock_locked
from voltward.records.selectors.deadlines import deadline_in_force
from voltward.records.selectors.own_units import person_assignable_by_id, unit_by_id
from voltward.records.services.clock_dates import points_set, reckoned, shown
from voltward.records.working_time import beijing_day

CLOCK_WRITE: Final = "clock.write"
CLOCK_SKEW: Final = timedelta(minutes=5)
_MAY_START_BEFORE = frozenset({"workday_before", "yearly"})  # their event lies ahead


def clock_start(
    actor: Person,
    *,
    code: str,
    subject: Subject | str,
    subject_text: str,
    event: str,
    started_at: datetime,
    severity: str = "",
    event_key: str = "",
    url: str = "",
    owner: Person | None = None,
    unit: Unit | None = None,
    maker: Maker | None = None,
) -> Clock:
    """Start the clock of a rule for a record, once per subject, rule and ``event_key``.

    A repeated call gives the clock there is and changes nothing. ``started_at``: when the event was, not
    when it became known, unless the rule says so; the revision of that day is kept. ``url``: a path of
    ours. ``maker``: only the installation names another than the actor's own.

    Raises:
        NotPermitted: the actor lacks ``clock.write``.
        NotFound: no such rule on that day.
        WrongState: the rule is switched off.
        BadInput: an instant without zone or ahead of now, an address that is not ours, no maker.
    """
    found = actor.maker or maker
    if found is None:
        raise BadInput("maker: none given")
    named = subject if isinstance(subject, str) else label(subject)
    if CLOCK_WRITE in actor.grants and (old := _same(found, named, code, event_key)):
        return old
    clock = Clock(
        maker=found, code=code, subject=named, subject_text=subject_text.strip()[:120],
        url=url, event_key=event_key, event=event.strip()[:200], started_at=started_at,
        owner=owner, unit=unit, created_by=actor,
    )  # fmt: skip
    return _clock_start(actor, clock=clock, severity=severity)


@action("clock.start", needs=CLOCK_WRITE)
def _clock_start(actor: Person, *, clock: Clock, severity: str) -> Clock:
    own_path(clock.url)
    if clock.started_at.tzinfo is None:
        raise BadInput(f"started_at: {clock.started_at}; an instant with its zone is expected")
    for given in (clock.owner, clock.unit):
        if given is not None and given.maker_id != clock.maker_id:
            raise NotFound("owner or unit")
    clock.rule = deadline_in_force(
        clock.maker_id, code=clock.code, severity=severity, on=beijing_day(clock.started_at)
    )
    ahead = clock.started_at > timezone.now() + CLOCK_SKEW
    if ahead and clock.rule.unit not in _MAY_START_BEFORE:
        raise BadInput(f"started_at: {clock.started_at.isoformat()} lies ahead")
    reckoned(clock)
    try:
        with transaction.atomic():
            clock.save()
    except IntegrityError:
        # started by another process at the same moment
        old = _same(clock.maker, clock.subject, clock.code, clock.event_key)
        if old is None:
            raise
        record(
            actor, "clock.start", old, before=shown(old), after=shown(old), maker_id=old.maker_id
        )
        return old
    points_set(clock)
    record(actor, "clock.start", clock, before={}, after=shown(clock), maker_id=clock.maker_id)
    return clock


def _same(maker: Maker, subject: str, code: str, event_key: str) -> Clock | None:
    """The newest of the clocks of one event: a repeated rule has several, one after another."""
    same = Clock.objects.filter(maker=maker, subject=subject, code=code, event_key=event_key)
    return same.select_related("rule").order_by("-occurrence").first()


@action("clock.stop", needs=CLOCK_WRITE)
def clock_stop(
    actor: Person,
    *,
    clock_id: int,
    met: bool,
    proof_text: str = "",
    proof_url: str = "",
    reason: str = "",
) -> Clock:
    """End a clock: ``met`` with its proof, or without being met for a reason.

    A late one needs the reason of the delay too. Where the rule repeats, a met clock starts the next.

    Raises:
        NotFound: no such clock, or another maker's.
        WrongState: it has ended already.
        BadInput: no proof of what was met, no reason, an address that is not ours.
    """
    clock = clock_locked(actor, clock_id)
    before = shown(clock)
    clock.state = clock_states.after(clock.state, "meet" if met else "stop")
    own_path(proof_url)
    if met and not (proof_text.strip() or proof_url):
        raise BadInput("proof: none; say or link what proves it")
    now = timezone.now()
    late = clock.due_at is not None and now > clock.due_at
    if not reason.strip() and (not met or late):
        raise BadInput("reason: empty; a clock that is late or not met needs one")
    clock.ended_at, clock.ended_by, clock.ended_reason = now, actor, reason.strip()[:500]
    clock.proof_text, clock.proof_url = proof_text.strip()[:500], proof_url
    clock.save(
        update_fields=["state", "ended_at", "ended_by", "ended_reason", "proof_text", "proof_url"]
    )
    points_set(clock)
    following = _next_of(actor, clock) if met and clock.rule.repeats else None
    after = {**shown(clock), "reason": clock.ended_reason, "proof": clock.proof_text or proof_url,
             "was_late": late, "next": following.pk if following else None}  # fmt: skip
    record(actor, "clock.stop", clock, before=before, after=after, maker_id=clock.maker_id)
    return clock


def _next_of(actor: Person, clock: Clock) -> Clock | None:
    """The next turn of a repeating rule, counted from the same event; none once it is switched off."""
    try:
        rule = deadline_in_force(
            clock.maker_id, code=clock.code, severity=clock.rule.severity,
            on=beijing_day(timezone.now()),
        )  # fmt: skip
    except (NotFound, WrongState):
        return None
    following = Clock(
        maker=clock.maker, rule=rule, code=clock.code, subject=clock.subject, url=clock.url,
        subject_text=clock.subject_text, event_key=clock.event_key, event=clock.event,
        occurrence=clock.occurrence + 1, started_at=clock.started_at, owner=clock.owner,
        unit=clock.unit, created_by=actor,
    )  # fmt: skip
    reckoned(following)
    following.save()
    points_set(following)
    return following


@action("clock.assign", needs=CLOCK_WRITE)
def clock_assign(
    actor: Person, *, clock_id: int, owner_id: int, unit_id: int | None = None, reason: str = ""
) -> Clock:
    """Give a clock to somebody, oneself included. Taking it out of another's hands needs a reason.

    Raises:
        NotFound: no such clock, person or unit of the actor's maker.
        WrongState: the clock has ended.
        BadInput: somebody else has it and no reason is given.
    """
    clock = clock_locked(actor, clock_id)
    clock_states.after(clock.state, "give")
    owner = person_assignable_by_id(actor, owner_id)
    if clock.owner_id not in (None, actor.pk, owner.pk) and not reason.strip():
        raise BadInput("reason: empty; somebody else has this clock in hand")
    before = shown(clock)
    clock.owner = owner
    if unit_id is not None:
        clock.unit = unit_by_id(actor, unit_id)
    clock.save(update_fields=["owner", "unit"])
    after = {**shown(clock), "reason": reason.strip()}
    record(actor, "clock.assign", clock, before=before, after=after)
    return clock


@action("clock.hand_over", needs=CLOCK_WRITE)
def clock_hand_over(actor: Person, *, clock_id: int, owner_id: int, note: str) -> Clock:
    """Hand one's own clock to a colleague, with what the colleague must know.

    Raises:
        NotFound: no such clock or person of the actor's maker.
        NotPermitted: somebody else has it in hand.
        WrongState: the clock has ended.
        BadInput: no note, or to oneself.
    """
    clock = clock_locked(actor, clock_id)
    clock_states.after(clock.state, "give")
    if clock.owner_id != actor.pk:
        raise NotPermitted(f"clock {clock_id} is not in the hands of {actor.login}")
    owner = person_assignable_by_id(actor, owner_id)
    if owner == actor or not note.strip():
        raise BadInput("note: a colleague and what they must know are expected")
    before = shown(clock)
    clock.owner = owner
    clock.save(update_fields=["owner"])
    after = {**shown(clock), "note": note.strip()[:500]}
    record(actor, "clock.hand_over", clock, before=before, after=after)
    return clock


def own_path(url: str) -> None:
    """
    Raises:
        BadInput: an address that leaves this platform.
    """
    if url and (not url.startswith("/") or url.startswith(("//", "/\\"))):
        raise BadInput(f"url: {url}; a path of this platform is expected")
