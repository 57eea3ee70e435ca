"""One's own second factors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import WrongState
from voltward.pages.access import needs
from voltward.records.selectors.sign_in import factors_of, has_factor
from voltward.records.services import factors
from voltward.records.ui.adding import AddingForm
from voltward.records.ui.confirming import confirmed, person_of, session_of


@needs("account.own")
@require_http_methods(["GET", "POST"])
@confirmed()
def page(request: HttpRequest) -> HttpResponse:
    """All of them, and a form for another; the first one brings recovery codes with it."""
    actor = person_of(request)
    had_one = has_factor(actor)
    form = AddingForm(actor, request)
    if request.method == "POST" and form.added():
        if not had_one:
            return _codes(request)
        messages.success(request, _("已添加。"))
        return redirect("account-factors")
    return render(request, "records/factors.html", {**form.context(), "factors": factors_of(actor)})


@needs("account.own")
@require_POST
@confirmed()
def renew_codes(request: HttpRequest) -> HttpResponse:
    try:
        return _codes(request)
    except WrongState:
        messages.error(request, _("请先绑定动态口令应用或通行密钥。"))
        return redirect("account-factors")


@needs("account.own")
@require_POST
@confirmed()
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    session = session_of(request)
    try:
        factors.factor_remove(person_of(request), factor_id=factor_id, keep_session=session.pk)
    except WrongState:
        messages.error(request, _("这是最后一个第二因素，请先添加另一个。"))
    else:
        messages.success(request, _("已移除，其他会话已退出。"))
    return redirect("account-factors")


def _codes(request: HttpRequest) -> HttpResponse:
    codes = factors.recovery_codes_renew(person_of(request))
    return render(request, "records/codes.html", {"codes": codes})
