"""Typed links between records of any rooms, shown on both their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput, NotFound
from voltward.pages.room import REGISTRY, Hit, Text
from voltward.records.actions import action, record
from voltward.records.models import Link, Person


@dataclass(frozen=True)
class LinkKind:
    """``title`` as read from source to target, ``back`` as read from target to source.

    Without ``back`` it reads the same from both, has no direction, and is kept once however it was made.
    """

    code: str
    title: Text
    back: Text = ""

    @property
    def is_mutual(self) -> bool:
        return self.back == ""


KINDS: dict[str, LinkKind] = {}
BACK = "~"  # behind the code of a kind: read from target to source


def register(kind: LinkKind) -> LinkKind:
    KINDS[kind.code] = kind
    return kind


def readings() -> list[tuple[str, Text]]:
    """Every way a record can be linked to another, as seen from itself: code and words."""
    ways: list[tuple[str, Text]] = []
    for kind in KINDS.values():
        ways.append((kind.code, kind.title))
        if not kind.is_mutual:
            ways.append((kind.code + BACK, kind.back))
    return ways


RELATED = register(LinkKind("record.related", _("相关")))


@dataclass(frozen=True)
class ShownLink:
    """One link as one of its two records shows it. ``hit`` None: the other cannot be shown now.

    ``kind``: what kind of record the other is.
    """

    link: Link
    title: Text
    other: str
    hit: Hit | None
    kind: Text = ""


def links_of(actor: Person, label: str) -> list[ShownLink]:
    """Both directions, oldest first; a record whose room is absent waits under its label."""
    mine = Link.objects.filter(maker=actor.maker).filter(Q(source=label) | Q(target=label))
    names = {one.name: one.title for one in REGISTRY.subjects(actor)}
    shown = []
    for link in mine.select_related("made_by").order_by("made_at", "pk"):
        kind = KINDS.get(link.kind, LinkKind(link.kind, link.kind, link.kind))
        forward = link.source == label
        other = link.target if forward else link.source
        title = kind.title if forward or kind.is_mutual else kind.back
        name = names.get(other.partition(":")[0], "")
        shown.append(ShownLink(link, title, other, REGISTRY.subject(actor, other), name))
    return shown


def label_named(actor: Person, kind: str, text: str) -> str:
    """The label of the record of a kind that people call ``text``, as by its VIN.

    Raises:
        NotFound: none such, not the actor's to see, or a kind that has no such names.
    """
    named = next((one.named for one in REGISTRY.subjects(actor) if one.name == kind), None)
    key = named(actor, text.strip()) if named and text.strip() else None
    if key is None:
        raise NotFound(f"{kind} {text[:60]}")
    return f"{kind}:{key}"


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
    if KINDS[kind].is_mutual:
        source, target = sorted((source, target))
    return linked(actor, kind=kind, source=source, target=target)


def linked(actor: Person, *, kind: str, source: str, target: str, by: str = "link.make") -> Link:
    """As ``link_make`` for a room's own action ``by``, which knows both records to be there."""
    link, _made = Link.objects.get_or_create(
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
