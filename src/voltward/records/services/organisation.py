"""Every write to units, posts and who holds them."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records.actions import action, record
from voltward.records.checking import checked
from voltward.records.models import Person, Post, PostHolder, Unit
from voltward.records.selectors import organisation as selectors


@action("unit.create", needs="org.manage")
def unit_create(
    actor: Person, *, code: str, name: str, kind: str = "department", parent_id: int | None = None
) -> Unit:
    """Add a unit to the actor's maker.

    Raises:
        NotFound: no such parent.
        BadInput: a code that is taken, or a field that does not fit.
    """
    parent = selectors.unit_by_id(actor, parent_id) if parent_id else None
    unit = Unit(maker=actor.maker, parent=parent, kind=kind, code=code.strip(), name=name.strip())
    checked(unit)
    unit.save()
    after = {"code": unit.code, "name": unit.name, "kind": unit.kind, "parent": parent_id}
    record(actor, "unit.create", unit, before={}, after=after)
    return unit


@action("unit.move", needs="org.manage")
def unit_move(actor: Person, *, unit_id: int, parent_id: int | None) -> Unit:
    """Hang a unit below another one, or at the top.

    Raises:
        NotFound: no such unit or parent.
        BadInput: the parent lies below the unit itself.
    """
    unit = selectors.unit_by_id(actor, unit_id)
    parent = selectors.unit_by_id(actor, parent_id) if parent_id else None
    if parent is not None and parent.pk in selectors.units_below(unit):
        raise BadInput(f"parent: {parent.code} lies below {unit.code} itself")
    before, unit.parent = {"parent": unit.parent_id}, parent
    unit.save(update_fields=["parent"])
    record(actor, "unit.move", unit, before=before, after={"parent": parent_id})
    return unit


@action("unit.close", needs="org.manage")
def unit_close(actor: Person, *, unit_id: int) -> Unit:
    """Close a unit; it stays in the books.

    Raises:
        NotFound: no such unit.
        WrongState: closed already, or open units or held posts hang below it.
    """
    unit = selectors.unit_by_id(actor, unit_id)
    if unit.closed_at is not None:
        raise WrongState(f"unit {unit.code} is closed")
    if unit.children.filter(closed_at=None).exists():
        raise WrongState(f"unit {unit.code} has open units below it")
    if PostHolder.objects.filter(post__unit=unit, until=None).exists():
        raise WrongState(f"unit {unit.code} has posts that somebody holds")
    unit.closed_at = timezone.now()
    unit.save(update_fields=["closed_at"])
    record(actor, "unit.close", unit, before={"closed_at": None}, after={"code": unit.code})
    return unit


@action("post.create", needs="org.manage")
def post_create(actor: Person, *, unit_id: int, name: str) -> Post:
    """Add a post to a unit.

    Raises:
        NotFound: no such unit.
        BadInput: the unit has a post of that name, or none was given.
    """
    post = Post(unit=selectors.unit_by_id(actor, unit_id), name=name.strip())
    checked(post)
    post.save()
    record(actor, "post.create", post, before={}, after={"unit": unit_id, "name": post.name})
    return post


@action("post.fill", needs="org.manage")
def post_fill(actor: Person, *, post_id: int, person_id: int, since: date) -> PostHolder:
    """Give a post to a person, from a day on.

    Raises:
        NotFound: no such post or person.
        WrongState: the person holds it already.
    """
    post = selectors.post_by_id(actor, post_id)
    person = selectors.person_by_id(actor, person_id)
    if post.holders.filter(person=person, until=None).exists():
        raise WrongState(f"post {post_id} is held by {person.login}")
    holder = PostHolder.objects.create(post=post, person=person, since=since)
    after = {"post": post_id, "person": person.login, "since": since.isoformat()}
    record(actor, "post.fill", holder, before={}, after=after)
    return holder


@action("post.leave", needs="org.manage")
def post_leave(actor: Person, *, holder_id: int, until: date) -> PostHolder:
    """End a tenure after ``until``.

    Raises:
        NotFound: no such running tenure.
        BadInput: ``until`` lies before its beginning.
    """
    mine = PostHolder.objects.select_for_update(of=("self",)).filter(post__unit__maker=actor.maker)
    holder = mine.filter(pk=holder_id, until=None).first()
    if holder is None:
        raise NotFound(f"tenure {holder_id}")
    if until < holder.since:
        raise BadInput(f"until: {until} lies before {holder.since}")
    holder.until = until
    holder.save(update_fields=["until"])
    after = {"until": until.isoformat()}
    record(actor, "post.leave", holder, before={"until": None}, after=after)
    return holder
