"""The organisation: its tree with posts and who holds them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from voltward.base.errors import BadInput, WrongState
from voltward.pages.access import needs
from voltward.records import days
from voltward.records.actors import actor_of
from voltward.records.models import Person, Unit
from voltward.records.selectors import organisation as selectors
from voltward.records.services import organisation as services


class UnitForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    code = forms.CharField(label=gettext_lazy("编码"), max_length=32)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=Unit.KINDS)
    parent = forms.TypedChoiceField(
        label=gettext_lazy("上级"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, actor: Person, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        open_units = selectors.unit_visible(actor).filter(closed_at=None)
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((unit.pk, unit.name) for unit in open_units),
        ]


class PostForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("岗位"), max_length=80)


class HolderForm(forms.Form):
    person = forms.ModelChoiceField(label=gettext_lazy("人员"), queryset=Person.objects.none())
    since = forms.DateField(
        label=gettext_lazy("任职自"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, actor: Person, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        people = selectors.person_visible(actor).filter(is_active=True, is_program=False)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


@needs("org.manage")
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """The tree as it is today."""
    return _page(request)


@needs("org.manage")
@require_POST
def add_unit(request: HttpRequest) -> HttpResponse:
    form = UnitForm(actor_of(request), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            unit = services.unit_create(
                actor_of(request), code=given["code"], name=given["name"], kind=given["kind"],
                parent_id=given["parent"],
            )  # fmt: skip
        except BadInput:
            form.add_error("code", _("该编码已被占用。"))
        else:
            messages.success(request, _("%(name)s 已建立。") % {"name": unit.name})
            return redirect("organisation")
    return _page(request, unit_form=form, status=422)


@needs("org.manage")
@require_POST
def close_unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    try:
        unit = services.unit_close(actor_of(request), unit_id=unit_id)
    except WrongState:
        messages.error(request, _("不能撤销：下面还有未撤销的单元，或有人在岗。请先调整。"))
    else:
        messages.success(request, _("%(name)s 已撤销。") % {"name": unit.name})
    return redirect("organisation")


@needs("org.manage")
@require_POST
def add_post(request: HttpRequest, unit_id: int) -> HttpResponse:
    form = PostForm(request.POST)
    if form.is_valid():
        try:
            services.post_create(actor_of(request), unit_id=unit_id, name=form.cleaned_data["name"])
        except BadInput:
            messages.error(request, _("该单元已有同名岗位。"))
    return redirect("organisation")


@needs("org.manage")
@require_POST
def fill_post(request: HttpRequest, post_id: int) -> HttpResponse:
    form = HolderForm(actor_of(request), request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择人员和任职日期。"))
        return redirect("organisation")
    given = form.cleaned_data
    try:
        services.post_fill(
            actor_of(request), post_id=post_id, person_id=given["person"].pk, since=given["since"]
        )
    except WrongState:
        messages.error(request, _("此人已在该岗位。"))
    return redirect("organisation")


@needs("org.manage")
@require_POST
def leave_post(request: HttpRequest, holder_id: int) -> HttpResponse:
    try:
        services.post_leave(actor_of(request), holder_id=holder_id, until=days.today())
    except BadInput:
        messages.error(request, _("任职尚未开始，不能今天结束。"))
    return redirect("organisation")


def _page(
    request: HttpRequest, *, unit_form: UnitForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "tree": selectors.unit_tree(actor, days.today()),
        "unit_form": unit_form or UnitForm(actor),
        "holder_form": HolderForm(actor, initial={"since": days.today()}),
    }
    return render(request, "records/organisation.html", context, status=status)
