"""Who may see which notices, ways and proofs, and in which words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import translation

from voltward.base.errors import NotFound
from voltward.records.models import (
    Attempt,
    Channel,
    Delivery,
    EscalationChain,
    Notice,
    NoticeTemplate,
    Person,
)
from voltward.records.models.notice_ways import INBOX
from voltward.records.notice_kinds import KINDS, NoticeKind
from voltward.records.notice_words import Words, filled


def inbox_of(actor: Person) -> QuerySet[Delivery]:
    """The actor's own, newest first."""
    mine = Delivery.objects.filter(person=actor, kind=INBOX)
    return mine.select_related("notice", "notice__chain").order_by("-pk")


def inbox_unread(actor: Person) -> int:
    return Delivery.objects.filter(person=actor, kind=INBOX, read_at=None).count()


def inbox_entry(actor: Person, notice_id: int) -> Delivery:
    """
    Raises:
        NotFound: no such notice, or it was not for this person.
    """
    entry = inbox_of(actor).filter(notice=notice_id).first()
    if entry is None:
        raise NotFound(f"notice {notice_id}")
    return entry


def delivery_visible(actor: Person) -> QuerySet[Delivery]:
    """All deliveries of the actor's maker, newest first."""
    rows = Delivery.objects.select_related("notice", "person", "channel").order_by("-pk")
    return rows.filter(notice__maker=actor.maker_id) if actor.maker_id is not None else rows


def delivery_by_id(actor: Person, delivery_id: int) -> Delivery:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    row = delivery_visible(actor).filter(pk=delivery_id).first()
    if row is None:
        raise NotFound(f"delivery {delivery_id}")
    return row


def attempts_of(delivery: Delivery) -> QuerySet[Attempt]:
    return delivery.tries.order_by("pk")


def notice_unreached(actor: Person) -> QuerySet[Notice]:
    """Notices that nobody was there for: their role or post has no holder."""
    rows = Notice.objects.filter(deliveries=None)
    return rows.filter(maker=actor.maker_id) if actor.maker_id is not None else rows


def channel_visible(actor: Person) -> QuerySet[Channel]:
    return Channel.objects.filter(maker=actor.maker_id).order_by("position", "pk")


def channel_by_id(actor: Person, channel_id: int) -> Channel:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    channel = channel_visible(actor).filter(pk=channel_id).first()
    if channel is None:
        raise NotFound(f"channel {channel_id}")
    return channel


def channels_of_all(kinds: Sequence[str]) -> QuerySet[Channel]:
    """Open channels of every maker, for the platform's own pages."""
    rows = Channel.objects.filter(kind__in=list(kinds), closed_at=None)
    return rows.order_by("maker", "position", "pk")


def channels_open(maker_id: int | None) -> list[Channel]:
    """The maker's ways in the order in which they are tried."""
    rows = Channel.objects.filter(maker=maker_id, closed_at=None)
    return list(rows.order_by("position", "pk"))


def chain_visible(actor: Person) -> QuerySet[EscalationChain]:
    rows = EscalationChain.objects.filter(maker=actor.maker_id)
    return rows.prefetch_related("steps__person", "steps__post", "steps__unit").order_by("name")


def chain_by_id(actor: Person, chain_id: int) -> EscalationChain:
    """
    Raises:
        NotFound: none, or another maker's.
    """
    chain = chain_visible(actor).filter(pk=chain_id).first()
    if chain is None:
        raise NotFound(f"chain {chain_id}")
    return chain


def chain_open(maker_id: int | None, code: str) -> EscalationChain:
    """
    Raises:
        NotFound: this maker has no open chain of that code.
    """
    found = EscalationChain.objects.filter(maker=maker_id, code=code, closed_at=None).first()
    if found is None:
        raise NotFound(f"chain {code}")
    return found


class Wording:
    """The newest templates of one maker, read once for many notices."""

    def __init__(self, maker_id: int | None) -> None:
        rows = NoticeTemplate.objects.filter(Q(maker=None) | Q(maker=maker_id))
        ordered = sorted(rows, key=lambda row: (row.maker_id is not None, row.version))
        self.rows = {(row.code, row.language): row for row in ordered}  # the last one counts

    def words(self, notice: Notice, language: str, *, outside: bool) -> Words:
        """What a notice says; a kind without a template says its name rather than nothing."""
        kind = KINDS.get(notice.kind, NoticeKind(notice.kind, notice.kind, {}))
        row = self.rows.get((notice.kind, language)) or self.rows.get((notice.kind, "zh-hans"))
        if row is None:
            with translation.override(language):
                return Words(str(kind.title), str(kind.title))
        template = Words(row.title, row.body)
        return filled(kind, template, notice.values, language, outside=outside)
