"""The lists of reports to public platforms, and of what they fed back."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from voltward.exchange import feedback_states as states
from voltward.exchange.models import FeedbackReceived, ReportDue
from voltward.exchange.proof_words import ANSWERED_IN, flag_text
from voltward.exchange.report_bodies import abnormal_of, item_title
from voltward.exchange.selectors.reports import feedback_visible, report_visible
from voltward.fleet.filters import CapitalFilter
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.room import Cell
from voltward.uplink.reports import FEEDBACK

_SECTION = _("监管对接")
_ALL = _("全部")
GOING: Final = [("yes", _("未关闭")), ("no", _("已关闭"))]
REPORT_DOTS: Final = {
    "due": "due", "handed": "due", "accepted": "done", "refused": "refused", "silent": "failed",
}  # fmt: skip
FEEDBACK_DOTS: Final = {"open": "due", "in_hand": "online", "closed": "done"}


class ReportFilter(RoomFilterSet):
    of = "report"
    vin = CapitalFilter(label="VIN", field_name="vehicle__vin", lookup_expr="begins", max_length=17)
    command = ChoiceFilter(label=_("报文类别"), choices=ReportDue.COMMANDS, empty_label=_ALL)
    state = ChoiceFilter(label=_("状态"), choices=ReportDue.STATES, empty_label=_ALL)

    class Meta:
        model = ReportDue
        fields = ["vin", "command", "state"]


class FeedbackFilter(RoomFilterSet):
    of = "feedback"
    vin = CapitalFilter(label="VIN", lookup_expr="begins", max_length=17)
    going = ChoiceFilter(label=_("处理"), choices=GOING, method="by_going", empty_label=_ALL)
    state = ChoiceFilter(label=_("状态"), choices=FeedbackReceived.STATES, empty_label=_ALL)

    class Meta:
        model = FeedbackReceived
        fields = ["vin", "going", "state"]

    def by_going(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        going = rows.filter(state__in=states.GOING)
        return going if value == "yes" else rows.filter(state=states.CLOSED)


def items_text(command: int, body: str) -> str:
    """The items that are abnormal or not handled, in the reader's language; empty: none."""
    language = get_language() or "zh"
    mark = "、" if language.startswith("zh") else ", "
    rules = abnormal_of(command, bytes.fromhex(body))
    return mark.join(item_title(rule, language) for rule in rules)


def _of_vehicle(row: Any) -> str:
    return reverse("vehicle", args=[row.vehicle.vin]) if row.vehicle else ""


REPORTS = List(
    of="report",
    title=_("监管报文"),
    section=_SECTION,
    needs="exchange.read",
    rows=report_visible,
    filterset=ReportFilter,
    columns=(
        ListColumn(
            _("编号"), lambda row: f"R{row.pk}", key="id", kind="number",
            link=lambda row: reverse("report", args=[row.pk]),
        ),
        ListColumn(_("生成时间"), key="made_at", kind="instant", sort="made_at"),
        ListColumn(_("公共平台"), key="platform__title"),
        ListColumn("VIN", key="vehicle__vin", css="vw-mono", link=_of_vehicle),
        ListColumn(_("报文类别"), key="command", kind="choice"),
        ListColumn(
            _("异常或未处置项"), lambda row: items_text(row.command, row.body) or "—", key="body",
            raw=lambda row: items_text(row.command, row.body),
        ),
        ListColumn(_("数据时间"), key="moment", kind="instant", sort="moment"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), REPORT_DOTS[row.state]),
            key="state", kind="choice",
        ),
        ListColumn(_("发送次数"), key="tries", kind="number", shown=False),
        ListColumn(
            _("应答标志"), lambda row: flag_text(ANSWERED_IN, row.flag) or "—", key="flag",
            kind="number", raw=lambda row: row.flag, shown=False,
        ),
        ListColumn(_("发送时间"), key="sent_at", kind="instant", shown=False),
        ListColumn(_("应答时间"), key="answered_at", kind="instant", shown=False),
    ),
    order="-made_at",
    facets=(Facet("command"), Facet("state")),
    buttons=(Button(_("平台隐患反馈"), "feedbacks", "list-details", "exchange.read"),),
    empty_title=_("还没有监管报文"),
    empty_text=_("车辆出现或解除故障、隐患，或告警处置状态变化时，自动生成并报送已对接的公共平台。"),
    url_name="reports",
    api="reports/",
    about="Messages 0x10 to 0x13 of GB/T 45688 to public platforms; filter with `vin`, `command`,"
    " `state`.",
)  # fmt: skip

FEEDBACKS = List(
    of="feedback",
    title=_("平台隐患反馈"),
    section=_SECTION,
    needs="exchange.read",
    rows=feedback_visible,
    filterset=FeedbackFilter,
    columns=(
        ListColumn(
            _("编号"), lambda row: f"F{row.pk}", key="id", kind="number",
            link=lambda row: reverse("feedback", args=[row.pk]),
        ),
        ListColumn(_("接收时间"), key="received_at", kind="instant", sort="received_at"),
        ListColumn(_("公共平台"), key="platform__title"),
        ListColumn("VIN", key="vin", css="vw-mono", sort="vin", link=_of_vehicle),
        ListColumn(
            _("隐患项"), lambda row: items_text(FEEDBACK, row.body) or _("无（已恢复正常）"), key="body",
            raw=lambda row: items_text(FEEDBACK, row.body),
        ),
        ListColumn(_("数据时间"), key="moment", kind="instant"),
        ListColumn(
            _("状态"), lambda row: Cell(row.get_state_display(), FEEDBACK_DOTS[row.state]),
            key="state", kind="choice",
        ),
        ListColumn(
            _("负责人"), key="owner", raw=lambda row: row.owner.display_name if row.owner else ""
        ),
        ListColumn(_("结论"), key="verdict", kind="choice"),
        ListColumn(_("关闭时间"), key="closed_at", kind="instant", shown=False),
    ),
    order="-received_at",
    facets=(Facet("state"),),
    empty_title=_("还没有平台隐患反馈"),
    empty_text=_("公共平台研判出的隐患数秒内出现在这里，由值班员核查并给出结论。"),
    url_name="feedbacks",
    api="feedback/",
    about="Hazards that public platforms fed back (0x90); filter with `vin`, `going`, `state`.",
)  # fmt: skip

REPORT_LISTS = (REPORTS, FEEDBACKS)
