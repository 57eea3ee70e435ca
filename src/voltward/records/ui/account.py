"""Logging in and out, and one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records import services
from voltward.records.login import TooManyGuesses
from voltward.records.models import LANGUAGES, Person

YEAR_S = 365 * 24 * 3600


class LoginForm(AuthenticationForm):
    """Says the same for an unknown name, a wrong password and a closed account."""

    username = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=64,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("username") and given.get("password"):
            try:
                person = authenticate(
                    self.request, username=given["username"], password=given["password"]
                )
            except TooManyGuesses:
                raise forms.ValidationError(_("尝试次数过多，请 15 分钟后再试。")) from None
            if person is None:
                raise forms.ValidationError(_("登录名或密码不正确。"))
            self.user_cache = person
        return given


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    template_name = "records/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(LogoutView):
    needs = "account.own"
    http_method_names = ["post", "options"]


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=gettext_lazy("当前密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("新密码（至少 12 位）"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@needs("account.own")
@require_http_methods(["GET", "POST"])
def own_account(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may do, and a new password."""
    actor = _person(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.own_password_change(
                actor, old=form.cleaned_data["old"], new=form.cleaned_data["new"]
            )
        except BadInput as refusal:
            old_is_wrong = str(refusal).startswith("old:")
            text = (
                _("当前密码不正确。")
                if old_is_wrong
                else _("新密码不符合要求：至少 12 位，不能过于常见，也不能与登录名或姓名相近。")
            )
            form.add_error("old" if old_is_wrong else "new", text)
        else:
            update_session_auth_hash(request, actor)
            messages.success(request, _("密码已修改，其他会话已退出。"))
            return redirect("account")
    roles = [str(assignment) for assignment in actor.assignments.all()]
    return render(request, "records/account.html", {"form": form, "roles": roles})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember a language in the browser, and on the account of whoever is logged in."""
    chosen = request.POST.get("language", "")
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}):
        after = "/"
    response = redirect(after)
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


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user
