"""Who asks, for pages that only people who are logged in can reach."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from voltward.records.models import Person


def person_of(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To where the form stood, if that is a page of ours."""
    after = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(after if ours else otherwise)
