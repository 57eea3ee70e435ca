"""Every write to the roster: patterns, the shifts of a month, who is on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any, Final

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.monitoring.duty_times import month_days, month_span, span_of
from voltward.monitoring.models import Shift, ShiftPattern, ShiftPerson
from voltward.monitoring.selectors import roster as selectors
from voltward.monitoring.selectors.duty_rules import GAP
from voltward.records.actions import action, label, record
from voltward.records.models import Maker, Person
from voltward.records.selectors.clocks import clocks_of
from voltward.records.services.clocks import clock_stop
from voltward.records.working_time import beijing_day

MANAGE: Final = "duty.manage"
MOST_PEOPLE: Final = 50


@action("duty.pattern_write", needs=MANAGE)
def pattern_write(
    actor: Person,
    *,
    name: str,
    starts: time,
    ends: time,
    people_needed: int,
    pattern_id: int | None = None,
) -> ShiftPattern:
    """Add a shift pattern, or change one; shifts that are made already stay as they are.

    Raises:
        BadInput: no name, one that is taken, or a number of people that cannot be.
        NotFound: no such pattern, or another maker's. WrongState: it is closed.
    """
    maker = _maker_of(actor)
    row = ShiftPattern(maker=maker)
    if pattern_id is not None:
        row = selectors.pattern_by_id(actor, pattern_id)
        _open(row)
    before = _pattern_told(row) if pattern_id is not None else {}
    row.name, row.starts, row.ends = name.strip()[:24], starts, ends
    row.people_needed = people_needed
    taken = ShiftPattern.objects.filter(maker=maker, name=row.name).exclude(pk=row.pk)
    if not row.name or taken.exists():
        raise BadInput(f"name: {row.name or 'empty'}; one that is not taken is needed")
    if not 1 <= people_needed <= MOST_PEOPLE:
        raise BadInput(f"people_needed: {people_needed}; expected 1 to {MOST_PEOPLE}")
    row.save()
    record(actor, "duty.pattern_write", row, before=before, after=_pattern_told(row))
    return row


@action("duty.pattern_close", needs=MANAGE)
def pattern_close(actor: Person, *, pattern_id: int) -> ShiftPattern:
    """Make no more shifts of a pattern; those that are made stay.

    Raises:
        NotFound: no such pattern, or another maker's. WrongState: it is closed already.
    """
    row = selectors.pattern_by_id(actor, pattern_id)
    _open(row)
    row.closed_at = timezone.now()
    row.save(update_fields=["closed_at"])
    record(actor, "duty.pattern_close", row, before={}, after={"name": row.name})
    return row


@action("duty.month_make", needs=MANAGE)
def month_make(
    actor: Person, *, month: date, pattern_id: int, person_ids: Sequence[int] = ()
) -> list[Shift]:
    """Make the shifts of a month out of a pattern, from today on, people in turn as they are given.

    Shifts that are there already are left alone, people and all, so a repeated call only fills up.

    Raises:
        BadInput: the month is over, or somebody is named twice.
        NotFound: no such pattern; somebody who may not work the desk, or of another maker.
        WrongState: the pattern is closed.
    """
    pattern = selectors.pattern_by_id(actor, pattern_id)
    _open(pattern)
    now = timezone.now()
    if month_span(month)[1] <= now:
        raise BadInput(f"month: {month:%Y-%m} is over")
    if len(set(person_ids)) != len(person_ids):
        raise BadInput("people: somebody is named twice")
    people = [selectors.duty_person(actor.maker_id, one) for one in person_ids]
    made, turn = [], 0
    for day in month_days(month):
        begins_at, ends_at = span_of(day, pattern.starts, pattern.ends)
        if ends_at <= now:
            continue
        shift, is_new = Shift.objects.get_or_create(
            pattern=pattern, begins_at=begins_at,
            defaults={
                "maker": pattern.maker, "name": pattern.name, "ends_at": ends_at,
                "people_needed": pattern.people_needed, "made_by": actor,
            },
        )  # fmt: skip
        wanted = min(pattern.people_needed, len(people))
        chosen = [people[(turn + number) % len(people)] for number in range(wanted)]
        turn += wanted  # also past shifts that are there: the turn goes by the calendar
        if is_new:
            _put_on(shift, chosen)
            made.append(shift)
    _gap_clocks_met(actor, [f"Roster:{day}" for day in month_days(month)], covered=True)
    after = {
        "month": f"{month:%Y-%m}", "pattern": pattern.pk, "people": list(person_ids), "made": len(made),
    }  # fmt: skip
    record(actor, "duty.month_make", pattern, before={}, after=after)
    return made


@action("duty.assign", needs=MANAGE)
def shift_assign(actor: Person, *, shift_id: int, person_id: int) -> ShiftPerson:
    """Put somebody on a shift that has not ended; the clock of its gap ends when it is full.

    Raises:
        NotFound: no such shift, or nobody of this maker who may work the desk.
        WrongState: it has ended, or the person is on it already.
    """
    shift = selectors.shift_locked(actor, shift_id)
    _not_over(shift)
    person = selectors.duty_person(actor.maker_id, person_id)
    if ShiftPerson.objects.filter(shift=shift, person=person).exists():
        raise WrongState(f"person {person_id} is on shift {shift_id}")
    row = ShiftPerson.objects.create(maker=shift.maker, shift=shift, person=person)
    if selectors.missing_of(selectors.shift_by_id(actor, shift_id)) == 0:
        _gap_clocks_met(actor, [label(shift)])
    record(actor, "duty.assign", shift, before={}, after={"person": person_id})
    return row


@action("duty.unassign", needs=MANAGE)
def shift_unassign(actor: Person, *, shift_id: int, person_id: int) -> None:
    """Take somebody off a shift that has not begun: who was on it is a fact afterwards.

    Raises:
        NotFound: no such shift, or the person is not on it.
        WrongState: it has begun.
    """
    shift = selectors.shift_locked(actor, shift_id)
    if shift.begins_at <= timezone.now():
        raise WrongState(f"shift {shift_id} has begun")
    row = ShiftPerson.objects.filter(shift=shift, person=person_id).first()
    if row is None:
        raise NotFound(f"person {person_id} on shift {shift_id}")
    row.delete()
    record(actor, "duty.unassign", shift, before={"person": person_id}, after={})


def _put_on(shift: Shift, people: Sequence[Person]) -> None:
    ShiftPerson.objects.bulk_create(
        ShiftPerson(maker=shift.maker, shift=shift, person=person) for person in people
    )


def _gap_clocks_met(actor: Person, subjects: Sequence[str], *, covered: bool = False) -> None:
    """End the running clocks of gaps that are filled; ``covered``: only where hours are covered now."""
    still = set()
    if covered and actor.maker is not None:
        gaps = selectors.gaps_ahead(actor.maker, timezone.now())
        still = {gap_subject(gap) for gap in gaps if gap.shift is None}
    for subject in subjects:
        if subject in still:
            continue
        for clock in clocks_of(actor, subject).filter(code=GAP):
            if clock.is_going:
                late = clock.due_at is not None and timezone.now() > clock.due_at
                clock_stop(
                    actor, clock_id=clock.pk, met=True, proof_text="排班已补齐",
                    reason="超时后补齐" if late else "",
                )  # fmt: skip


def gap_subject(gap: selectors.Gap) -> str:
    """What the clock of a gap is about: the shift, or the day on which hours are bare."""
    if gap.shift is not None:
        return label(gap.shift)
    return f"Roster:{beijing_day(gap.begins_at)}"


def _maker_of(actor: Person) -> Maker:
    if actor.maker is None:
        raise BadInput("a roster belongs to a maker")
    return actor.maker


def _open(pattern: ShiftPattern) -> None:
    if pattern.closed_at is not None:
        raise WrongState(f"shift pattern {pattern.pk} is closed")


def _not_over(shift: Shift) -> None:
    if shift.ends_at <= timezone.now():
        raise WrongState(f"shift {shift.pk} is over")


def _pattern_told(row: ShiftPattern) -> dict[str, Any]:
    return {
        "name": row.name, "starts": row.starts.isoformat(), "ends": row.ends.isoformat(),
        "people_needed": row.people_needed,
    }  # fmt: skip


def shift_text(shift: Shift) -> str:
    """How a shift is called where only text can stand: its day, Beijing time, and its name."""
    return f"{beijing_day(shift.begins_at)} {shift.name}"
