"""Whoever asks for a page, and where an answer may lead back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from voltward.records.models import Person


def actor_of(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page a form was sent from, if it says so and it is ours."""
    after = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()})
    return after if ours else otherwise
