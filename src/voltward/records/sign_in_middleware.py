"""What happens to sessions round every request: limits, seats, open streams; and wall screens."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from voltward.pages.live import until_unwelcome
from voltward.records import wall as maker_wall
from voltward.records.actions import SEAT_LOCKED, writes_held
from voltward.records.models import Person
from voltward.records.selectors import token_valid
from voltward.records.services.sign_in import roster_checked, session_over, session_touched
from voltward.records.services.tokens import token_used
from voltward.records.sessions import ENDED, Verdict, judged, now, person_still_in, session_row

WALL_COOKIE = f"{settings.SESSION_COOKIE_NAME}_wall"
UNTOUCHED = "X-Voltward-Untouched"  # sent by scripts that ask by themselves, without a hand
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SignInMiddleware:
    """End sessions that are over, hold the writes of locked seats, end the streams of both.

    A session that is over does not answer the request it came with; an open stream ends
    within ``until_unwelcome``'s few seconds.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        verdict = Verdict()
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, Person):
            verdict = self._judged(request, request.user)
        if verdict.ended and "HX-Request" in request.headers:
            # a part of a page must not be filled with the login page
            return HttpResponse(status=401, headers={"HX-Redirect": reverse("login")})
        with writes_held(SEAT_LOCKED if verdict.locked else ""):
            response = self.get_response(request)
        if isinstance(request.user, Person) and hasattr(request, "person_session"):
            store = type(request.session)(request.session.session_key)
            return _watched(response, partial(_is_in, store))
        return response

    @staticmethod
    def _judged(request: HttpRequest, person: Person) -> Verdict:
        session, at = session_row(request.session), now()
        verdict = judged(session, person, at)
        if session is not None and not verdict.ended and session.is_duty_seat:
            session.person = person
            if not roster_checked(session, at):
                verdict = judged(session, person, at)
        if session is None or verdict.ended:
            if session is not None and session.person_id == person.pk:
                session_over(session, why=verdict.ended)
            logout(request)
            request.session[ENDED] = verdict.ended
            return verdict
        if not verdict.locked and is_touch(request):
            session_touched(session, at)
        request.person_session = session  # type: ignore[attr-defined]
        request.seat_locked = verdict.locked  # type: ignore[attr-defined]
        return verdict


class WallScreenMiddleware:
    """A wall screen's token opens the pages it names and that say ``wall = True``; it only reads."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        token = getattr(request, "wall_token", None)
        if token is not None:
            text = request.COOKIES[WALL_COOKIE]
            return _watched(response, partial(_is_wall_open, text))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *arguments: Any
    ) -> HttpResponseBase | None:
        text = request.COOKIES.get(WALL_COOKIE)
        of_page = wall_of(view)
        if not text or request.user.is_authenticated or not of_page:
            return None
        if of_page is True:
            match = request.resolver_match
            of_page = (match.url_name if match else None) or ""
        token = token_valid(text, "wall")
        if token is None or of_page not in token.pages or request.method not in ("GET", "HEAD"):
            return None
        token_used(token)
        request.wall_token = token  # type: ignore[attr-defined]
        request.user = token.person
        person = token.person
        maker_wall.narrow(maker_wall.of(person.maker_id), reads_only=person.is_reader)
        return None


def wall_of(view: Callable[..., Any]) -> bool | str:
    """True: wall screens may show this page; a name: as a part of that page; False: they may not."""
    holder = getattr(view, "view_class", None)
    found: bool | str = getattr(view, "wall", False) or getattr(holder, "wall", False)
    return found


def is_touch(request: HttpRequest) -> bool:
    """Whether a hand made this request: no stream, nothing a page asks by itself."""
    by_itself = request.headers.get(UNTOUCHED) == "1"
    return not by_itself and "text/event-stream" not in request.headers.get("Accept", "")


def _is_in(store: Any) -> bool:
    # a fresh look at the database: the store keeps what it once read
    return person_still_in(type(store)(store.session_key)) is not None


def _is_wall_open(text: str) -> bool:
    return token_valid(text, "wall") is not None


def _watched(response: HttpResponseBase, is_welcome: Callable[[], bool]) -> HttpResponseBase:
    """An endless answer ends soon after its reader is no longer welcome."""
    kind = response.headers.get("Content-Type", "")
    if isinstance(response, StreamingHttpResponse) and kind.startswith("text/event-stream"):
        events = response.streaming_content
        if isinstance(events, AsyncIterable):
            response.streaming_content = until_unwelcome(events, is_welcome)
    return response
