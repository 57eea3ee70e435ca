"""The audit trail: searching it, one row in full, and files of exactly what was searched for."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import DateTimeInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_filters import CharFilter, ChoiceFilter, DateTimeFilter, FilterSet

from voltward.pages.access import needs
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.pages.lists.page import ListPage
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
    until = _moment(_("终止时间"), "lte")
    person = CharFilter(label=_("人员"), method="by_person", max_length=64)
    action = CharFilter(label=_("动作"), lookup_expr="begins", max_length=64)
    subject = CharFilter(label=_("对象"), lookup_expr="begins", max_length=120)
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
        """The login in full, or the beginning of the name."""
        word = value.strip()
        return rows.filter(Q(actor__login=word.lower()) | Q(actor__display_name__begins=word))

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


AUDIT = List(
    of="audit",
    title=_("审计记录"),
    section=_("系统管理"),
    needs="audit.read",
    export_needs="audit.export",
    rows=audit_visible,
    filterset=AuditFilter,
    columns=(
        ListColumn(
            _("时间"),
            key="at",
            kind="instant",
            sort="at",
            link=lambda row: reverse("audit-row", args=[row.pk]),
        ),
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
        ListColumn(_("链上序号"), key="seal_number", raw=_seal_number, css="vw-mono"),
        # what a file for an inspection holds beside: chosen in the column menu
        ListColumn(_("记录编号"), key="id", kind="number", shown=False, api=False),
        ListColumn(
            _("时间（UTC）"),
            key="at_utc",
            raw=lambda row: row.at.isoformat(),
            shown=False,
            api=False,
        ),
        ListColumn(
            _("之前"), key="before", raw=lambda row: _plain(row.before), shown=False, api=False
        ),
        ListColumn(
            _("之后"), key="after", raw=lambda row: _plain(row.after), shown=False, api=False
        ),
        ListColumn(_("杂凑值"), key="seal_hash", raw=_seal_hash, shown=False, api=False),
    ),
    order="-at",
    facets=(Facet("result"),),
    buttons=(Button(_("核验审计链"), "audit-verifications", "shield-check", "audit.verify"),),
    empty_title=_("还没有审计记录"),
    empty_text=_("每次写入、每次读取位置或个人信息，以及每次登录，都会在这里留下一行。"),
    url_name="audit",
    api="audit/",
    about="The audit trail of the caller's maker, newest first.",
    can_follow=False,
)


class AuditList(ListPage):
    declaration = AUDIT


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
