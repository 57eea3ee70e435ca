"""Who is meant by a role in a unit or by a post, and the ways that lead to a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from voltward.records import days
from voltward.records.models import (
    Assignment,
    Channel,
    EscalationStep,
    NoticeSetting,
    Person,
    PersonContact,
    Post,
    PostHolder,
    Unit,
)
from voltward.records.roles import ROLES
from voltward.records.senders import SENDERS


@dataclass(frozen=True)
class ToRole:
    """Everybody who holds the role; with ``unit`` those whose role covers that unit."""

    code: str
    unit: Unit | None = None


@dataclass(frozen=True)
class ToPost:
    """Whoever holds the post today."""

    post: Post


@dataclass(frozen=True)
class ToChain:
    """An escalation chain, by its code."""

    code: str


def role_holders(maker_id: int | None, code: str, unit: Unit | None = None) -> list[Person]:
    """People who can log in and hold the role for the whole maker, the unit or one above it."""
    held = Assignment.objects.filter(role=code)
    if unit is not None:
        held = held.filter(Q(unit=None) | Q(unit__in=_with_those_above(unit)))
    people = _working().filter(maker=maker_id, pk__in=held.values("person"))
    return [person for person in people.prefetch_related("assignments") if code in person.roles]


def grant_holders(maker_id: int | None, grant: str) -> list[Person]:
    """People who can log in and hold a role with that grant, wherever it holds."""
    roles = [code for code, role in ROLES.items() if grant in role.grants]
    held = Assignment.objects.filter(role__in=roles)
    people = _working().filter(maker=maker_id, pk__in=held.values("person"))
    return [person for person in people.prefetch_related("assignments") if grant in person.grants]


def post_holders(post: Post) -> list[Person]:
    today = days.today()
    held = PostHolder.objects.filter(
        Q(until=None) | Q(until__gte=today), post=post, since__lte=today
    )
    return list(_working().filter(pk__in=held.values("person")))


def step_people(step: EscalationStep) -> list[Person]:
    """Whom a step of a chain reaches now."""
    if step.person_id is not None:
        return list(_working().filter(pk=step.person_id))
    if step.post is not None:
        return post_holders(step.post)
    return role_holders(step.chain.maker_id, step.role, step.unit)


def setting_of(person: Person) -> NoticeSetting:
    """The person's own, or one that says nothing."""
    try:
        return person.notice_setting
    except NoticeSetting.DoesNotExist:
        return NoticeSetting(person=person)


def language_of(person: Person) -> str:
    return setting_of(person).language or person.language


def contact_on_file(person: Person) -> PersonContact | None:
    """Where the person's notices go; opened by ``services.protection.protected_used`` alone."""
    try:
        return person.contact
    except PersonContact.DoesNotExist:
        return None


def has_address(person: Person, name: str) -> bool:
    """Whether there is an ``email`` or ``phone`` on file."""
    contact = contact_on_file(person)
    return contact is not None and bool(getattr(contact, name))


def ways_to(person: Person, channels: list[Channel], kinds: list[str] | None) -> list[Channel]:
    """The maker's open ``channels`` in the order in which they are tried for ``person``.

    ``kinds``: the order of a chain's step. Without it the person's own counts, then the maker's,
    which leaves out what the person has no address for.
    """
    setting = setting_of(person)
    order = kinds or setting.order
    if order is not None:
        return [one for kind in dict.fromkeys(order) for one in channels if one.kind == kind]
    return [one for one in channels if _reaches(one, person)]


def security_ways_to(person: Person, channels: list[Channel]) -> list[Channel]:
    """Every one of ``channels`` that leads to ``person`` alone: the own order first, none left out."""
    own = [one for one in channels if not SENDERS[one.kind].is_group]
    first = ways_to(person, own, None)
    return [*first, *(one for one in own if one not in first and _reaches(one, person))]


def _reaches(channel: Channel, person: Person) -> bool:
    needed = SENDERS[channel.kind].address
    return not needed or has_address(person, needed)


def _with_those_above(unit: Unit) -> list[int]:
    found, above = [], unit
    while above.pk not in found:
        found.append(above.pk)
        if above.parent is None:
            break
        above = above.parent
    return found


def _working() -> QuerySet[Person]:
    people = Person.objects.filter(is_active=True, is_program=False)
    return people.select_related("maker", "notice_setting", "contact").order_by("pk")
