"""The audit trail: searching it, one row in full, and files of exactly what was searched for."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import DateTimeInput
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_filters import CharFilter, ChoiceFilter, DateTimeFilter, FilterSet

from voltward.pages.access import needs
from voltward.pages.listing import Button, ListColumn, ListPage
from voltward.pages.room import Cell
from voltward.records import services
from voltward.records.models import AuditRow, AuditSeal, Person
from voltward.records.selectors.audit import audit_row, audit_visible


def _moment(label: Any, lookup: str) -> DateTimeFilter:
    """An instant in the reader's own time, to the second."""
    widget = DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
    return DateTimeFilter(field_name="at", lookup_expr=lookup, label=label, widget=widget)


class AuditFilter(FilterSet):  # type: ignore[misc]
    since = _moment(_("起始时间"), "gte")
    until = _moment(_("截止时间"), "lte")
    person = CharFilter(label=_("人员"), method="by_person", max_length=64)
    action = CharFilter(label=_("动作"), lookup_expr="startswith", max_length=64)
    subject = CharFilter(label=_("对象"), lookup_expr="startswith", max_length=120)
    result = ChoiceFilter(
        label=_("结果"),
        choices=AuditRow._meta.get_field("result").choices,
        empty_label=_("全部"),
    )
    request_number = CharFilter(label=_("请求编号"), lookup_expr="iexact", max_length=32)

    class Meta:
        model = AuditRow
        fields = ["since", "until", "person", "action", "subject", "result", "request_number"]

    def by_person(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:  # noqa: ARG002
        """The login in full, or any part of the name."""
        word = value.strip()
        return rows.filter(Q(actor__login=word.lower()) | Q(actor__display_name__icontains=word))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """A condition that cannot be read leaves nothing: never more than was asked for."""
        if self.errors:
            return queryset.none()
        filtered: QuerySet[Any] = super().filter_queryset(queryset)
        return filtered


def _seal(row: AuditRow) -> AuditSeal | None:
    return getattr(row, "seal", None)


def _seal_number(row: AuditRow) -> str | None:
    seal = _seal(row)
    return f"{seal.stream}/{seal.number}" if seal else None


def _seal_hash(row: AuditRow) -> str | None:
    seal = _seal(row)
    return f"{seal.algorithm}:{bytes(seal.hash).hex()}" if seal else None


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_TIME = ListColumn(
    _("时间"),
    lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
    link=lambda row: reverse("audit-row", args=[row.pk]),
    css="vw-mono",
)
_REST = (
    ListColumn(_("人员"), lambda row: row.actor.display_name if row.actor else None),
    ListColumn(_("动作"), lambda row: row.action, css="vw-mono"),
    ListColumn(_("对象"), lambda row: row.subject, css="vw-mono"),
    ListColumn(_("结果"), lambda row: Cell(row.get_result_display(), row.result)),
    ListColumn(_("来源地址"), lambda row: row.address, css="vw-mono"),
    ListColumn(_("请求编号"), lambda row: row.request_number, css="vw-mono"),
    ListColumn(_("链上序号"), _seal_number, css="vw-mono"),
)


class AuditList(ListPage):
    needs = "audit.read"
    of = "audit"
    title = _("审计记录")
    section = _("系统管理")
    filterset_class = AuditFilter
    columns = (_TIME, *_REST)
    export_needs = "audit.export"
    export_columns = (
        ListColumn(_("记录编号"), lambda row: str(row.pk)),
        # whoever compares a file with the database needs the exact instant
        ListColumn(_("时间（UTC）"), lambda row: row.at.isoformat()),
        *_REST,
        ListColumn(_("之前"), lambda row: _plain(row.before)),
        ListColumn(_("之后"), lambda row: _plain(row.after)),
        ListColumn(_("杂凑值"), _seal_hash),
    )
    buttons = (Button(_("核验审计链"), "audit-verifications", "shield-check", "audit.verify"),)
    empty_title = _("还没有审计记录")
    empty_text = _("每次写入、每次读取位置或个人信息，以及每次登录，都会在这里留下一行。")

    def rows(self, actor: Any) -> QuerySet[AuditRow]:
        return audit_visible(actor)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if request.GET.get("export") and not self.may_export(request.user):
            services.refusal_recorded(
                request.user, what="audit.export", subject="", needs=self.export_needs
            )
        return super().get(request)

    def exported(self, actor: Any, count: int) -> None:
        asked = self.request.GET.urlencode()
        services.reading_recorded(
            actor, what="audit.export", subject=f"{count} rows", reason=asked[:500]
        )


@needs("audit.read")
@require_safe
def row_page(request: HttpRequest, row_id: int) -> HttpResponse:
    """One row: before and after side by side, and where it stands in the chain. Its reading is kept."""
    actor = request.user
    if not isinstance(actor, Person):
        raise TypeError("the login check lets nobody else through")
    row = audit_row(actor, row_id)
    services.reading_recorded(actor, what="audit.read", subject=row)
    names = list(dict.fromkeys((*row.before, *row.after)))
    changes = [(name, _shown(row.before, name), _shown(row.after, name)) for name in names]
    context = {"row": row, "seal": _seal(row), "seal_hash": _seal_hash(row), "changes": changes}
    return render(request, "records/audit_row.html", context)


def _shown(values: dict[str, Any], name: str) -> str:
    return _plain(values[name]) if name in values else "—"
