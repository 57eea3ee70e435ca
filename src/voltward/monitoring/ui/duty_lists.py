"""The lists of the roster: shifts, presence checks, hand-overs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, DateFilter

from voltward.monitoring.duty_texts import people_names
from voltward.monitoring.models import HandOver, PresenceCheck, Shift
from voltward.monitoring.selectors import hand_overs, presence_checks, roster
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell

SECTION = gettext_lazy("值班")
HAND_OVER_STATES = [("open", gettext_lazy("待接班签字")), ("done", gettext_lazy("已交接"))]


def hand_over_state(shift: Shift, now: datetime) -> Cell:
    """Of a shift: nothing before it ends, then red until both have signed."""
    if hasattr(shift, "hand_over"):
        done = shift.hand_over.is_done
        return Cell(_("已交接"), "done") if done else Cell(_("待接班签字"), "due")
    return Cell(_("未交接"), "late") if shift.ends_at <= now else Cell("—")


class ShiftFilter(RoomFilterSet):
    of = "shift"
    name = CharFilter(label=gettext_lazy("班次"), lookup_expr="begins", max_length=24)
    person = CharFilter(label=gettext_lazy("值班人员"), method="by_person", max_length=64)
    since = DateFilter(
        label=gettext_lazy("开始不早于"), field_name="begins_at", lookup_expr="date__gte"
    )
    until = DateFilter(
        label=gettext_lazy("开始不晚于"), field_name="begins_at", lookup_expr="date__lte"
    )

    class Meta:
        model = Shift
        fields = ["name", "person", "since", "until"]

    def by_person(self, rows: QuerySet[Shift], name: str, value: str) -> QuerySet[Shift]:
        del name
        on = Shift.objects.filter(people__person__display_name__begins=value)
        return rows.filter(pk__in=on.values("pk"))


SHIFTS = List(
    of="shift",
    title=gettext_lazy("排班记录"),
    section=SECTION,
    needs="duty.read",
    rows=lambda actor: roster.shift_visible(actor).select_related("hand_over"),
    filterset=ShiftFilter,
    columns=(
        ListColumn(
            gettext_lazy("班次"), key="name", link=lambda row: reverse("duty-shift", args=[row.pk])
        ),
        ListColumn(gettext_lazy("开始时间"), key="begins_at", kind="instant", sort="begins_at"),
        ListColumn(gettext_lazy("结束时间"), key="ends_at", kind="instant"),
        ListColumn(gettext_lazy("值班人员"), key="people", raw=people_names),
        ListColumn(gettext_lazy("需要人数"), key="people_needed", kind="number"),
        ListColumn(
            gettext_lazy("缺"),
            lambda row: Cell(str(missing), "late") if (missing := roster.missing_of(row)) else "0",
            key="missing",
            raw=roster.missing_of,
        ),
        ListColumn(
            gettext_lazy("交接班"),
            lambda row: hand_over_state(row, timezone.now()),
            key="handed_over",
            raw=lambda row: str(hand_over_state(row, timezone.now()).text),
        ),
    ),
    order="-begins_at",
    facets=(Facet("name"),),
    buttons=(Button(gettext_lazy("排一个月"), "duty-make", "plus", "duty.manage"),),
    empty_title=gettext_lazy("还没有排班"),
    empty_text=gettext_lazy("先在“班次设置”中建立班次，再排一个月。"),
    url_name="duty-shifts",
    api="duty/shifts/",
    about="Shifts of the desk with their people, newest first.",
)


class ShiftList(ListPage):
    declaration = SHIFTS
    template = "monitoring/duty/list.html"


class CheckFilter(RoomFilterSet):
    of = "presence_check"
    person = CharFilter(
        label=gettext_lazy("值班人员"),
        field_name="person__display_name",
        lookup_expr="begins",
        max_length=64,
    )
    state = ChoiceFilter(
        label=gettext_lazy("状态"), choices=PresenceCheck.STATES, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = PresenceCheck
        fields = ["person", "state"]


_CHECK_DOTS = {"waiting": "due", "answered": "done", "late": "due", "missed": "late"}
CHECKS = List(
    of="presence_check",
    title=gettext_lazy("查岗记录"),
    section=SECTION,
    needs="duty.read",
    rows=lambda actor: presence_checks.check_visible(actor),
    filterset=CheckFilter,
    columns=(
        ListColumn(
            gettext_lazy("查岗时间"),
            key="asked_at",
            kind="instant",
            sort="asked_at",
            link=lambda row: reverse("duty-check", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("班次"), key="shift__name"),
        ListColumn(gettext_lazy("值班人员"), key="person__display_name"),
        ListColumn(
            gettext_lazy("状态"),
            lambda row: Cell(row.get_state_display(), _CHECK_DOTS[row.state]),
            key="state",
            kind="choice",
        ),
        ListColumn(gettext_lazy("应答截止"), key="answer_by", kind="instant"),
        ListColumn(gettext_lazy("应答时间"), key="answered_at", kind="instant"),
        ListColumn(gettext_lazy("升级时间"), key="escalated_at", kind="instant"),
    ),
    order="-asked_at",
    facets=(Facet("state"),),
    empty_title=gettext_lazy("还没有查岗"),
    empty_text=gettext_lazy(
        "有人值班时，平台在不可预知的时刻自动查岗；间隔与应答时限见“时限规则”。"
    ),
    url_name="duty-checks",
    api="duty/presence-checks/",
    about="Presence checks with their answers, newest first.",
)


class CheckList(ListPage):
    declaration = CHECKS
    template = "monitoring/duty/list.html"


class HandOverFilter(RoomFilterSet):
    of = "hand_over"
    given_by = CharFilter(
        label=gettext_lazy("交班人"),
        field_name="given_by__display_name",
        lookup_expr="begins",
        max_length=64,
    )
    state = ChoiceFilter(
        label=gettext_lazy("状态"),
        choices=HAND_OVER_STATES,
        method="by_state",
        empty_label=gettext_lazy("全部"),
    )

    class Meta:
        model = HandOver
        fields = ["given_by", "state"]

    def by_state(self, rows: QuerySet[HandOver], name: str, value: str) -> QuerySet[HandOver]:
        del name
        return rows.filter(Q(taken_by__isnull=value == "open"))


HAND_OVERS = List(
    of="hand_over",
    title=gettext_lazy("交接班记录"),
    section=SECTION,
    needs="duty.read",
    rows=lambda actor: hand_overs.hand_over_visible(actor),
    filterset=HandOverFilter,
    columns=(
        ListColumn(
            gettext_lazy("交班时间"),
            key="given_at",
            kind="instant",
            sort="given_at",
            link=lambda row: reverse("duty-hand-over", args=[row.shift_id]),
        ),
        ListColumn(gettext_lazy("班次"), key="shift__name"),
        ListColumn(gettext_lazy("交班人"), key="given_by__display_name"),
        ListColumn(
            gettext_lazy("未了事项"),
            key="open_items",
            kind="number",
            raw=lambda row: len(row.items),
        ),
        ListColumn(
            gettext_lazy("状态"),
            lambda row: Cell(_("已交接"), "done") if row.is_done else Cell(_("待接班签字"), "due"),
            key="state",
            raw=lambda row: "done" if row.is_done else "open",
        ),
        ListColumn(gettext_lazy("接班人"), key="taken_by__display_name"),
        ListColumn(gettext_lazy("接班时间"), key="taken_at", kind="instant"),
    ),
    order="-given_at",
    empty_title=gettext_lazy("还没有交接班"),
    empty_text=gettext_lazy("值班人员在班次结束前后于班次页面交班，接班人签字后完成。"),
    url_name="duty-hand-overs",
    api="duty/hand-overs/",
    about="Hand-overs of the desk, newest first.",
)


class HandOverList(ListPage):
    declaration = HAND_OVERS
    template = "monitoring/duty/list.html"

    def more_context(self, request: Any) -> dict[str, Any]:
        """Shifts that ended without both signatures stand above the list: none is skipped unseen."""
        missing = hand_overs.hand_overs_missing(request.user, timezone.now())
        return {"missing": list(missing[:12]), "missing_count": missing.count()}


LISTS = (SHIFTS, CHECKS, HAND_OVERS)
