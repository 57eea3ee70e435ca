"""Who asks for a page."""

from __future__ import annotations

from django.http import HttpRequest

from voltward.records.models import Person


def actor_of(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user
