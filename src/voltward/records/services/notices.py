"""Telling people: writes rows that the sending job works off, inside whatever action asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.http import url_has_allowed_host_and_scheme

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.records import wall
from voltward.records.actions import Subject, action, label, record, write_row
from voltward.records.models import (
    Acknowledgement,
    Delivery,
    EscalationChain,
    Maker,
    Notice,
    Person,
)
from voltward.records.models.notice_ways import INBOX
from voltward.records.notice_kinds import NoticeKind, kind_of, values_checked
from voltward.records.notice_ports import now
from voltward.records.notice_words import added, kept
from voltward.records.roles import OWN_ACCOUNT
from voltward.records.selectors import notices as selectors
from voltward.records.selectors.recipients import (
    ToChain,
    ToPost,
    ToRole,
    post_holders,
    role_holders,
)
from voltward.records.services.notice_plan import people_added, step_begun

To = Person | ToRole | ToPost | ToChain


def notice_send(
    actor: Person,
    *,
    kind: str,
    to: Iterable[To],
    values: Mapping[str, Any],
    subject: Subject | None = None,
    path: str = "",
    severity: int | None = None,
    dedup_key: str = "",
    window: timedelta | None = None,
    maker: Maker | None = None,
) -> Notice:
    """Tell people of something, for use inside an action; leaves its own audit row beside that of the action.

    Only rows are written: they are undone with the action, and sent soon after it by a job. They are the
    maker's, also where nobody was let in yet: a sign-in is told of while it goes on.
    ``path``: page of the subject, from ``/``. ``severity`` and ``window``: None: those of the kind.
    The same ``dedup_key`` within ``window`` adds no second notice, unless it is more severe; people
    whom the first one did not reach are added to it, and what its kind adds up is unread again.
    ``maker``: for the platform itself, which has none.

    Raises:
        RuntimeError: outside a transaction, where a notice could tell of a write undone later.
        BadInput: unknown kind, other values than the kind's, or a path that leaves the site.
        NotFound: a person, post or chain of another maker, or no such chain.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind} is sent outside a transaction")
    found = kind_of(kind)
    checked = values_checked(found, values)
    if path and not (path.startswith("/") and url_has_allowed_host_and_scheme(path, None)):
        raise BadInput("path: a page of this site, from /")
    to = list(to)
    maker_id = _maker_of(actor, maker, to)
    span = found.window if window is None else window
    level = found.severity if severity is None else severity
    with wall.within(wall.of(maker_id)):
        people, chain = _addressed(maker_id, to)
        at = now()
        notice = _earlier(maker_id, kind, dedup_key, level, at) if dedup_key and span else None
        if notice is not None:
            _repeated(notice, found, kept(checked))
        else:
            notice = Notice.objects.create(
                maker_id=maker_id, kind=kind, severity=_level(level), values=kept(checked),
                subject=label(subject) if subject is not None else "", asked_by=actor,
                created_at=at, dedup_key=dedup_key[:160], path=path,
                dedup_until=at + span if dedup_key and span else None,
            )  # fmt: skip
        _send(notice, people, chain, at)
    told = _told(found, notice, people, chain)
    write_row(actor, "notice.send", subject=label(notice), after=told, maker_id=maker_id)
    return notice


def _repeated(notice: Notice, kind: NoticeKind, values: Mapping[str, Any]) -> None:
    """The same once more: counted, and where the kind adds a value up, unread again with the sum."""
    notice.repeats += 1
    if kind.adds:
        notice.values[kind.adds] = added(notice.values[kind.adds], values[kind.adds])
        Delivery.objects.filter(notice=notice, kind=INBOX).update(read_at=None)
    notice.save(update_fields=["repeats", "values"])


def _send(
    notice: Notice, people: list[Person], chain: EscalationChain | None, at: datetime
) -> None:
    people_added(notice, people, at=at)
    if chain is not None and notice.chain_id is None:
        notice.chain = chain
        notice.save(update_fields=["chain"])
        step_begun(notice, 0, at)


