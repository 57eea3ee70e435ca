"""Who looks at a page of this room."""

from __future__ import annotations

from django.http import HttpRequest

from voltward.records.models import Person


def person_of(request: HttpRequest) -> Person:
    """
    Raises:
        TypeError: never behind the login check, which lets nobody else through.
    """
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user
