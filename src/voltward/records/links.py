"""Typed links between records of any rooms, shown on both their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from voltward.base.errors import BadInput, NotFound
from voltward.pages.room import REGISTRY, Hit, Text
from voltward.records.actions import action, record
from voltward.records.models import Link, Person


@dataclass(frozen=True)
class LinkKind:
    """``title`` as read from source to target, ``back`` as read from target to source."""

    code: str
    title: Text
    back: Text


KINDS: dict[str, LinkKind] = {}


def register(kind: LinkKind) -> LinkKind:
    KINDS[kind.code] = kind
    return kind


@dataclass(frozen=True)
class ShownLink:
    """One link as one of its two records shows it. ``hit`` None: the other cannot be shown now."""

    link: Link
    title: Text
    other: str
    hit: Hit | None


def links_of(actor: Person, label: str) -> list[ShownLink]:
    """Both directions, oldest first; a record whose room is absent waits under its label."""
    mine = Link.objects.filter(maker=actor.maker).filter(Q(source=label) | Q(target=label))
    shown = []
    for link in mine.order_by("made_at", "pk"):
        kind = KINDS.get(link.kind, LinkKind(link.kind, link.kind, link.kind))
        forward = link.source == label
        other = link.target if forward else link.source
        title = kind.title if forward else kind.back
        shown.append(ShownLink(link, title, other, REGISTRY.subject(actor, other)))
    return shown


@action("link.make", needs="link.write")
def link_make(actor: Person, *, kind: str, source: str, target: str) -> Link:
    """Link two records the actor can see; linking them again changes nothing.

    Raises:
        BadInput: no such kind, or a record linked to itself.
        NotFound: a record is not there or not the actor's.
    """
    if kind not in KINDS:
        raise BadInput(f"kind: {kind[:48]}; known are {', '.join(KINDS)}")
    if source == target:
        raise BadInput(f"target: {target} is the source itself")
    for label in (source, target):
        if REGISTRY.subject(actor, label) is None:
            raise NotFound(f"record {label}")
    return linked(actor, kind=kind, source=source, target=target)


def linked(actor: Person, *, kind: str, source: str, target: str, by: str = "link.make") -> Link:
    """As ``link_make`` for a room's own action ``by``, which knows both records to be there."""
    link, _ = Link.objects.get_or_create(
        maker=actor.maker, kind=kind, source=source, target=target, defaults={"made_by": actor}
    )
    after = {"kind": kind, "source": source, "target": target}
    record(actor, by, link, before={}, after=after)
    return link


@action("link.remove", needs="link.write")
def link_remove(actor: Person, *, link_id: int) -> None:
    """Take a link away; its audit rows stay.

    Raises:
        NotFound: none such, or another maker's.
    """
    link = Link.objects.select_for_update().filter(maker=actor.maker, pk=link_id).first()
    if link is None:
        raise NotFound(f"link {link_id}")
    before: dict[str, Sequence[str] | str] = {
        "kind": link.kind, "source": link.source, "target": link.target,
    }  # fmt: skip
    record(actor, "link.remove", link, before=before, after={})
    link.delete()
