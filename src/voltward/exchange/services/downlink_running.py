"""What gateways tell of commands to vehicles, and what the clock alone decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from voltward.base.errors import WrongState
from voltward.exchange import downlink_states as states
from voltward.exchange.downlink_frames import frame_of
from voltward.exchange.models import DownlinkCommand, DownlinkStream
from voltward.exchange.models.downlink import CODES
from voltward.exchange.selectors.downlink import RESENDS, downlink_due, downlink_offered
from voltward.exchange.services.downlink import password_of
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT
from voltward.records.actions import action, record
from voltward.records.models import Person

RUN: Final = "downlink.run"
TAKE: Final = "downlink.take"
SWEEP: Final = "downlink.sweep"
LOCK: Final = 0x56_57_44_4C  # any number of ours
SUCCESS: Final = 0x01
_KINDS: Final = {code: kind for kind, code in CODES.items()}


@dataclass(frozen=True)
class DownlinkNews:
    """What a gateway told. ``sent`` and ``unfit`` name a command and an attempt, ``answered`` has the
    vehicle's whole frame, which names its command by kind and time.
    """

    at: datetime
    what: str
    number: int = 0
    attempt: int = 0
    stamp: str = ""
    vin: str = ""
    frame: bytes = b""


@action(TAKE, needs=RUN)
def downlink_take(
    actor: Person, *, stream: str, position: str, news: Sequence[DownlinkNews]
) -> int:
    """Put down a stretch of a stream and that it was taken, in one transaction. Returns how many
    commands it changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    changed = 0
    for one in news:
        row = _answered_row(one) if one.what == "answered" else _row(one.number)
        if row is not None and _told(actor, row, one, stream):
            changed += 1
    at, _new = DownlinkStream.objects.update_or_create(
        stream=stream, defaults={"position": position}
    )
    record(actor, TAKE, at, before={}, after={"events": len(news), "changed": changed})
    return changed


@action(SWEEP, needs=RUN)
def downlink_sweep(actor: Person, *, now: datetime, retry: timedelta) -> int:
    """Ask for another attempt where no answer came, give up what was tried or waited for long enough.

    Call it when ``downlink_due`` says that there is something to do.
    """
    changed = 0
    for row in downlink_due(now, retry).select_for_update(of=("self",)).order_by("pk"):
        before = _seen(row)
        if row.state == states.QUEUED:
            _end(row, "expire", now)
        elif row.sent_at is not None and now >= row.sent_at + (RESENDS + 1) * retry:
            _end(row, "time_out", now)
        elif row.attempt == row.sent_attempt <= RESENDS:
            row.attempt += 1
        if _seen(row) != before:
            row.save(update_fields=["state", "attempt", "ended_at"])
            record(actor, SWEEP, row, before=before, after=_seen(row), maker_id=row.maker_id)
            changed += 1
    if not changed:  # whoever looked at the same moment has done it
        record(actor, SWEEP, actor, before={}, after={"changed": 0})
    return changed


@dataclass(frozen=True)
class Offered:
    """What a gateway should send now: ``frame`` still without a time. ``stamp``: the time that it was
    first sent with, which a later attempt keeps; "": it was not sent yet. Nothing leaves after ``until``.
    """

    number: int
    attempt: int
    frame: bytes
    stamp: str
    until: datetime


def offered(retry: timedelta) -> list[Offered]:
    """
    Raises:
        BadSetting: a password that the key of this installation does not open.
    """
    return [_offered(row, retry) for row in downlink_offered()]


def _offered(row: DownlinkCommand, retry: timedelta) -> Offered:
    frame = frame_of(
        vin=row.vehicle.vin, edition=row.edition, kind=row.kind, control=row.control, body=row.body,
        password=password_of(row),
    )  # fmt: skip
    until = row.valid_until if row.sent_at is None else row.sent_at + (RESENDS + 1) * retry
    if until is None:
        raise WrongState(f"command {row.pk} may be sent, but not until when")
    return Offered(row.pk, row.attempt, frame, row.stamp, until)


def _row(number: int) -> DownlinkCommand | None:
    return DownlinkCommand.objects.select_for_update(of=("self",)).filter(pk=number).first()


def _answered_row(news: DownlinkNews) -> DownlinkCommand | None:
    """Which command an answer belongs to: the one whose time it repeats, else the one in flight.

    Annex B of 2016 lets a terminal answer with a time of its own, and many send none.
    """
    rows = DownlinkCommand.objects.select_for_update(of=("self",)).filter(
        vehicle__vin=news.vin, kind=_KINDS.get(news.frame[2], "")
    )
    time = news.frame[HEADER:-1][:MOMENT]
    if len(time) == MOMENT and (named := rows.filter(stamp=time.hex()).order_by("-pk").first()):
        return named
    return rows.filter(state=states.SENT).first()


def _told(actor: Person, row: DownlinkCommand, news: DownlinkNews, stream: str) -> bool:
    """Whether it changed the command; what does not follow any more changes nothing."""
    before = _seen(row)
    if news.what == "sent":
        _sent(row, news, stream)
    elif news.what == "unfit" and (row.state, "unfit") in states.STEPS:
        _end(row, "unfit", news.at)
    elif news.what == "answered":
        step = "succeed" if news.frame[3] == SUCCESS else "fail"
        if (row.state, step) in states.STEPS:
            row.flag, row.answer, row.answered_at = news.frame[3], news.frame.hex(), news.at
            _end(row, step, news.at)
    if _seen(row) == before:
        return False
    row.save()
    record(actor, TAKE, row, before=before, after=_seen(row), maker_id=row.maker_id)
    return True


def _sent(row: DownlinkCommand, news: DownlinkNews, stream: str) -> None:
    row.sent_at = row.sent_at or news.at
    row.last_sent_at, row.gateway = news.at, stream[:40]
    row.sent_attempt, row.stamp = max(row.sent_attempt, news.attempt), news.stamp
    others = DownlinkCommand.objects.filter(vehicle=row.vehicle_id, state=states.SENT)
    is_free = not others.exclude(pk=row.pk).exists()
    if is_free and (row.state, "send") in states.STEPS:
        row.state, row.ended_at = states.after(row.state, "send"), None


def _end(row: DownlinkCommand, step: str, at: datetime) -> None:
    row.state, row.ended_at = states.after(row.state, step), at


def _seen(row: DownlinkCommand) -> dict[str, Any]:
    """What the trail says of it."""
    return {
        "state": row.state, "attempt": row.attempt, "sent": row.sent_attempt, "flag": row.flag,
        "stamp": row.stamp,
    }  # fmt: skip
