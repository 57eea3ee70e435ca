"""Who is at the other end of a request that the login check let through."""

from __future__ import annotations

from django.http import HttpRequest

from voltward.records.models import Person


def actor_of(request: HttpRequest) -> Person:
    """
    Raises:
        TypeError: nobody is logged in, which the login check never lets through.
    """
    if not isinstance(request.user, Person):
        raise TypeError("the login check lets nobody else through")
    return request.user
