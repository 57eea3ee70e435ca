"""The phone tree: by topic, in versions, printed with its numbers for a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput
from voltward.monitoring.models import PhoneEntry
from voltward.monitoring.models.phones import TOPICS
from voltward.monitoring.selectors import phones as selectors
from voltward.monitoring.services import phones as services
from voltward.pages.access import needs
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.protection.ciphers import Unreadable
from voltward.records.services.protection import READ, protected_shown


@dataclass(frozen=True)
class ShownEntry:
    entry: PhoneEntry
    number: str
    is_masked: bool


class EntryForm(forms.Form):
    topic = forms.ChoiceField(label=gettext_lazy("事项"), choices=TOPICS)
    name = forms.CharField(label=gettext_lazy("联系对象"), max_length=80)
    number = forms.CharField(label=gettext_lazy("号码"), max_length=32)
    is_personal = forms.BooleanField(label=gettext_lazy("个人号码（加密保存）"), required=False)
    position = forms.IntegerField(
        label=gettext_lazy("顺序"), min_value=1, max_value=999, initial=10
    )
    hours = forms.CharField(label=gettext_lazy("时间与说明"), max_length=120, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("查看理由"), max_length=200)


@needs("duty.read")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The present version, or ``?version=N``; a POST shows personal numbers, each on record."""
    actor = actor_of(request)
    version = _version(request)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    add = EntryForm(request.POST if step == "add" else None)
    show = ReasonForm(request.POST if step == "show" else None)
    if step == "add" and _added(request, actor, add):
        return redirect("duty-phones")
    reason = show.cleaned_data["reason"] if step == "show" and show.is_valid() else ""
    versions = list(selectors.phone_versions(actor)[:20])
    context: dict[str, Any] = {
        "topics": _by_topic(actor, version, reason), "add": add, "show": show,
        "versions": versions, "version": version or (versions[0].number if versions else None),
        "is_old": version is not None, "may_manage": "duty.manage" in actor.grants,
        "may_show": READ in actor.grants, "is_shown": bool(reason),
    }  # fmt: skip
    refused = bool(add.errors or show.errors)
    return render(request, "monitoring/duty/phones.html", context, status=422 if refused else 200)


def _version(request: HttpRequest) -> int | None:
    text = request.GET.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else None


def _added(request: HttpRequest, actor: Person, form: EntryForm) -> bool:
    if "duty.manage" not in actor.grants:
        raise PermissionDenied("duty.manage")
    if not form.is_valid():
        return False
    try:
        services.phone_add(actor, **form.cleaned_data)
    except BadInput:
        form.add_error("number", _("请填写 3 至 15 位数字。"))
        return False
    messages.success(request, _("电话树已更新为新版本。"))
    return True


def _by_topic(
    actor: Person, version: int | None, reason: str
) -> list[tuple[Any, list[ShownEntry]]]:
    """Every topic that has lines; all topics would hide the ones that matter."""
    entries = selectors.phone_tree(actor, version=version)
    return [
        (title, shown)
        for code, title in TOPICS
        if (shown := [_shown(actor, one, reason) for one in entries if one.topic == code])
    ]


def _shown(actor: Person, entry: PhoneEntry, reason: str) -> ShownEntry:
    if entry.number:
        return ShownEntry(entry, entry.number, False)
    if not entry.personal_number:
        return ShownEntry(entry, _("已删除"), False)
    if not reason:
        return ShownEntry(entry, str(entry.personal_number), True)
    try:
        plain = protected_shown(actor, record=entry, field="personal_number", reason=reason)
    except Unreadable:
        return ShownEntry(entry, str(entry.personal_number), True)
    return ShownEntry(entry, plain, False)


@needs("duty.manage")
@require_POST
def remove(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take a line out: a new version without it."""
    services.phone_remove(actor_of(request), entry_id=entry_id)
    messages.success(request, _("电话树已更新为新版本。"))
    return redirect("duty-phones")
