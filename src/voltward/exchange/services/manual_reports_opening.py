"""Opens manual reports: of frames, and of reports, that told a platform less than the vehicle said.

A platform of the 2016 edition has no level 4. What the uplink sent it as level 3, and what messages of
GB/T 45688 (whose level ends at 3 too) told it of a thermal event, must reach it by a person as well.
Read twice, the same frames open nothing and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voltward.base.errors import NotFound, WrongState
from voltward.exchange import manual_report_states as states
from voltward.exchange import notice_kinds as notices
from voltward.exchange.models import ManualReport, PlatformRevision, PublicPlatform, ReportDue
from voltward.exchange.report_bodies import HIGHEST_LEVEL
from voltward.exchange.selectors import manual_reports as selectors
from voltward.exchange.services.accidents import level_of
from voltward.fleet.models import Vehicle
from voltward.monitoring.models import Alarm
from voltward.records.actions import action, label, record
from voltward.records.links import LinkKind, register
from voltward.records.models import Link, Person
from voltward.records.selectors import installation
from voltward.records.services.clocks import clock_start
from voltward.records.services.notices import notice_send

OPEN: Final = "manual_report.open"
HANDLE: Final = "manual_report.handle"  # whoever holds it is told
OF_2016: Final = 2016
TOLD_OF = register(LinkKind("exchange.manual_report", _("人工报告的事件"), _("人工报告")))


@dataclass(frozen=True)
class Told:
    """A stretch of an event; ``number``: of the vehicle in the store; ``sent_at`` None: no frame was."""

    link: str
    number: int
    begins_at: datetime
    ends_at: datetime
    sent_at: datetime | None
    alarm: Alarm | None = None
    report: ReportDue | None = None


def manual_reports_take(told: Sequence[Told]) -> int:
    """Open what the uplink's frames call for; gives how many there are anew."""
    platforms = PublicPlatform.objects.select_related("maker").in_bulk(
        {one.link for one in told}, field_name="name"
    )
    return sum(
        _taken(platforms[link], stretch)
        for (link, _number), found in groupby(sorted(told, key=_key), key=lambda one: _key(one)[:2])
        if link in platforms
        for stretch in _stretches(found, selectors.event_gap(platforms[link].maker_id))
    )


def manual_reports_of(
    alarm: Alarm, links: Iterable[PlatformRevision], moment: datetime, made: Sequence[ReportDue]
) -> None:
    """Open what messages of GB/T 45688 of a thermal event call for, at the platforms that end at 3."""
    for link in links:
        if link.edition != OF_2016:
            continue
        report = next((one for one in made if one.platform_id == link.platform_id), None)
        begins_at = min(alarm.opened_at, moment)
        _taken(
            link.platform,
            Told(
                link.platform.name, alarm.vehicle.vehicle_id, begins_at, moment, None, alarm, report
            ),
        )


def is_thermal(alarm: Alarm) -> bool:
    """Whether it is open and of a level that messages of GB/T 45688 do not have."""
    return alarm.is_open and level_of(alarm) > HIGHEST_LEVEL


def _key(told: Told) -> tuple[str, int, datetime]:
    return told.link, told.number, told.begins_at


def _stretches(told: Iterable[Told], gap: timedelta) -> Iterator[Told]:
    """Of one vehicle, in order of time: what belongs together as one."""
    whole: Told | None = None
    for one in told:
        if whole is not None and one.begins_at <= whole.ends_at + gap:
            whole = replace(
                whole, ends_at=max(whole.ends_at, one.ends_at),
                sent_at=_first(whole.sent_at, one.sent_at),
            )  # fmt: skip
            continue
        if whole is not None:
            yield whole
        whole = one
    if whole is not None:
        yield whole


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _taken(platform: PublicPlatform, told: Told) -> bool:
    known = _known(platform, told)
    if known is not None and not _is_news(known, told):
        return False
    return _manual_report_open(installation(), platform=platform, told=told)


