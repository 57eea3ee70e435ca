"""Every write to the working calendar: the library's years by themselves, changes with a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from voltward.base.errors import BadInput
from voltward.pages.room import Text
from voltward.records.actions import action, record
from voltward.records.approvals import Kind, opened, register
from voltward.records.models import Approval, CalendarYear, Person, WorkDay
from voltward.records.national_calendar import known_days, known_years, source
from voltward.records.selectors import installation
from voltward.records.services.clock_dates import recounted

LONGEST_CHANGE = 120


@action("calendar.propose", needs="rule.propose")
def calendar_propose(
    actor: Person,
    *,
    year: int,
    days: Sequence[tuple[date, str, str]],
    source: str,
    is_complete: bool,
    reason: str,
) -> Approval:
    """Ask a second person to change days of ``year``: date, kind (of ``WorkDay.KINDS``), name.

    ``is_complete``: with these days the year is known, and clocks that run into it are confirmed.

    Raises:
        BadInput: a day of another year or twice, an unknown kind, no source, no reason, nothing to do.
    """
    if actor.maker_id is None or not reason.strip() or not source.strip():
        raise BadInput("reason, source: empty; name the notice that says so and why it is entered")
    if not days and not is_complete:
        raise BadInput("days: none")
    if len(days) > LONGEST_CHANGE or len({day for day, *_ in days}) < len(days):
        raise BadInput(f"days: {len(days)}; each once and at most {LONGEST_CHANGE}")
    for day, kind, _name in days:
        if day.year != year or kind not in dict(WorkDay.KINDS):
            raise BadInput(f"days: {day} {kind}; a day of {year}, holiday, workday or usual")
    payload = {
        "year": year, "source": source.strip()[:240], "is_complete": is_complete,
        "days": [[day.isoformat(), kind, name.strip()[:60]] for day, kind, name in sorted(days)],
    }  # fmt: skip
    approval = opened(actor, CHANGE, title=f"工作日历 {year}", payload=payload, reason=reason)
    record(actor, "calendar.propose", approval, before={}, after=payload)
    return approval


def _apply(decider: Person, approval: Approval) -> None:
    _calendar_change(decider, approval=approval)


@action("calendar.change", needs="rule.approve")
def _calendar_change(actor: Person, *, approval: Approval) -> None:
    given = approval.payload
    people = {"proposed_by": approval.asked_by, "approved_by": actor, "source": given["source"]}
    for day, kind, name in given["days"]:
        WorkDay.objects.update_or_create(
            maker=approval.maker, on=date.fromisoformat(day),
            defaults={"kind": kind, "name": name, **people},
        )  # fmt: skip
    if given["is_complete"]:
        CalendarYear.objects.update_or_create(
            maker=approval.maker, year=given["year"], defaults=people
        )
    moved = recounted(actor, "calendar.change", approval.maker_id)
    record(actor, "calendar.change", approval, before={}, after={**given, "clocks_moved": moved})


def calendar_refresh() -> int:
    """Add the years the library knows and the table lacks; gives the number of days added."""
    present = set(CalendarYear.objects.filter(maker=None).values_list("year", flat=True))
    lacking = sorted(known_years() - present)
    return sum(_calendar_seed(installation(), year=year) for year in lacking)


@action("calendar.seed", needs="rule.seed")
def _calendar_seed(actor: Person, *, year: int) -> int:
    kinds = {True: "workday", False: "holiday"}
    rows = [
        WorkDay(on=day.on, kind=kinds[day.works], name=day.name, source=source())
        for day in known_days(year)
    ]
    WorkDay.objects.bulk_create(rows, ignore_conflicts=True)
    entry, _made = CalendarYear.objects.get_or_create(
        maker=None, year=year, defaults={"source": source()}
    )
    moved = recounted(actor, "calendar.seed", None)
    record(
        actor, "calendar.seed", entry, before={}, after={"days": len(rows), "clocks_moved": moved}
    )
    return len(rows)


def _parts(approval: Approval) -> list[tuple[Text, str]]:
    given, kinds = approval.payload, dict(WorkDay.KINDS)
    parts: list[tuple[Text, str]] = [(_("年份"), str(given["year"])), (_("依据"), given["source"])]
    if given["is_complete"]:
        parts.append((_("该年度安排已完整录入"), "✓"))
    return parts + [(day, f"{kinds[kind]} {name}") for day, kind, name in given["days"]]


CHANGE = register(Kind("calendar.change", _("工作日历变更"), "rule.approve", _apply, _parts))
