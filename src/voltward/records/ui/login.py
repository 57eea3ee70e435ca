"""Logging in: password, company or demo first, then the second factor; one way for all of them."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login as PendingLogin
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from voltward.records.adapters import COMPANY, REFUSED
from voltward.records.company_sign_in import CompanySignIn
from voltward.records.guessing import TooManyGuesses
from voltward.records.models import Person
from voltward.records.selectors.sign_in import demo_people
from voltward.records.sessions import ENDED
from voltward.records.sign_in_rules import rules
from voltward.records.stages import ONE_CLICK, PASSED
from voltward.records.ui.proving import too_many

BACKEND = "voltward.records.login.PersonBackend"


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
                raise forms.ValidationError(too_many()) from None
            if person is None:
                raise forms.ValidationError(_("登录名或密码不正确。"))
            self.user_cache = person
        return given


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    template_name = "records/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        if not isinstance(person, Person):
            raise TypeError("the form lets nobody else through")
        return begun(self.request, person, redirect_url=self.get_success_url())

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        session = self.request.session
        return {
            **super().get_context_data(**named),
            "company": rules().company,
            "is_demo": rules().is_demo,
            "demo_people": [(one.login, one.display_name) for one in demo_people()],
            "ended": session.pop(ENDED, "") if ENDED in session else "",
            "refused": session.pop(REFUSED, "") if REFUSED in session else "",
        }


def begun(
    request: HttpRequest, person: Person, *, redirect_url: str, one_click: bool = False
) -> HttpResponse:
    """The way from a right password to a session, through every stage."""
    request.session.pop(PASSED, None)
    person.backend = BACKEND
    pending = PendingLogin(user=person, redirect_url=redirect_url)
    if one_click:
        pending.state[ONE_CLICK] = True
    answer: HttpResponse = perform_password_login(request, {"username": person.login}, pending)
    return answer


@login_not_required
@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    """One click lets in as a person of the demo; where there is no demo, there is no such page."""
    if not rules().is_demo:
        raise Http404
    person = demo_people().filter(login=request.POST.get("login", "")).first()
    if person is None:
        raise Http404
    return begun(request, person, redirect_url="/", one_click=True)


@login_not_required
@require_safe
def sso(request: HttpRequest) -> HttpResponseBase:
    """To the company's sign-in."""
    return _at_company(OAuth2LoginView, request)


@login_not_required
@require_safe
def sso_callback(request: HttpRequest) -> HttpResponseBase:
    """Back from it; what it says is checked, then the same stages follow."""
    request.session.pop(PASSED, None)
    return _at_company(OAuth2CallbackView, request)


def _at_company(view: Any, request: HttpRequest) -> HttpResponseBase:
    if rules().company is None:
        raise Http404
    answer: HttpResponseBase = view.adapter_view(CompanySignIn(request, COMPANY))(request)
    return answer
