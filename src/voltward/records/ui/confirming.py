"""Sensitive changes ask once more who is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from voltward.records.models import Person, PersonSession
from voltward.records.selectors.sign_in import has_factor
from voltward.records.sessions import is_confirmed, now
from voltward.records.sign_in_rules import rules

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def person_of(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user


def session_of(request: HttpRequest) -> PersonSession:
    session = getattr(request, "person_session", None)
    if not isinstance(session, PersonSession):
        raise TypeError("the login check lets nobody else through")
    return session


def can_prove(person: Person) -> bool:
    """Whether there is anything to ask; the demo's one-click people have nothing."""
    return has_factor(person) or person.has_usable_password() or not rules().is_demo


def confirmed(*methods: str) -> Callable[[Page[P]], Page[P]]:
    """For ``methods`` (none: all) the person must have proved who they are a moment ago."""

    def mark(page: Page[P]) -> Page[P]:
        @wraps(page)
        def asked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            is_asked = not methods or request.method in methods
            if (
                is_asked
                and not is_confirmed(session_of(request), now())
                and can_prove(person_of(request))
            ):
                back = request.path if request.method == "GET" else _page_of(request)
                return redirect(f"{reverse('account-confirm')}?{urlencode({'next': back})}")
            return page(request, *args, **kwargs)

        return cast(Page[P], asked)

    return mark


def _page_of(request: HttpRequest) -> str:
    """Where the form stands whose answer was not taken: the address itself, or the account page."""
    match: Any = request.resolver_match
    pages = {"factors": "account-factors", "tokens": "tokens", "accounts": "accounts"}
    return reverse(next((page for part, page in pages.items() if part in match.route), "account"))
