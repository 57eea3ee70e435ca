"""The roster: a month at a glance, its patterns, making a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.monitoring.duty_texts import hours, month_of, months_round
from voltward.monitoring.duty_times import month_days
from voltward.monitoring.models import Shift, ShiftPattern
from voltward.monitoring.selectors import roster as selectors
from voltward.monitoring.services import roster as services
from voltward.monitoring.ui.duty_lists import hand_over_state
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.working_time import beijing_day

PLACES = 8  # people that may be named when a month is made


@dataclass(frozen=True)
class ShownShift:
    """``missing``: how many people; red before it happens."""

    shift: Shift
    names: list[str]
    missing: int
    hand_over: Any
    is_now: bool


@dataclass(frozen=True)
class ShownDay:
    day: date
    is_today: bool
    is_weekend: bool
    cells: list[list[ShownShift]]


@needs("duty.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A row for each day, a column for each pattern."""
    actor = actor_of(request)
    month = month_of(request.GET.get("month", ""))
    patterns = _patterns(actor, month)
    before, after = months_round(month)
    now = timezone.now()
    gaps = selectors.gaps_ahead(actor.maker, now) if actor.maker else []
    context = {
        "month": month, "before": before, "after": after, "patterns": patterns, "now": now,
        "days": _days(actor, month, patterns, now), "mine": selectors.shifts_to_come(actor),
        "gaps": [(gap, hours(gap.begins_at, gap.ends_at)) for gap in gaps[:12]],
        "gap_count": len(gaps), "may_manage": "duty.manage" in actor.grants,
    }  # fmt: skip
    return render(request, "monitoring/duty/roster.html", context)


def _patterns(actor: Person, month: date) -> list[ShiftPattern]:
    """Those in use, and closed ones that the month still has shifts of."""
    used = {shift.pattern_id for shift in selectors.shifts_of_month(actor, month)}
    rows = [
        one for one in selectors.pattern_visible(actor) if one.closed_at is None or one.pk in used
    ]
    return sorted(rows, key=lambda one: (one.starts, one.pk))


def _days(
    actor: Person, month: date, patterns: list[ShiftPattern], now: datetime
) -> list[ShownDay]:
    found: dict[tuple[date, int], list[ShownShift]] = {}
    for shift in selectors.shifts_of_month(actor, month):
        names = [one.person.display_name for one in shift.people.all()]
        shown = ShownShift(
            shift, names, selectors.missing_of(shift) if shift.ends_at > now else 0,
            hand_over_state(shift, now) if shift.ends_at <= now else None,
            shift.begins_at <= now < shift.ends_at,
        )  # fmt: skip
        found.setdefault((beijing_day(shift.begins_at), shift.pattern_id), []).append(shown)
    today = days.today()
    return [
        ShownDay(
            day, day == today, day.weekday() >= 5,
            [found.get((day, pattern.pk), []) for pattern in patterns],
        )
        for day in month_days(month)
    ]  # fmt: skip


class PatternForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=24)
    starts = forms.TimeField(
        label=gettext_lazy("开始"), widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("结束（不晚于开始时为次日）"),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    people_needed = forms.IntegerField(
        label=gettext_lazy("需要人数"), min_value=1, max_value=services.MOST_PEOPLE, initial=1
    )


@needs("duty.manage")
@require_http_methods(["GET", "POST"])
def patterns(request: HttpRequest) -> HttpResponse:
    """The patterns, and a form for another one."""
    actor, form = actor_of(request), PatternForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.pattern_write(actor, **form.cleaned_data)
        except BadInput:
            form.add_error("name", _("名称已被使用。"))
        else:
            messages.success(request, _("班次已保存。"))
            return redirect("duty-patterns")
    context = {"form": form, "patterns": selectors.pattern_visible(actor)}
    status = 422 if form.errors else 200
    return render(request, "monitoring/duty/patterns.html", context, status=status)


@needs("duty.manage")
@require_POST
def pattern_close(request: HttpRequest, pattern_id: int) -> HttpResponse:
    """No more shifts of it."""
    try:
        services.pattern_close(actor_of(request), pattern_id=pattern_id)
    except WrongState:
        messages.error(request, _("班次已停用。"))
    else:
        messages.success(request, _("班次已停用；已排的班不变。"))
    return redirect("duty-patterns")


class MakeForm(forms.Form):
    """People are named in the order in which they take turns."""

    month = forms.CharField(
        label=gettext_lazy("月份"), max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    pattern_id = forms.TypedChoiceField(label=gettext_lazy("班次"), coerce=int)

    def __init__(self, actor: Person, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        rows = selectors.pattern_visible(actor).filter(closed_at=None)
        self.fields["pattern_id"].choices = [(one.pk, one.name) for one in rows]  # type: ignore[attr-defined]
        people = [(one.pk, one.display_name) for one in selectors.duty_people(actor.maker_id)]
        for place in range(1, PLACES + 1):
            self.fields[f"person_{place}"] = forms.TypedChoiceField(
                label=_("轮值 %(number)d") % {"number": place},
                coerce=int, required=False, empty_value=None, choices=[("", "—"), *people],
            )  # fmt: skip

    @property
    def person_ids(self) -> list[int]:
        given = (self.cleaned_data.get(f"person_{place}") for place in range(1, PLACES + 1))
        return [one for one in given if one is not None]


@needs("duty.manage")
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Make a month out of a pattern, people in turn."""
    actor = actor_of(request)
    start = {"month": f"{month_of(request.GET.get('month', '')):%Y-%m}"}
    form = MakeForm(actor, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        month = month_of(form.cleaned_data["month"])
        try:
            made = services.month_make(
                actor, month=month, pattern_id=form.cleaned_data["pattern_id"],
                person_ids=form.person_ids,
            )  # fmt: skip
        except (BadInput, NotFound, WrongState):
            form.add_error(None, _("月份须未结束，班次须启用，同一人不能重复。"))
        else:
            messages.success(request, _("已排 %(number)d 个班。") % {"number": len(made)})
            return redirect(f"{reverse('duty-roster')}?month={month:%Y-%m}")
    status = 422 if form.errors else 200
    return render(request, "monitoring/duty/make.html", {"form": form}, status=status)
