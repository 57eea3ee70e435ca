"""Messages to owners: made from the maker's words, not twice within the term, and not to who opted out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from voltward.base.errors import BadInput, WrongState
from voltward.fleet.models import Vehicle
from voltward.fleet.selectors import vehicle_locked
from voltward.monitoring.models import Alarm, OwnerAdvice, OwnerNotice, OwnerOptOut
from voltward.monitoring.models.advice import FAULT
from voltward.monitoring.rule_words import rule_title
from voltward.monitoring.selectors.desk_rules import desk_rule, desk_span
from voltward.records.actions import action, record
from voltward.records.models import Notice, Person
from voltward.records.notice_ports import now
from voltward.records.notice_words import kept
from voltward.records.selectors.notices import Wording
from voltward.records.working_time import beijing_day

HANDLE: Final = "alarm.handle"
LANGUAGE: Final = "zh-hans"  # no language of owners is on file
SMS, VOICE, TERMINAL = "sms", "voice", "terminal"
CALLED_FROM: Final = 3  # from this level on the owner is also called


def owner_notices_make(
    actor: Person, *, alarm: Alarm, advice: OwnerAdvice, words: str, at: datetime
) -> list[OwnerNotice]:
    """Rows to be sent, for use inside an action; none where the same was told within the term.

    Faults go to the terminal too (D.1), hazards to the telephone alone (D.2). What an owner does not
    want is kept as a row that is not sent.
    """
    del actor
    level = advice.level
    begun = now() - desk_span(alarm.maker_id, "owner_notice_repeat", level=level)
    same = OwnerNotice.objects.filter(vehicle=alarm.vehicle_id, kind=words, created_at__gt=begun)
    if same.exclude(state="failed").exists():
        return []
    values = kept({"rule": rule_title(alarm.rule), "since_at": at})
    text = Wording(alarm.maker_id).words(Notice(kind=words, values=values), LANGUAGE, outside=True)
    wanted = not owner_opted_out(alarm.vehicle, level)
    ways = [SMS] + ([VOICE] if level >= CALLED_FROM else [])
    states = dict.fromkeys(ways, "waiting" if wanted else "unwanted")
    if advice.family == FAULT:
        states[TERMINAL] = "recorded"
    return [
        OwnerNotice.objects.create(
            maker_id=alarm.maker_id, vehicle=alarm.vehicle, advice=advice, alarm=alarm, kind=words,
            way=way, level=level, language=LANGUAGE, title=text.title, body=text.body, state=state,
            due_at=now() if state == "waiting" else None, created_at=now(),
        )
        for way, state in states.items()
    ]  # fmt: skip


def owner_opted_out(vehicle: Vehicle, level: int) -> bool:
    """Whether the owner wants no message of this level today; the desk's rule caps what may be refused."""
    if level > desk_rule(vehicle.maker_id, "owner_opt_out_level").amount:
        return False
    today = beijing_day(timezone.now())
    rows = OwnerOptOut.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=today), vehicle=vehicle, effective_from__lte=today
    )
    return rows.filter(up_to_level__gte=level).exists()


@action("owner_notice.opt_out", needs=HANDLE)
def owner_opt_out(
    actor: Person, *, vin: str, up_to_level: int, reason: str, effective_from: date | None = None
) -> OwnerOptOut:
    """Put down that the owner wants no messages up to a level; an earlier wish ends that day.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        BadInput: a level that must be told, no reason, or a day that has passed.
    """
    vehicle = vehicle_locked(actor, vin)
    highest = desk_rule(vehicle.maker_id, "owner_opt_out_level").amount
    if not 1 <= up_to_level <= min(highest, 2):
        raise BadInput(f"up_to_level: {up_to_level}, expected 1 to {min(highest, 2)}")
    today = beijing_day(timezone.now())
    day = effective_from or today
    if not reason.strip() or day < today:
        raise BadInput("reason: who asked and how, from today or a later day on")
    ended = OwnerOptOut.objects.filter(vehicle=vehicle, effective_to=None).update(effective_to=day)
    row = OwnerOptOut.objects.create(
        maker=vehicle.maker, vehicle=vehicle, up_to_level=up_to_level, effective_from=day,
        reason=reason.strip()[:300], recorded_by=actor,
    )  # fmt: skip
    after = {"up_to_level": up_to_level, "effective_from": day.isoformat(), "reason": row.reason}
    record(actor, "owner_notice.opt_out", vehicle, before={"ended": ended}, after=after)
    return row


@action("owner_notice.opt_in", needs=HANDLE)
def owner_opt_in(actor: Person, *, vin: str, reason: str) -> OwnerOptOut:
    """Put down that the owner wants messages again, from today.

    Raises:
        NotFound: no such vehicle of the actor's maker.
        WrongState: the owner refuses none.
        BadInput: no reason.
    """
    vehicle = vehicle_locked(actor, vin)
    if not reason.strip():
        raise BadInput("reason: who asked and how")
    row = OwnerOptOut.objects.filter(vehicle=vehicle, effective_to=None).first()
    if row is None:
        raise WrongState(f"the owner of {vin} refuses no messages")
    row.effective_to = beijing_day(timezone.now())
    row.save(update_fields=["effective_to"])
    after = {"effective_to": row.effective_to.isoformat(), "reason": reason.strip()[:300]}
    record(actor, "owner_notice.opt_in", vehicle, before={}, after=after)
    return row
