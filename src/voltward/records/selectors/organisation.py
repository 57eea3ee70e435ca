"""Every read of units, posts, and who holds which role where."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from voltward.base.errors import NotFound
from voltward.records.models import Assignment, Person, Post, PostHolder, Unit
from voltward.records.roles import ROLES


def unit_visible(actor: Person) -> QuerySet[Unit]:
    """The units of the actor's maker, by name."""
    return Unit.objects.filter(maker=actor.maker).order_by("name", "pk")


def unit_by_id(actor: Person, unit_id: int) -> Unit:
    """
    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    unit = unit_visible(actor).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound(f"unit {unit_id}")
    return unit


def unit_tree(actor: Person, on: date) -> list[tuple[int, Unit]]:
    """Open units in the order of the tree with their depth; posts and holders ``on`` that day."""
    holders = PostHolder.objects.filter(since__lte=on).filter(
        Q(until__isnull=True) | Q(until__gte=on)
    )
    posts = Post.objects.filter(closed_at=None).order_by("name")
    posts = posts.prefetch_related(
        Prefetch("holders", holders.select_related("person"), to_attr="present")
    )
    units = unit_visible(actor).filter(closed_at=None)
    units = units.prefetch_related(Prefetch("posts", posts, to_attr="open_posts"))
    below: dict[int | None, list[Any]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    tree: list[tuple[int, Any]] = []
    waiting = [(0, unit) for unit in reversed(below.get(None, []))]
    while waiting:
        depth, unit = waiting.pop()
        tree.append((depth, unit))
        waiting += [(depth + 1, child) for child in reversed(below.get(unit.pk, []))]
    return tree


def units_below(unit: Unit) -> set[int]:
    """Numbers of a unit and of all units below it."""
    parents = Unit.objects.filter(maker=unit.maker_id).values_list("pk", "parent_id")
    below: dict[int | None, list[int]] = {}
    for number, parent in parents:
        below.setdefault(parent, []).append(number)
    found, waiting = {unit.pk}, [unit.pk]
    while waiting:
        children = [one for one in below.get(waiting.pop(), ()) if one not in found]
        found.update(children)
        waiting += children
    return found


def units_where(actor: Person, grant: str) -> set[int] | None:
    """Numbers of the units for which the actor holds a grant; None: for the whole maker."""
    held = [one for one in assignment_held(actor) if grant in grants_of_role(one.role)]
    if any(one.unit_id is None for one in held):
        return None
    return set[int]().union(*(units_below(one.unit) for one in held if one.unit))


def grants_of_role(role: str) -> frozenset[str]:
    """The grants of one role; a role that is no longer in the table gives none."""
    return ROLES[role].grants if role in ROLES else frozenset()


def assignment_held(person: Person) -> QuerySet[Assignment]:
    """The roles of a person, with where they hold."""
    return person.assignments.select_related("unit").order_by("role", "pk")


def post_by_id(actor: Person, post_id: int) -> Post:
    """
    Raises:
        NotFound: no such open post, or another maker's.
    """
    posts = Post.objects.select_related("unit").filter(unit__maker=actor.maker, closed_at=None)
    post = posts.filter(pk=post_id).first()
    if post is None:
        raise NotFound(f"post {post_id}")
    return post


def person_visible(actor: Person) -> QuerySet[Person]:
    """The people of the actor's maker, by name."""
    return Person.objects.filter(maker=actor.maker).order_by("display_name", "pk")


def person_by_id(actor: Person, person_id: int) -> Person:
    """
    Raises:
        NotFound: none such, or another maker's; the two look the same.
    """
    person = person_visible(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFound(f"person {person_id}")
    return person


def assignment_by_id(actor: Person, assignment_id: int) -> Assignment:
    """
    Raises:
        NotFound: none such, or of another maker's person.
    """
    mine = Assignment.objects.select_related("person").filter(person__maker=actor.maker)
    assignment = mine.filter(pk=assignment_id).first()
    if assignment is None:
        raise NotFound(f"assignment {assignment_id}")
    return assignment
