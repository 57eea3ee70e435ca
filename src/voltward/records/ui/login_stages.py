"""The pages between a right password and a session."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from voltward.base.errors import BadInput
from voltward.records import services
from voltward.records.models import Person
from voltward.records.selectors.sign_in import has_factor
from voltward.records.services import factors
from voltward.records.stages import OWN_PASSWORD, SECOND_FACTOR, factor_of, factor_passed
from voltward.records.ui.adding import AddingForm
from voltward.records.ui.passwords import PasswordForm
from voltward.records.ui.proving import ProofForm


def _stage(request: HttpRequest) -> tuple[Any, Person | None]:
    """The stage the login waits in, and whose login it is; nobody when the account was closed."""
    stage = request._login_stage  # type: ignore[attr-defined]
    person = stage.login.user
    return stage, person if isinstance(person, Person) and person.is_active else None


def _anew(request: HttpRequest) -> HttpResponse:
    clear_login(request)
    return redirect("login")


@login_stage_required(stage=SECOND_FACTOR, redirect_urlname="login")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second factor."""
    stage, person = _stage(request)
    if person is None:
        return _anew(request)
    if not has_factor(person):
        return redirect("login-enrol")
    form = ProofForm(person, request)
    if request.method == "POST" and (kind := form.proved()):
        return _on(request, stage, person, kind)
    return render(request, "records/login_second.html", form.context())


@login_stage_required(stage=SECOND_FACTOR, redirect_urlname="login")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """A first factor of one's own. Whoever has one gives it: the password alone adds no other."""
    stage, person = _stage(request)
    if person is None:
        return _anew(request)
    made = factor_of(request.session, person)
    if made and request.POST.get("done"):
        return _on(request, stage, person, made)
    if has_factor(person):
        return redirect("login-second")
    form = AddingForm(person, request)
    if request.method == "POST" and (kind := form.added()):
        factor_passed(request.session, person, kind)
        codes = factors.recovery_codes_renew(person)
        return render(request, "records/login_codes.html", {"codes": codes})
    return render(request, "records/login_enrol.html", form.context())


@login_stage_required(stage=OWN_PASSWORD, redirect_urlname="login")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """A password of one's own, in place of one that somebody else set or that is outworn."""
    stage, person = _stage(request)
    if person is None:
        return _anew(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.own_password_change(person, old=given["old"], new=given["new"])
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            answer: HttpResponse = stage.exit()
            return answer
    return render(request, "records/login_password.html", {"form": form})


def _on(request: HttpRequest, stage: Any, person: Person, kind: str) -> HttpResponse:
    factor_passed(request.session, person, kind)
    answer: HttpResponse = stage.exit()
    return answer
