"""Lays out the ways of a notice: to each person the inbox at once, and the outside ways in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from voltward.records.models import Channel, Delivery, Notice, Person
from voltward.records.models.notice_ways import INBOX
from voltward.records.notice_kinds import is_security
from voltward.records.selectors.notices import channels_open
from voltward.records.selectors.recipients import security_ways_to, step_people, ways_to


def people_added(
    notice: Notice,
    people: Iterable[Person],
    *,
    at: datetime,
    step: int = 0,
    kinds: Sequence[str] = (),
) -> None:
    """Deliveries of one step for those who have none in it yet."""
    rows = Delivery.objects.filter(notice=notice).values_list("person", "step", "kind")
    known = set(rows)
    told = {person for person, in_step, _kind in known if in_step == step}
    channels = channels_open(notice.maker_id)
    for person in people:
        if person.pk in told:
            continue
        has_inbox = any(of == person.pk and kind == INBOX for of, _step, kind in known)
        if is_security(notice.kind):
            ways = security_ways_to(person, channels)
        else:
            ways = ways_to(person, channels, list(kinds) or None)
        Delivery.objects.bulk_create(_ways(notice, person, step, ways, at, has_inbox))


def _ways(
    notice: Notice, person: Person, step: int, ways: list[Channel], at: datetime, has_inbox: bool
) -> list[Delivery]:
    rows = (
        []
        if has_inbox
        else [Delivery(notice=notice, person=person, step=step, kind=INBOX, due_at=at)]
    )
    outside = [one for one in ways if one.kind != INBOX]
    for rank, channel in enumerate(outside, 1):
        first = rank == 1
        rows.append(
            Delivery(
                notice=notice, person=person, step=step, rank=rank, kind=channel.kind,
                channel=channel, state="waiting" if first else "standby",
                due_at=at if first else None,
            )
        )  # fmt: skip
    return rows


def step_begun(notice: Notice, order: int, at: datetime) -> None:
    """Reach the first step from ``order`` on that has somebody; without any, the chain is at its end."""
    steps = list(notice.chain.steps.order_by("order")) if notice.chain else []
    notice.step_due_at = None
    for number, step in enumerate(steps):
        if step.order < order:
            continue
        if people := step_people(step):
            notice.step = step.order
            # step 0 is the notice itself, so that who was told directly may be called again
            people_added(notice, people, at=at, step=step.order, kinds=step.channels)
            if number + 1 < len(steps):
                notice.step_due_at = at + timedelta(minutes=step.wait_min)
            break
    notice.save(update_fields=["step", "step_due_at"])