def _known(platform: PublicPlatform, told: Told) -> ManualReport | None:
    return selectors.manual_report_of(
        platform.pk, told.number, told.begins_at, told.ends_at, told.alarm,
        selectors.event_gap(platform.maker_id),
    )  # fmt: skip


def _is_news(row: ManualReport, told: Told) -> bool:
    if not selectors.says_nothing_new(row, told.begins_at, told.ends_at):
        return True
    sent_earlier = told.sent_at is not None and row.told_at != _first(row.told_at, told.sent_at)
    return sent_earlier or (row.report is None and told.report is not None)


@action(OPEN, needs=OPEN)
def _manual_report_open(actor: Person, *, platform: PublicPlatform, told: Told) -> bool:
    """True: it is a new one. One process works on a platform at a time."""
    PublicPlatform.objects.select_for_update().get(pk=platform.pk)
    vehicle = Vehicle.objects.filter(maker=platform.maker_id, vehicle_id=told.number).first()
    row = _known(platform, told)
    is_new = row is None
    if row is None:
        row = ManualReport(
            maker=platform.maker, platform=platform, number=told.number,
            begins_at=told.begins_at, ends_at=told.ends_at,
        )  # fmt: skip
    row.begins_at, row.ends_at = (
        min(row.begins_at, told.begins_at),
        max(row.ends_at, told.ends_at),
    )
    row.told_at, row.vehicle = _first(row.told_at, told.sent_at), row.vehicle or vehicle
    row.report = row.report or told.report
    row.alarm = row.alarm or told.alarm or _alarm(row)
    row.save()
    _linked(actor, row)
    if is_new:
        _begun(actor, row)
    after = {
        "platform": platform.name, "vehicle": row.vehicle_id, "alarm": row.alarm_id,
        "begins_at": row.begins_at.isoformat(), "ends_at": row.ends_at.isoformat(),
        "told_at": row.told_at.isoformat() if row.told_at else None,
    }  # fmt: skip
    record(actor, OPEN, row, before={}, after=after, maker_id=row.maker_id)
    return is_new


def _alarm(row: ManualReport) -> Alarm | None:
    if row.vehicle is None:
        return None
    gap = selectors.event_gap(row.maker_id)
    return selectors.thermal_alarm(row.vehicle.pk, row.begins_at, row.ends_at, gap)


def _linked(actor: Person, row: ManualReport) -> None:
    """Shown on the pages of its alarm and its vehicle too."""
    for other in (row.alarm, row.vehicle):
        if other is not None:
            Link.objects.get_or_create(
                maker=row.maker, kind=TOLD_OF.code, source=label(row), target=label(other),
                defaults={"made_by": actor},
            )  # fmt: skip


def _begun(actor: Person, row: ManualReport) -> None:
    """Its clock runs, and who is on duty is told."""
    clock_of(actor, row, timezone.now(), "")
    told_at = row.told_at or row.begins_at
    notice_send(
        actor, kind=notices.MANUAL_REPORT.code, maker=row.maker, severity=3, subject=row,
        to=selectors.manual_report_people(row.maker_id, HANDLE), path=path_of(row),
        values={
            "platform": row.platform.title, "vehicle": row.vehicle.vin if row.vehicle else row.number,
            "told_at": told_at.isoformat(),
        },
    )  # fmt: skip


def clock_of(actor: Person, row: ManualReport, began_at: datetime, event_key: str) -> None:
    """Start the clock until it is reported; the rule may be switched off."""
    try:
        clock_start(
            actor, code=selectors.DUE, subject=row, subject_text=str(row), event=states.OPEN,
            started_at=began_at, event_key=event_key, url=path_of(row), maker=row.maker,
        )  # fmt: skip
    except (NotFound, WrongState):
        return


def path_of(row: ManualReport) -> str:
    return f"/manual-reports/{row.pk}/"
