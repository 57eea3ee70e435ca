"""Every read of the roster: shifts, who is on, what is missing, who may be put on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.monitoring.duty_times import month_span, uncovered
from voltward.monitoring.models import Shift, ShiftPattern, ShiftPerson, ShiftSwap
from voltward.monitoring.selectors.duty_rules import LOOK_AHEAD, OVERLAP, duty_span
from voltward.records import seats
from voltward.records.models import Maker, Person
from voltward.records.roles import ROLES

DUTY_WORK: Final = "duty.work"


@dataclass(frozen=True)
class Gap:
    """Hours to come with too few people. ``shift`` None: no shift is made for them at all."""

    begins_at: datetime
    ends_at: datetime
    missing: int
    shift: Shift | None = None


def pattern_visible(actor: Person) -> QuerySet[ShiftPattern]:
    """Those in use first, by their start."""
    rows = ShiftPattern.objects.filter(maker=actor.maker_id)
    return rows.order_by(F("closed_at").asc(nulls_first=True), "starts", "pk")


def pattern_by_id(actor: Person, pattern_id: int) -> ShiftPattern:
    """
    Raises:
        NotFound: no such pattern, or another maker's.
    """
    found = pattern_visible(actor).filter(pk=pattern_id).first()
    if found is None:
        raise NotFound(f"shift pattern {pattern_id}")
    return found


def shift_visible(actor: Person) -> QuerySet[Shift]:
    return _with_people(Shift.objects.filter(maker=actor.maker_id)).order_by("begins_at", "pk")


def shift_by_id(actor: Person, shift_id: int) -> Shift:
    """
    Raises:
        NotFound: no such shift, or another maker's.
    """
    found = shift_visible(actor).filter(pk=shift_id).first()
    if found is None:
        raise NotFound(f"shift {shift_id}")
    return found


def shift_locked(actor: Person, shift_id: int) -> Shift:
    """Held until the transaction ends.

    Raises:
        NotFound: no such shift, or another maker's.
    """
    rows = Shift.objects.select_for_update().filter(maker=actor.maker_id, pk=shift_id)
    found = rows.first()
    if found is None:
        raise NotFound(f"shift {shift_id}")
    return found


def shifts_of_month(actor: Person, month: date) -> list[Shift]:
    """Those that begin in it."""
    begins, ends = month_span(month)
    rows = shift_visible(actor).filter(begins_at__gte=begins, begins_at__lt=ends)
    return list(rows.select_related("hand_over"))


def shifts_at(maker_id: int | None, at: datetime) -> list[Shift]:
    """The shifts that cover an instant."""
    rows = Shift.objects.filter(maker=maker_id, begins_at__lte=at, ends_at__gt=at)
    return list(_with_people(rows).order_by("begins_at", "pk"))


def shifts_to_come(person: Person, limit: int = 8) -> list[Shift]:
    """The person's own, from the present one on."""
    rows = shift_visible(person).filter(people__person=person, ends_at__gt=timezone.now())
    return list(rows[:limit])


def keeps_roster(maker_id: int | None) -> bool:
    """Whether the maker uses the roster: it has a pattern that is not closed."""
    return ShiftPattern.objects.filter(maker=maker_id, closed_at=None).exists()


def gaps_ahead(maker: Maker, now: datetime) -> list[Gap]:
    """Shifts with too few people and hours without any shift, as far ahead as the maker's rule says."""
    if not keeps_roster(maker.pk):
        return []
    until = now + duty_span(maker.pk, LOOK_AHEAD, now)
    rows = Shift.objects.filter(maker=maker, ends_at__gt=now, begins_at__lt=until)
    shifts = list(_with_people(rows))
    thin = [
        Gap(shift.begins_at, shift.ends_at, missing, shift)
        for shift in shifts
        if (missing := missing_of(shift)) > 0
    ]
    bare = uncovered(((one.begins_at, one.ends_at) for one in shifts), now, until)
    empty = [Gap(begins, ends, 1) for begins, ends in bare]
    return sorted(thin + empty, key=lambda gap: gap.begins_at)


def missing_of(shift: Shift) -> int:
    return max(0, shift.people_needed - len(shift.people.all()))


def duty_people(maker_id: int | None) -> QuerySet[Person]:
    """Who may be put on a shift: people who can log in and hold a role that works the desk."""
    roles = [code for code, role in ROLES.items() if DUTY_WORK in role.grants]
    people = Person.objects.filter(maker=maker_id, is_active=True, is_program=False)
    return people.filter(assignments__role__in=roles).distinct().order_by("display_name", "pk")


def duty_person(maker_id: int | None, person_id: int) -> Person:
    """
    Raises:
        NotFound: nobody of this maker who may work the desk.
    """
    found = duty_people(maker_id).filter(pk=person_id).first()
    if found is None:
        raise NotFound(f"person {person_id}")
    return found


def swap_visible(actor: Person) -> QuerySet[ShiftSwap]:
    rows = ShiftSwap.objects.filter(maker=actor.maker_id)
    return rows.select_related("shift", "giver", "taker").order_by("-asked_at", "-pk")


def swap_locked(actor: Person, swap_id: int) -> ShiftSwap:
    """
    Raises:
        NotFound: no such swap, or another maker's.
    """
    rows = swap_visible(actor).select_for_update(of=("self",)).filter(pk=swap_id)
    found = rows.first()
    if found is None:
        raise NotFound(f"swap {swap_id}")
    return found


def swaps_for(actor: Person) -> QuerySet[ShiftSwap]:
    """Those that wait for the actor's consent."""
    return swap_visible(actor).filter(taker=actor, state=ShiftSwap.ASKED)


@seats.roster
def on_duty(person: Person, at: datetime) -> bool:
    """Whether the roster has the person on duty, with the overlap that shifts hand over in.

    A maker without shifts around the instant keeps no roster for it, and a shift that nobody was put on
    must be worked by somebody: both let everybody sit who may watch.
    """
    if person.maker_id is None:
        return True
    overlap = duty_span(person.maker_id, OVERLAP, at)
    rows = Shift.objects.filter(
        maker=person.maker_id, begins_at__lte=at + overlap, ends_at__gt=at - overlap
    )
    planned = [
        {one.person_id for one in shift.people.all()} for shift in rows.prefetch_related("people")
    ]
    return not all(planned) or not planned or any(person.pk in people for people in planned)


def _with_people(rows: QuerySet[Shift]) -> QuerySet[Shift]:
    people = ShiftPerson.objects.select_related("person").order_by("since", "pk")
    return rows.prefetch_related(Prefetch("people", people))
