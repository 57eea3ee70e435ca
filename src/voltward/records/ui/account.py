"""One's own account: who I am, a new password, the language, and the way out."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records import services
from voltward.records.models import LANGUAGES, Person
from voltward.records.seats import may_sit
from voltward.records.services import sign_in
from voltward.records.sessions import now
from voltward.records.ui.confirming import confirmed, person_of, session_of
from voltward.records.ui.passwords import PasswordForm
from voltward.records.ui.proving import ProofForm

YEAR_S = 365 * 24 * 3600


class Logout(LogoutView):
    needs = "account.own"
    http_method_names = ["post", "options"]


@needs("account.own")
@require_http_methods(["GET", "POST"])
@confirmed("POST")
def own_account(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may do, and a new password."""
    actor, session = person_of(request), session_of(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.own_password_change(
                actor, old=given["old"], new=given["new"], keep_session=session.pk
            )
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, actor)
            messages.success(request, _("密码已修改，其他会话已退出。"))
            return redirect("account")
    roles = [str(assignment) for assignment in actor.assignments.all()]
    may_be_seat = may_sit(actor, now())
    context = {"form": form, "roles": roles, "may_be_seat": may_be_seat}
    return render(request, "records/account.html", context)


@needs("account.own")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Who is there, once more, before something sensitive changes."""
    actor, after = person_of(request), local(request, request.GET.get("next", ""))
    form = ProofForm(actor, request)
    if request.method == "POST" and (kind := form.proved()):
        sign_in.identity_confirmed(actor, session_id=session_of(request).pk, by=kind)
        return redirect(after or "account")
    query = f"?{urlencode({'next': after})}" if after else ""
    context = {**form.context(), "action": f"{reverse('account-confirm')}{query}"}
    return render(request, "records/confirm.html", context)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember a language in the browser, and on the account of whoever is logged in."""
    chosen = request.POST.get("language", "")
    response = redirect(local(request, request.POST.get("next", "")) or "/")
    if chosen in dict(LANGUAGES):
        if isinstance(request.user, Person) and request.user.language != chosen:
            services.own_language_choose(request.user, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR_S,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


def local(request: HttpRequest, url: str) -> str:
    """``url`` if it leads to a page of ours, else nothing."""
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}) else ""
