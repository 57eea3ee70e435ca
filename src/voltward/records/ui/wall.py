"""Where a wall screen hands in its token: no login, read-only, the named pages alone."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from voltward.records.actions import write_row
from voltward.records.selectors import token_valid
from voltward.records.sign_in_middleware import WALL_COOKIE


class WallForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("大屏令牌"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Take the token once; a cookie that no script reads carries it until it ends."""
    form = WallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["token"].strip()
        token = token_valid(text, "wall")
        pages = [url for name in (token.pages if token else ()) if (url := _address(name))]
        if token is not None and pages:
            write_row(token.person, "wall.open", subject=f"ApiToken:{token.pk}")
            answer = redirect(pages[0])
            answer.set_cookie(
                WALL_COOKIE, text, max_age=token.expires_at - timezone.now(), httponly=True,
                secure=settings.SESSION_COOKIE_SECURE, samesite="Strict",
            )  # fmt: skip
            return answer
        form.add_error("token", _("令牌无效、已到期或已吊销。"))
    return render(request, "records/wall.html", {"form": form})


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
