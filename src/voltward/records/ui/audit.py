"""The audit trail as a list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from voltward.pages.listing import ListColumn, ListPage
from voltward.pages.room import Cell
from voltward.records import selectors, services
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


class AuditList(ListPage):
    needs = "audit.read"
    of = "audit"
    title = _("审计记录")
    section = _("系统管理")
    filterset_class = AuditFilter
    columns = (
        ListColumn(
            _("时间"),
            lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
            css="vw-mono",
        ),
        ListColumn(_("人员"), lambda row: row.actor.display_name if row.actor else None),
        ListColumn(_("动作"), lambda row: row.action, css="vw-mono"),
        ListColumn(_("对象"), lambda row: row.subject, css="vw-mono"),
        ListColumn(_("结果"), lambda row: Cell(row.get_result_display(), row.result)),
        ListColumn(_("来源地址"), lambda row: row.address, css="vw-mono"),
        ListColumn(_("请求编号"), lambda row: row.request_number, css="vw-mono"),
    )
    empty_title = _("还没有审计记录")
    empty_text = _("每次写入、每次读取位置或个人信息，以及每次登录，都会在这里留下一行。")

    def rows(self, actor: Any) -> QuerySet[AuditRow]:
        return selectors.audit_visible(actor)

    def exported(self, actor: Any, count: int) -> None:
        services.reading_recorded(actor, what="audit.export", subject=f"{count} rows")
