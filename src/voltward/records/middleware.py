"""What happens round every request: its number, its language, and who may come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from voltward.base.errors import NotFound, NotPermitted, Refused, WritesHeld
from voltward.pages import errors
from voltward.records import services, wall
from voltward.records.actions import SEAT_LOCKED
from voltward.records.models import LANGUAGES, Person
from voltward.records.origin import coming_from, new_number

AWAY = frozenset(
    {"store_away", "store_not_there", "attachments_away"}
)  # codes of refusals that waiting heals
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class OriginMiddleware:
    """Give the request a number to quote and tell the audit trail where it came from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = new_number()
        request.META["voltward.number"] = number
        with coming_from(request.META.get("REMOTE_ADDR") or None, number):
            response = self.get_response(request)
        response["X-Request-Number"] = number
        return response


class MakerWallMiddleware:
    """Behind the maker's wall from the moment somebody is known; the API narrows by its token."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        person = request.user if has_session else None
        if not isinstance(person, Person):
            with wall.within(wall.NOBODY, reads_only=False):
                return self.get_response(request)
        with wall.within(wall.of(person.maker_id), reads_only=person.is_reader):
            return self.get_response(request)


class LanguageMiddleware:
    """The reader's choice: cookie, then account, then Chinese. The browser is not asked.

    Pages show local time; the API speaks UTC.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if language not in dict(LANGUAGES):
            language = settings.LANGUAGE_CODE
            if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, Person):
                language = request.user.language
        request.LANGUAGE_CODE = language
        zone = None if request.path.startswith("/api/") else settings.PAGE_TIME_ZONE
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Language", language)
        return response


class GrantMiddleware:
    """Deny by default: a page without ``needs`` is open to nobody, one with it to its holders.

    Pages that everybody may see are marked login_not_required; the API checks its own tokens.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *arguments: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        needed = needed_by(view) or "undeclared"
        person = request.user
        if not isinstance(person, Person) or needed not in person.grants:
            route = request.resolver_match.route if request.resolver_match else ""
            services.refusal_recorded(person, what="page.open", subject=route, needs=needed)
            raise PermissionDenied(needed)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Services refuse in their own words; pages answer in HTTP's."""
        if isinstance(error, WritesHeld) and error.code == SEAT_LOCKED:
            return _to_unlock(request)
        if isinstance(error, NotPermitted | WritesHeld):
            raise PermissionDenied(error.code) from error
        if isinstance(error, NotFound):
            raise Http404(error.code) from error
        if isinstance(error, Refused) and error.code in AWAY:
            return errors.away(request)
        return None


def _to_unlock(request: HttpRequest) -> HttpResponseBase:
    """Lead to the page that unlocks the seat; ``423 Locked`` where a script asked."""
    url = reverse("seat")
    if "HX-Request" in request.headers:
        return HttpResponse(SEAT_LOCKED, status=423, headers={"HX-Redirect": url})
    if not request.accepts("text/html"):
        return JsonResponse(
            {"code": SEAT_LOCKED, "number": request.META["voltward.number"]}, status=423
        )
    return redirect(url)


def needed_by(view: Callable[..., Any]) -> str | None:
    """The grant a page declares, on the function or on its class."""
    return getattr(view, "needs", None) or getattr(getattr(view, "view_class", None), "needs", None)
