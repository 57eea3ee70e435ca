"""The audit trail as a list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.pages.lists.declaration import Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
from voltward.pages.room import Cell
from voltward.records import selectors
from voltward.records.models import AuditRow


class AuditFilter(FilterSet):  # type: ignore[misc]
    action = CharFilter(label=_("动作"), lookup_expr="startswith")
    subject = CharFilter(label=_("对象"), lookup_expr="startswith")
    result = ChoiceFilter(
        label=_("结果"),
        choices=AuditRow._meta.get_field("result").choices,
        empty_label=_("全部"),
    )

    class Meta:
        model = AuditRow
        fields = ["action", "subject", "result"]


AUDIT = List(
    of="audit",
    title=_("审计记录"),
    section=_("系统管理"),
    needs="audit.read",
    rows=selectors.audit_visible,
    filterset=AuditFilter,
    columns=(
        ListColumn(_("时间"), key="at", kind="instant", sort="at"),
        ListColumn(_("人员"), key="actor", raw=lambda row: row.actor and row.actor.display_name),
        ListColumn(_("动作"), key="action", css="vw-mono"),
        ListColumn(_("对象"), key="subject", css="vw-mono"),
        ListColumn(
            _("结果"),
            lambda row: Cell(row.get_result_display(), row.result),
            key="result",
            kind="choice",
        ),
        ListColumn(_("来源地址"), key="address", css="vw-mono"),
        ListColumn(_("请求编号"), key="request_number", css="vw-mono"),
    ),
    order="-at",
    facets=(Facet("result"),),
    empty_title=_("还没有审计记录"),
    empty_text=_("每次写入、每次读取位置或个人信息，以及每次登录，都会在这里留下一行。"),
    url_name="audit",
    api="audit/",
    about="The audit trail of the caller's maker, newest first.",
)


class AuditList(ListPage):
    declaration = AUDIT
