"""Whose unit is whose: the units a person belongs to, with all below them, and the colleagues there."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from voltward.base.errors import NotFound
from voltward.records.models import Person, PostHolder, Unit
from voltward.records.roles import ROLES
from voltward.records.working_time import beijing_day


def own_units(actor: Person) -> frozenset[int]:
    """Ids of the units in which the actor holds a post or a role, and of those below."""
    today = beijing_day(timezone.now())
    holding = Q(until=None) | Q(until__gte=today)
    posts = PostHolder.objects.filter(holding, person=actor, since__lte=today)
    mine = set(posts.values_list("post__unit", flat=True))
    mine |= set(actor.assignments.exclude(unit=None).values_list("unit", flat=True))
    if not mine:
        return frozenset()
    tree = list(Unit.objects.filter(maker=actor.maker_id).values_list("pk", "parent"))
    fresh = set(mine)
    while fresh:
        fresh = {unit for unit, parent in tree if parent in fresh} - mine
        mine |= fresh
    return frozenset(mine)


def unit_colleagues(units: frozenset[int]) -> frozenset[int]:
    """Ids of the people who hold a post in ``units``."""
    today = beijing_day(timezone.now())
    holding = Q(until=None) | Q(until__gte=today)
    rows = PostHolder.objects.filter(holding, post__unit__in=units, since__lte=today)
    return frozenset(rows.values_list("person", flat=True))


def unit_by_id(actor: Person, unit_id: int) -> Unit:
    """
    Raises:
        NotFound: no such unit that is open, or another maker's.
    """
    unit = Unit.objects.filter(maker=actor.maker_id, pk=unit_id, closed_at=None).first()
    if unit is None:
        raise NotFound(f"unit {unit_id}")
    return unit


def unit_open(actor: Person) -> QuerySet[Unit]:
    return Unit.objects.filter(maker=actor.maker_id, closed_at=None).order_by("name")


def person_assignable(actor: Person) -> QuerySet[Person]:
    """Colleagues of the actor's maker who can log in and may work on clocks and tasks."""
    roles = [code for code, role in ROLES.items() if "clock.write" in role.grants]
    people = Person.objects.filter(maker=actor.maker_id, is_active=True, is_program=False)
    return people.filter(assignments__role__in=roles).distinct().order_by("display_name", "pk")


def person_assignable_by_id(actor: Person, person_id: int) -> Person:
    """
    Raises:
        NotFound: nobody of the actor's maker to whom work can be given.
    """
    person = person_assignable(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound(f"person {person_id}")
    return person
