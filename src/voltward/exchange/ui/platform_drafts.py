"""Writing a platform's settings: a new platform, a draft's settings, its vehicles, its items."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange.models import PlatformRevision
from voltward.exchange.platform_links import SETTINGS
from voltward.exchange.platform_words import type_title
from voltward.exchange.selectors import platforms as selectors
from voltward.exchange.services import platform_contents as contents
from voltward.exchange.services import platforms as services
from voltward.exchange.ui.platform_forms import (
    ItemForm,
    PlatformForm,
    SettingsForm,
    VehiclesForm,
)
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of

PROPOSE = services.PROPOSE


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new platform; its settings are a draft at first."""
    form = PlatformForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = services.uplink_add(
                actor_of(request), name=given["name"], title=given["title"], kind=given["kind"],
                settings=form.settings, password=given["password"],
            )  # fmt: skip
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error("name", _("该代号已被使用；代号不重复使用。"))
        else:
            messages.success(request, _("已存为草稿，提交审批后由第二人批准。"))
            return redirect("uplink-revision", row.platform.name, row.number)
    return drawn(request, form, {"title": _("添加平台")})


@needs(PROPOSE)
@require_POST
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Begin a draft, or go to the one there is."""
    copied = request.POST.get("copy_of", "")
    try:
        row = services.uplink_draft(
            actor_of(request), name=name, copy_of=int(copied) if copied.isdigit() else None
        )
    except WrongState:
        messages.warning(request, _("该平台已有草稿，或已停用。"))
        return redirect("uplink", name)
    return redirect("uplink-revision", name, row.number)


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The settings of a draft."""
    row = selectors.revision_by_number(actor_of(request), name, number)
    initial = {key: getattr(row, key) for key in SETTINGS}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.uplink_write(
                actor_of(request), name=name, number=number, settings=form.settings,
                password=form.cleaned_data["password"],
            )  # fmt: skip
        except BadInput as refusal:
            form.refuse(refusal)
        except WrongState:
            form.add_error(None, _("该版本已不是草稿，不能修改。"))
        else:
            return saved(request, row)
    return drawn(request, form, {"title": _("修改设置"), "row": row})


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def vehicles(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Which vehicles a draft takes, where it does not take all."""
    actor = actor_of(request)
    row = selectors.revision_by_number(actor, name, number)
    form = VehiclesForm(actor, request.POST or None, initial=VehiclesForm.of(row))
    if request.method == "POST" and form.is_valid():
        try:
            contents.uplink_choose(actor, name=name, number=number, **form.chosen)
        except BadInput as refusal:
            form.refuse(refusal)
        except NotFound as refusal:
            form.add_error("vins", _("没有这辆车：%(text)s") % {"text": refusal})
        except WrongState:
            form.add_error(None, _("该版本已不是草稿，不能修改。"))
        else:
            return saved(request, row)
    note = _(
        "车型、使用性质、行政区划同时填写时须同时符合；指定车辆总是上传。勾选“全部车辆”时此处不起作用。"
    )
    return drawn(request, form, {"title": _("车辆范围"), "row": row, "note": note})


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def items(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The information types a draft leaves out; a POST adds one or takes one back."""
    actor = actor_of(request)
    row = selectors.revision_by_number(actor, name, number)
    taken_back = request.POST.get("send", "")
    initial = {"effective_from": days.today()}
    posted = request.POST if request.method == "POST" and not taken_back else None
    form = ItemForm(row.edition, posted, initial=initial)
    try:
        if taken_back.isdigit():
            contents.uplink_send(actor, name=name, number=number, left_out_id=int(taken_back))
            return redirect("uplink-items", name, number)
        if form.is_valid():
            item = contents.Item(**form.cleaned_data)
            contents.uplink_leave_out(actor, name=name, number=number, item=item)
            return redirect("uplink-items", name, number)
    except BadInput as refusal:
        form.refuse(refusal)
    except WrongState:
        form.add_error(None, _("该版本已不是草稿，不能修改。"))
    rows = row.left_out.order_by("information_type", "usage_class", "effective_from")
    context = {
        "row": row, "form": form,
        "lines": [(one, type_title(row.edition, one.information_type)) for one in rows],
    }  # fmt: skip
    return render(request, "exchange/link_items.html", context, status=_status(form))


def saved(request: HttpRequest, row: PlatformRevision) -> HttpResponse:
    messages.success(request, _("已保存到草稿。"))
    return redirect("uplink-revision", row.platform.name, row.number)


def drawn(request: HttpRequest, form: forms.Form, more: dict[str, object]) -> HttpResponse:
    context = {"form": form, **more}
    return render(request, "exchange/link_form.html", context, status=_status(form))


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