def _told(
    kind: NoticeKind, notice: Notice, people: list[Person], chain: EscalationChain | None
) -> dict[str, Any]:
    return {
        "kind": kind.code,
        "severity": notice.severity,
        "people": sorted(person.pk for person in people),
        "chain": chain.code if chain else "",
        "repeats": notice.repeats,
    }


def _level(severity: int) -> int:
    if severity not in range(4):
        raise BadInput(f"severity: {severity}; expected 0 to 3")
    return severity


def _maker_of(actor: Person, maker: Maker | None, to: list[To]) -> int | None:
    if actor.maker_id is not None:
        return actor.maker_id
    if maker is not None:
        return maker.pk
    return next((one.maker_id for one in to if isinstance(one, Person)), None)


def _addressed(maker_id: int | None, to: list[To]) -> tuple[list[Person], EscalationChain | None]:
    people: dict[int, Person] = {}
    chain = None
    for one in to:
        if isinstance(one, ToChain):
            chain = selectors.chain_open(maker_id, one.code)
            continue
        if isinstance(one, ToRole):
            found = role_holders(maker_id, one.code, one.unit)
        elif isinstance(one, ToPost):
            if one.post.unit.maker_id != maker_id:
                raise NotFound(f"post {one.post.pk}")
            found = post_holders(one.post)
        else:
            if one.maker_id != maker_id:
                raise NotFound(f"person {one.pk}")
            found = [one]
        people.update((person.pk, person) for person in found)
    return list(people.values()), chain


def _earlier(
    maker_id: int | None, kind: str, key: str, severity: int, at: datetime
) -> Notice | None:
    """The notice that this one repeats; tries side by side wait for each other's end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"notice {maker_id} {kind} {key}"],
        )
    same = Notice.objects.filter(
        maker=maker_id, kind=kind, dedup_key=key[:160], dedup_until__gt=at, severity__gte=severity
    )
    return same.order_by("-pk").first()


@action("notice.acknowledge", needs=OWN_ACCOUNT)
def notice_acknowledge(actor: Person, *, notice_id: int) -> Acknowledgement:
    """Say that a notice was seen: its escalation ends, and nobody calls this person for it again.

    Raises:
        NotFound: it was not for this person.
        WrongState: this person acknowledged it already.
    """
    entry = selectors.inbox_entry(actor, notice_id)
    notice = Notice.objects.select_for_update().get(pk=entry.notice_id)
    if notice.acknowledgements.filter(person=actor).exists():
        raise WrongState(f"notice {notice_id} is acknowledged")
    at = now()
    made = Acknowledgement.objects.create(notice=notice, person=actor, at=at)
    if notice.acknowledged_at is None:
        notice.acknowledged_at = at
        notice.step_due_at = None
        notice.save(update_fields=["acknowledged_at", "step_due_at"])
    mine = Delivery.objects.filter(notice=notice, person=actor)
    mine.filter(kind=INBOX, read_at=None).update(read_at=at)
    open_ways = mine.exclude(kind=INBOX).filter(state__in=("waiting", "again", "standby"))
    open_ways.update(state="unneeded", due_at=None)
    record(actor, "notice.acknowledge", notice, before={}, after={"at": at.isoformat()})
    return made


def own_notice_read(actor: Person, *, notice_id: int) -> None:
    """Take a notice off the count of the actor's own inbox; no decision hangs on it, so no audit row.

    Raises:
        NotFound: it was not for this person.
    """
    entry = selectors.inbox_entry(actor, notice_id)
    Delivery.objects.filter(pk=entry.pk, read_at=None).update(read_at=now())


def own_notices_read(actor: Person) -> int:
    """Take everything off the count; acknowledging stays with each notice."""
    with transaction.atomic():
        unread = selectors.inbox_of(actor).filter(read_at=None).order_by()
        return Delivery.objects.filter(pk__in=unread.values("pk")).update(read_at=now())
