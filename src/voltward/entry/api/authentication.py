"""Who calls the API: a bearer token, or the session of somebody looking at the pages."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from voltward.records import selectors, services, wall
from voltward.records.models import ApiToken, Person


class BearerTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        text = _bearer(request.META.get("HTTP_AUTHORIZATION", ""))
        if text is None:
            return None
        token = selectors.token_valid(text)
        if token is None:
            raise AuthenticationFailed("token unknown, expired or revoked", code="bad_token")
        person = token.person
        wall.narrow(wall.of(person.maker_id), reads_only=person.is_reader)
        services.token_used(token)
        return person, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's face
        return 'Bearer realm="voltward"'


class PageSessionAuthentication(SessionAuthentication):
    """The pages' own calls; anything that changes state is checked against CSRF."""


def bearer_person(request: HttpRequest) -> Person | None:
    """The person behind a valid token, for pages outside the API."""
    text = _bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    token = selectors.token_valid(text) if text else None
    return token.person if token else None


def _bearer(header: str) -> str | None:
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None
