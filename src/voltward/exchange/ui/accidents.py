"""Packages of accident data: asking for one, its page, its file, and its hashes reckoned anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import BadInput, NotFound, WrongState
from voltward.exchange.accident_files import Wrong
from voltward.exchange.accident_frames import stretches
from voltward.exchange.accident_lists import ACCIDENT_DOTS
from voltward.exchange.models import AccidentPackage, AccidentVersion
from voltward.exchange.selectors import accidents as selectors
from voltward.exchange.selectors.accident_reports import reports_of
from voltward.exchange.services.accident_freezing import file_name
from voltward.exchange.services.accident_reading import accident_taken, accident_verified
from voltward.exchange.services.accidents import (
    ASK,
    accident_ask,
    accident_ask_of_alarm,
    accident_report,
)
from voltward.monitoring.rule_words import rule_title
from voltward.pages.access import needs
from voltward.records.actions import label
from voltward.records.actors import actor_of
from voltward.records.models import Person
from voltward.records.selectors.holds import hold_on
from voltward.records.selectors.retention import kept_until
from voltward.records.services.attachments import Quarantined
from voltward.records.services.holds import hold_place
from voltward.records.services.positions import READ as POSITION

READ: Final = "exchange.read"
HOLD: Final = "hold.manage"
_WRONG: Final = {
    "archive": gettext_lazy("文件整体散列值不符"),
    "unreadable": gettext_lazy("文件无法读取"),
    "manifest": gettext_lazy("清单散列值不符"),
    "changed": gettext_lazy("内容已改变"),
    "lost": gettext_lazy("文件缺失"),
    "added": gettext_lazy("清单之外的文件"),
}


class AskForm(forms.Form):
    """Either an alarm, or a vehicle and a moment."""

    alarm = forms.IntegerField(
        label=gettext_lazy("告警编号（3 级及以上）"), min_value=1, required=False
    )
    vin = forms.CharField(label=gettext_lazy("或 VIN"), max_length=17, required=False)
    moment = forms.DateTimeField(
        label=gettext_lazy("事故时刻（精确到秒）"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("理由（记入审计）"), max_length=300)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        by_hand = bool(found.get("vin")) and isinstance(found.get("moment"), datetime)
        if not self.errors and bool(found.get("alarm")) == by_hand:
            raise forms.ValidationError(_("请填写告警编号，或者填写 VIN 与时刻。"))
        return found


@needs(ASK)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Asking for a package; ``?alarm=`` fills in an alarm."""
    form = AskForm(request.POST or None, initial={"alarm": request.GET.get("alarm", "")})
    if request.method == "POST" and form.is_valid():
        try:
            row = _asked(actor_of(request), form.cleaned_data)
        except NotFound:
            form.add_error(None, _("没有这条告警或这辆车。"))
        except WrongState:
            form.add_error(None, _("该时刻已有事故数据包。"))
        except BadInput:
            form.add_error(None, _("告警低于 3 级，或时刻尚未到来。"))
        else:
            messages.success(request, _("已提出，时间窗结束后由系统固定。"))
            return redirect("accident", row.pk)
    status = 422 if form.errors else 200
    return render(request, "exchange/accident_ask.html", {"form": form}, status=status)


def _asked(actor: Person, given: dict[str, Any]) -> AccidentPackage:
    reason = given["reason"]
    if given["alarm"]:
        return accident_ask_of_alarm(actor, alarm_id=given["alarm"], reason=reason)
    vin = given["vin"].strip().upper()
    return accident_ask(actor, vin=vin, moment=given["moment"], reason=reason)


@needs(READ)
@require_safe
def page(request: HttpRequest, package_id: int) -> HttpResponse:
    return _page(request, package_id)


def _page(
    request: HttpRequest, package_id: int, number: int = 0, wrong: list[Wrong] | None = None
) -> HttpResponse:
    """``number``: of the version that was just verified, ``wrong``: what was found."""
    actor = actor_of(request)
    package = selectors.accident_by_id(actor, package_id)
    versions = list(selectors.versions_of(package))
    window = selectors.window_of(package)
    context = {
        "package": package,
        "dot": ACCIDENT_DOTS[package.state],
        "rule": rule_title(package.alarm.rule) if package.alarm else "",
        "window": window,
        "expected": len(window.offsets),
        "due_at": None if package.is_frozen else selectors.settled_at(package),
        "versions": [_version(one) for one in versions],
        "verified": number,
        "wrong": [(_WRONG[one.code], one.name) for one in wrong or ()],
        "hold": hold_on(package.maker_id, _labels(package, versions)),
        "reports": reports_of(package),
        "may_take": POSITION in actor.grants,
        "may_hold": HOLD in actor.grants,
        "may_report": "exchange.manage" in actor.grants and package.report_asked_by_id is None,
    }
    return render(request, "exchange/accident.html", context)


def _version(one: AccidentVersion) -> dict[str, Any]:
    file = selectors.file_of(one)
    kept = file and kept_until(file.retention_class_id, file.kept_from, maker_id=one.maker_id)
    before, after = stretches(one.missing_before), stretches(one.missing_after)
    return {"row": one, "file": file, "kept": kept, "before": before, "after": after}


def _labels(package: AccidentPackage, versions: list[AccidentVersion]) -> list[str]:
    return [label(package), label(package.vehicle), *(label(one) for one in versions)]


@needs(READ)
@require_POST
def verify(request: HttpRequest, package_id: int, number: int) -> HttpResponse:
    """Reckon every hash anew; kept in the audit trail."""
    try:
        wrong = accident_verified(actor_of(request), package_id=package_id, number=number)
    except Quarantined:
        messages.error(request, _("文件待查毒，请稍后再试。"))
        return redirect("accident", package_id)
    return _page(request, package_id, number, wrong)


@needs(POSITION)
@require_POST
def take(request: HttpRequest, package_id: int, number: int) -> HttpResponse:
    """The ZIP, to those who may read exact positions and say why."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    try:
        version, data = accident_taken(actor, package_id=package_id, number=number, reason=reason)
    except BadInput:
        messages.error(request, _("请写明理由。"))
    except Quarantined:
        messages.error(request, _("文件待查毒，请稍后再试。"))
    else:
        answer = HttpResponse(data, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{file_name(version)}"'
        return answer
    return redirect("accident", package_id)


@needs("exchange.manage")
@require_POST
def report(request: HttpRequest, package_id: int) -> HttpResponse:
    """Decide that public platforms are told of it."""
    try:
        accident_report(
            actor_of(request), package_id=package_id, reason=request.POST.get("reason", "")
        )
    except BadInput:
        messages.error(request, _("请写明理由。"))
    except WrongState:
        messages.error(request, _("已决定报送。"))
    else:
        messages.success(request, _("已决定报送，固定的数据将在数秒内生成事故信息报文。"))
    return redirect("accident", package_id)


@needs(HOLD)
@require_POST
def hold(request: HttpRequest, package_id: int) -> HttpResponse:
    """A legal hold on the package with all its versions."""
    actor = actor_of(request)
    package = selectors.accident_by_id(actor, package_id)
    try:
        hold_place(actor, reason=request.POST.get("reason", ""), records=[label(package)])
    except BadInput:
        messages.error(request, _("请写明理由。"))
    else:
        messages.success(request, _("保全已生效，所列记录不会被删除。"))
    return redirect("accident", package_id)
