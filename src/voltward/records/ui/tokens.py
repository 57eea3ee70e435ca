"""Tokens of the API and of wall screens: list, make, revoke."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from voltward.base.errors import BadInput
from voltward.pages.access import needs
from voltward.records import services
from voltward.records.models import ApiToken, Person
from voltward.records.selectors.sign_in import programs_visible, tokens_visible
from voltward.records.services import tokens
from voltward.records.sessions import now
from voltward.records.sign_in_middleware import wall_of
from voltward.records.ui.confirming import confirmed, person_of

DAYS = 90


class TokenForm(forms.Form):
    """``person`` is there for holders of ``token.manage``; everybody else makes their own."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    scope = forms.ChoiceField(label=gettext_lazy("范围"), choices=ApiToken.SCOPES)
    days = forms.IntegerField(
        label=gettext_lazy("有效天数（大屏令牌固定为一个班次）"),
        min_value=1,
        max_value=tokens.TOKEN_DAYS,
        initial=DAYS,
    )
    pages = forms.MultipleChoiceField(
        label=gettext_lazy("大屏令牌可打开的页面"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    person = forms.ModelChoiceField(
        label=gettext_lazy("所属账号"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("本人"),
        to_field_name="login",
    )

    def __init__(self, actor: Person, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.fields["pages"].choices = [(name, name) for name in wall_pages()]  # type: ignore[attr-defined]
        if "token.manage" in actor.grants:
            self.fields["person"].queryset = programs_visible(actor)  # type: ignore[attr-defined]
        else:
            del self.fields["person"]


@needs("account.own")
@require_http_methods(["GET", "POST"])
@confirmed("POST")
def page(request: HttpRequest) -> HttpResponse:
    """The tokens the reader may see; a new one is shown once, in the answer that makes it."""
    actor = person_of(request)
    form, text, made = TokenForm(actor, request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, text = _made(actor, form.cleaned_data)
        except BadInput:
            form.add_error("pages", _("大屏令牌须至少选择一个页面；接口令牌不选页面。"))
        else:
            form = TokenForm(actor)
    context = {
        "form": form,
        "text": text,
        "made": made,
        "tokens": tokens_visible(actor),
        "now": now(),
        "manages": "token.manage" in actor.grants,
    }
    return render(request, "records/tokens.html", context)


@needs("account.own")
@require_POST
@confirmed()
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    actor = person_of(request)
    if "token.manage" in actor.grants:
        services.token_revoke(actor, token_id=token_id)
    else:
        tokens.own_token_revoke(actor, token_id=token_id)
    messages.success(request, _("令牌已吊销。"))
    return redirect("tokens")


def wall_pages() -> list[str]:
    """Names of all pages that open to wall screens."""
    return sorted(_named(get_resolver().url_patterns))


def _named(patterns: Any) -> set[str]:
    names: set[str] = set()
    for one in patterns:
        if isinstance(one, URLResolver):
            names |= _named(one.url_patterns)
        elif isinstance(one, URLPattern) and one.name and wall_of(one.callback) is True:
            names.add(one.name)
    return names


def _made(actor: Person, given: dict[str, Any]) -> tuple[ApiToken, str]:
    shape = {key: given[key] for key in ("name", "days", "scope", "pages")}
    if given.get("person") is None:
        return tokens.own_token_create(actor, **shape)
    return services.token_create(actor, person=given["person"], **shape)
