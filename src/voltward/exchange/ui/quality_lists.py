"""The lists of data quality: days of vehicles, and cases."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter

from voltward.exchange import quality_states as states
from voltward.exchange.models import QualityCase, QualityDay
from voltward.exchange.quality_texts import errors_text
from voltward.exchange.quality_words import class_choices, class_title
from voltward.exchange.selectors.quality import quality_day_visible
from voltward.exchange.selectors.quality_cases import quality_case_visible
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell

WITH = [("yes", _("有错误")), ("no", _("无错误"))]
GOING = [("yes", _("未关闭")), ("no", _("已关闭"))]


class QualityDayFilter(RoomFilterSet):
    of = "quality_day"
    vin = CharFilter(label="VIN", method="by_vin", max_length=17)
    model = CharFilter(label=_("车型"), field_name="model_name", max_length=80)
    since = DateFilter(label=_("采集日期起"), field_name="day", lookup_expr="gte")
    until = DateFilter(label=_("采集日期止"), field_name="day", lookup_expr="lte")
    error = ChoiceFilter(
        label=_("错误类型"), choices=class_choices, method="by_error", empty_label=_("全部")
    )
    wrong = ChoiceFilter(label=_("错误"), choices=WITH, method="by_wrong", empty_label=_("全部"))

    class Meta:
        model = QualityDay
        fields = ["vin", "model", "since", "until", "error", "wrong"]

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The beginning of a VIN."""
        return rows.filter(vehicle__vin__begins=value.strip().upper())

    def by_error(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(errors__has_key=value)

    def by_wrong(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        return rows.filter(errors_number__gt=0) if value == "yes" else rows.filter(errors_number=0)


def _of_vehicle(row: QualityDay) -> str:
    return reverse("vehicle-quality", args=[row.vehicle.vin])


QUALITY_DAYS = List(
    of="quality_day",
    title=_("车辆日数据质量"),
    section=_("监管对接"),
    needs="quality_data.read",
    rows=quality_day_visible,
    filterset=QualityDayFilter,
    columns=(
        ListColumn(
            _("采集日期"), key="day", sort="day", css="vw-mono", raw=lambda row: row.day.isoformat()
        ),
        ListColumn("VIN", key="vehicle__vin", link=_of_vehicle, css="vw-mono"),
        ListColumn(_("车型"), key="model_name"),
        ListColumn(_("报文数"), key="rows", kind="number"),
        ListColumn(_("补发报文数"), key="reissued", kind="number"),
        ListColumn(_("缺失数据项"), key="missing", kind="number", sort="missing"),
        ListColumn(_("应报数据项"), key="expected", kind="number", shown=False),
        ListColumn(_("间隔时长（s）"), key="gap_s", kind="number", sort="gap_s"),
        ListColumn(_("行驶时长（s）"), key="driving_s", kind="number", shown=False),
        ListColumn(_("错误数"), key="errors_number", kind="number", sort="errors_number"),
        ListColumn(_("错误"), errors_text, key="errors", kind="object"),
        ListColumn(
            _("接收日期"), key="received_on", css="vw-mono", shown=False,
            raw=lambda row: row.received_on.isoformat(),
        ),
        ListColumn(_("更新时间"), key="taken_at", kind="instant", shown=False),
        ListColumn(_("编号"), key="id", kind="number", shown=False),
    ),
    order="-day",
    facets=(Facet("model", "model_name"),),
    empty_title=_("没有数据"),
    empty_text=_("车辆上报的数据逐日统计，最迟几分钟后出现在这里。"),
    url_name="quality-days",
    api="quality/days/",
    about="What each vehicle's day came to, by the day of receipt; `errors`: class to count, first and"
    " last second of the day (Beijing).",
)  # fmt: skip


class QualityCaseFilter(RoomFilterSet):
    of = "quality_case"
    going = ChoiceFilter(label=_("处理"), choices=GOING, method="by_going", empty_label=_("全部"))
    state = ChoiceFilter(label=_("状态"), choices=QualityCase.STATES, empty_label=_("全部"))
    model = CharFilter(label=_("车型"), field_name="model_name", max_length=80)
    error = ChoiceFilter(
        label=_("错误类型"), choices=class_choices, field_name="code", empty_label=_("全部")
    )
    owner = CharFilter(
        label=_("负责人"), field_name="owner__display_name", lookup_expr="begins", max_length=64
    )

    class Meta:
        model = QualityCase
        fields = ["going", "state", "model", "error", "owner"]

    def by_going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        going = rows.filter(state__in=states.GOING)
        return going if value == "yes" else rows.filter(state=states.CLOSED)


def _of_case(row: QualityCase) -> str:
    return reverse("quality-case", args=[row.pk])


QUALITY_CASES = List(
    of="quality_case",
    title=_("数据质量问题"),
    section=_("监管对接"),
    needs="quality_data.read",
    rows=quality_case_visible,
    filterset=QualityCaseFilter,
    columns=(
        ListColumn(_("编号"), lambda row: f"Q{row.pk}", key="id", kind="number", link=_of_case),
        ListColumn(_("错误类型"), lambda row: class_title(row.code), key="code"),
        ListColumn(_("车型"), key="model_name"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), row.state), key="state",
            kind="choice",
        ),
        ListColumn(_("负责人"), key="owner__display_name"),
        ListColumn(_("立项时间"), key="opened_at", kind="instant", sort="opened_at"),
        ListColumn(_("原因"), key="cause", shown=False),
        ListColumn(_("整改措施"), key="fix", shown=False),
        ListColumn(
            _("整改日期"), key="fixed_on", sort="fixed_on", css="vw-mono",
            raw=lambda row: row.fixed_on.isoformat() if row.fixed_on else None,
        ),
        ListColumn(_("验证人"), key="closed_by__display_name", shown=False),
        ListColumn(_("关闭时间"), key="closed_at", kind="instant", shown=False),
    ),
    order="-opened_at",
    facets=(Facet("state"),),
    empty_title=_("没有数据质量问题"),
    empty_text=_("某车型的错误连续多日超过限值时自动立项，也可从错误类型页面手工立项。"),
    url_name="quality-cases",
    api="quality/cases/",
    about="Cases of data quality: an error of a model, until measurement shows it gone.",
)  # fmt: skip


class QualityDayList(ListPage):
    declaration = QUALITY_DAYS


class QualityCaseList(ListPage):
    declaration = QUALITY_CASES
