"""The duty seat: take it, leave it, unlock it; and the banner that says how it stands."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voltward.base.errors import NotPermitted, WrongState
from voltward.pages.access import needs
from voltward.records.services import sign_in
from voltward.records.ui.confirming import person_of, session_of
from voltward.records.ui.proving import ProofForm


@needs("account.own")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Unlock a locked seat with the second factor."""
    actor, session = person_of(request), session_of(request)
    form = ProofForm(actor, request)
    if request.method == "POST" and (kind := form.proved()):
        try:
            sign_in.seat_unlock(actor, session_id=session.pk, by=kind)
        except WrongState:
            return redirect("home")
        except NotPermitted:
            messages.error(request, _("排班表中当前不是您的班次，席位未解锁。"))
            return redirect("account")
        messages.success(request, _("席位已解锁。"))
        return redirect("home")
    return render(request, "records/seat.html", form.context())


@needs("telemetry.read")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    sign_in.seat_take(person_of(request), session_id=session_of(request).pk)
    messages.success(request, _("此会话已设为值班席位：闲置时告警与声音不停，写操作锁定。"))
    return redirect("account")


@needs("account.own")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    sign_in.seat_leave(person_of(request), session_id=session_of(request).pk)
    messages.success(request, _("此会话不再是值班席位。"))
    return redirect("account")


@needs("account.own")
@require_safe
def banner(request: HttpRequest) -> HttpResponse:
    """What the top of an open page shows, asked by the page itself every half minute."""
    return render(request, "records/seat_banner.html")


@needs("account.own")
@require_POST
def touch(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the request itself is the touch
    """A hand is at work on an open page that asks the server nothing."""
    return HttpResponse(status=204)
