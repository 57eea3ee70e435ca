"""The working calendar: which years are known, which days differ, and a proposed change."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_filters import ChoiceFilter, FilterSet, NumberFilter

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.records.actors import actor_of
from voltward.records.models import WorkDay
from voltward.records.selectors import deadlines as selectors
from voltward.records.services.work_calendar import calendar_propose
from voltward.records.working_time import beijing_day

WORDS = {
    "休": "holiday",
    "holiday": "holiday",
    "班": "workday",
    "workday": "workday",
    "按星期": "usual",
    "usual": "usual",
}


class WorkDayFilter(FilterSet):  # type: ignore[misc]
    year = NumberFilter(label=gettext_lazy("年份"), field_name="on__year")
    kind = ChoiceFilter(
        label=gettext_lazy("类型"), choices=WorkDay.KINDS, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = WorkDay
        fields = ["year", "kind"]


WORK_DAYS = List(
    of="workday",
    title=gettext_lazy("工作日历"),
    section=gettext_lazy("系统管理"),
    needs="clock.read",
    rows=lambda actor: selectors.workday_visible(actor),
    filterset=WorkDayFilter,
    columns=(
        ListColumn(gettext_lazy("日期"), key="on", sort="on", css="vw-mono"),
        ListColumn(gettext_lazy("类型"), key="kind", kind="choice"),
        ListColumn(gettext_lazy("名称"), key="name"),
        ListColumn(
            gettext_lazy("范围"),
            lambda row: _("本企业") if row.maker_id else _("全国"),
            key="scope",
            raw=lambda row: "own" if row.maker_id else "national",
        ),
        ListColumn(gettext_lazy("依据"), key="source"),
        ListColumn(gettext_lazy("批准人"), key="approved_by__display_name"),
    ),
    order="-on",
    facets=(Facet("year", "on__year"), Facet("kind")),
    buttons=(Button(gettext_lazy("提出变更"), "work-calendar-propose", "plus", "rule.propose"),),
    empty_title=gettext_lazy("没有工作日例外"),
    empty_text=gettext_lazy(
        "国务院公布的放假和调休安排会写入这里；也可提出变更，经第二人批准后生效。"
    ),
    url_name="work-calendar",
)


class WorkDayList(ListPage):
    declaration = WORK_DAYS
    template = "records/work_calendar.html"

    def more_context(self, request: HttpRequest) -> dict[str, Any]:
        """The known years, and loudly this one or the next if it is not among them."""
        known = list(selectors.calendar_years(actor_of(request)))
        this_year = beijing_day(timezone.now()).year
        years = {one.year for one in known}
        return {
            "years": known,
            "unknown": [str(year) for year in (this_year, this_year + 1) if year not in years],
        }


class CalendarForm(forms.Form):
    year = forms.IntegerField(label=gettext_lazy("年份"), min_value=2018, max_value=2100)
    days = forms.CharField(
        label=gettext_lazy("每行一天：日期 休/班/按星期 名称"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "2027-01-01 休 元旦"}),
    )
    source = forms.CharField(label=gettext_lazy("依据（通知文号）"), max_length=240)
    is_complete = forms.BooleanField(label=gettext_lazy("该年度安排已完整录入"), required=False)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=500)

    def clean_days(self) -> list[tuple[date, str, str]]:
        read = []
        for number, line in enumerate(self.cleaned_data["days"].splitlines(), 1):
            if not line.strip():
                continue
            day, word, name = [*line.split(maxsplit=2), "", ""][:3]
            try:
                read.append((date.fromisoformat(day), WORDS[word], name))
            except (ValueError, KeyError):
                text = _("第 %(number)d 行应为：日期 休/班/按星期 名称，如 2027-01-01 休 元旦")
                raise forms.ValidationError(text % {"number": number}) from None
        return read


@needs("rule.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Ask a second person to change days of a year."""
    year = beijing_day(timezone.now()).year + 1
    form = CalendarForm(request.POST or None, initial={"year": year})
    if request.method == "POST" and form.is_valid():
        try:
            approval = calendar_propose(actor_of(request), **form.cleaned_data)
        except BadInput:
            form.add_error("days", _("每天只写一行且都在所填年份内；没有日期时须声明已完整录入。"))
        else:
            messages.success(request, _("已提交，等待第二人审批。"))
            return redirect("approval", approval.pk)
    status = 422 if form.errors else 200
    return render(request, "records/calendar_propose.html", {"form": form}, status=status)
