"""The dictionary of a maker's own fault codes: list and form."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_filters import ChoiceFilter

from voltward.base.errors import BadInput
from voltward.fleet.filters import CapitalFilter
from voltward.monitoring.models import FaultCode
from voltward.monitoring.selectors import fault_codes as selectors
from voltward.monitoring.services.fault_codes import EDITABLE, fault_code_write
from voltward.pages.access import needs
from voltward.pages.filtering import RoomFilterSet
from voltward.pages.lists.declaration import Button, Facet, List, ListColumn
from voltward.records.actors import actor_of


class FaultCodeFilter(RoomFilterSet):
    of = "fault_code"
    code = CapitalFilter(label=gettext_lazy("故障码"), lookup_expr="begins", max_length=20)
    kind = ChoiceFilter(
        label=gettext_lazy("故障列表"), choices=FaultCode.KINDS, empty_label=gettext_lazy("全部")
    )
    level = ChoiceFilter(
        label=gettext_lazy("故障等级"), choices=FaultCode.LEVELS, empty_label=gettext_lazy("全部")
    )

    class Meta:
        model = FaultCode
        fields = ["code", "kind", "level"]


FAULT_CODES = List(
    of="fault_code",
    title=gettext_lazy("故障码"),
    section=gettext_lazy("运行监测"),
    needs="telemetry.read",
    rows=lambda actor: selectors.fault_codes(actor),
    filterset=FaultCodeFilter,
    columns=(
        ListColumn(
            gettext_lazy("故障码"), key="code", sort="code", css="vw-mono",
            link=lambda row: reverse("fault-code", args=[row.pk]),
        ),
        ListColumn(gettext_lazy("故障列表"), key="kind", kind="choice"),
        ListColumn(gettext_lazy("故障等级"), key="level", kind="choice"),
        ListColumn(gettext_lazy("中文含义"), key="text_zh"),
        ListColumn(gettext_lazy("英文含义"), key="text_en"),
    ),
    order="code",
    facets=(Facet("kind"), Facet("level")),
    buttons=(
        Button(gettext_lazy("新增故障码"), "fault-code-new", "plus", "limit.propose"),
        Button(gettext_lazy("批量导入"), "import-new", "upload", "limit.propose"),
    ),
    empty_title=gettext_lazy("还没有故障码"),
    empty_text=gettext_lazy("导入企业的故障码表（列表、8 位十六进制故障码、含义、等级），供查询报文中的故障码。"),
    url_name="fault-codes",
    api="fault-codes/",
    about="The maker's own fault codes; filter with `code` (beginning), `kind`, `level`.",
)  # fmt: skip


class FaultCodeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = FaultCode
        fields = list(EDITABLE)


@needs("limit.propose")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Adds a code."""
    return _form_page(request, None)


@needs("telemetry.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, row_id: int) -> HttpResponse:
    """Shows a code, and changes it for those who may."""
    return _form_page(request, row_id)


def _form_page(request: HttpRequest, row_id: int | None) -> HttpResponse:
    actor = actor_of(request)
    row = selectors.fault_code_by_id(actor, row_id) if row_id is not None else FaultCode()
    form = FaultCodeForm(request.POST or None, instance=row)
    may_write = "limit.propose" in actor.grants
    for field in form.fields.values():
        field.disabled = not may_write
    if request.method == "POST" and form.is_valid():
        try:
            fault_code_write(actor, values=form.cleaned_data, row_id=row_id)
        except BadInput:
            form.add_error(None, _("保存失败：该列表已有这个故障码。"))
        else:
            messages.success(request, _("已保存。"))
            return redirect("fault-codes")
    status = 422 if form.errors else 200
    context = {"form": form, "row": row, "may_write": may_write}
    return render(request, "monitoring/fault_code.html", context, status=status)
