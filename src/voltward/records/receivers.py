"""What a login and a logout leave behind, however they came about."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from voltward.records.models import Person
from voltward.records.services.sign_in import session_begun, session_over
from voltward.records.sessions import SESSION, session_row
from voltward.records.stages import PASSED, factor_of


def begun(sender: object, request: HttpRequest, user: object, **_: Any) -> None:  # noqa: ARG001
    """Every login opens a row; without one a session lets nobody in."""
    if isinstance(user, Person):
        factor = factor_of(request.session, user)
        request.session.pop(PASSED, None)
        session = session_begun(
            user,
            factor=factor,
            device=request.META.get("HTTP_USER_AGENT", ""),
            replaces=request.session.get(SESSION),
        )
        request.session[SESSION] = session.pk


def left(sender: object, request: HttpRequest, user: object, **_: Any) -> None:  # noqa: ARG001
    session = session_row(request.session)
    if isinstance(user, Person) and session is not None and session.person_id == user.pk:
        session_over(session, why="logout")


def connect() -> None:
    user_logged_in.connect(begun, dispatch_uid="voltward.session.begun")
    user_logged_out.connect(left, dispatch_uid="voltward.session.left")
