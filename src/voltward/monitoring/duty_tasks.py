"""What the roster puts on the workbench and into the top bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from voltward.monitoring.duty_texts import shift_title
from voltward.monitoring.models import Shift
from voltward.monitoring.selectors.hand_overs import hand_overs_missing, shifts_after
from voltward.monitoring.selectors.presence_checks import checks_for
from voltward.monitoring.selectors.roster import keeps_roster, shifts_at, swaps_for
from voltward.pages.room import Task
from voltward.records.models import Person

LOOKED_BACK: Final = timedelta(days=2)


def duty_tasks(actor: Person, limit: int) -> Sequence[Task]:
    """Presence checks to answer, swaps to decide, shifts to hand over or take over."""
    return [*_checks(actor), *_swaps(actor), *_hand_overs(actor)][:limit]


def duty_count(actor: Person) -> int:
    return checks_for(actor).count() + swaps_for(actor).count() + len(_open_hand_overs(actor))


def duty_top(actor: Person) -> dict[str, Any]:
    """Who is on now: every shift that covers this moment. Nothing where no roster is kept."""
    if not keeps_roster(actor.maker_id):
        return {"keeps": False}
    check = checks_for(actor).first()
    return {"keeps": True, "shifts": shifts_at(actor.maker_id, timezone.now()), "check": check}


def _checks(actor: Person) -> list[Task]:
    return [
        Task(
            _("查岗"), shift_title(one.shift), reverse("duty-check", args=[one.pk]), one.answer_by,
            actor.display_name, _("应答"), started_at=one.asked_at,
        )
        for one in checks_for(actor)
    ]  # fmt: skip


def _swaps(actor: Person) -> list[Task]:
    return [
        Task(
            _("%(name)s请您换班") % {"name": one.giver.display_name}, shift_title(one.shift),
            reverse("duty-shift", args=[one.shift_id]), one.shift.begins_at, actor.display_name,
            _("答复"), started_at=one.asked_at,
        )
        for one in swaps_for(actor)
    ]  # fmt: skip


def _hand_overs(actor: Person) -> list[Task]:
    return [
        Task(
            _("接班签字") if _is_given(shift) else _("交班"), shift_title(shift),
            reverse("duty-hand-over", args=[shift.pk]), shift.ends_at, actor.display_name, _("办理"),
            started_at=shift.begins_at,
        )
        for shift in _open_hand_overs(actor)
    ]  # fmt: skip


def _open_hand_overs(actor: Person) -> list[Shift]:
    """Those of the last two days that wait for this person."""
    now = timezone.now()
    rows = hand_overs_missing(actor, now).filter(ends_at__gt=now - LOOKED_BACK)
    mine = []
    for shift in rows:
        people = {one.person_id for one in shift.people.all()}
        if _is_given(shift):
            waits = shift.hand_over.given_by_id != actor.pk and _is_on_next(actor, shift)
        else:
            waits = actor.pk in people
        if waits:
            mine.append(shift)
    return mine


def _is_on_next(actor: Person, shift: Shift) -> bool:
    return any(
        one.person_id == actor.pk for later in shifts_after(shift) for one in later.people.all()
    )


def _is_given(shift: Shift) -> bool:
    return hasattr(shift, "hand_over")
