"""Error pages: what happened, what to do, and a number to quote."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

CODES = {400: "bad_input", 403: "not_permitted", 404: "not_found", 503: "unavailable"}


def _answer(request: HttpRequest, status: int) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        code = CODES.get(status, "server_error")
        number = request.META.get("voltward.number", "")
        return JsonResponse({"code": code, "number": number}, status=status)
    try:
        return render(request, f"pages/{status}.html", status=status)
    except Exception:
        if status != 500:
            raise
        # the page itself may be what failed (no database): say the number in plain text
        number = request.META.get("voltward.number", "")
        return HttpResponse(f"500 · {number}", status=500, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:  # noqa: ARG001
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: object = None, reason: str = "") -> HttpResponseBase:  # noqa: ARG001
    """Also what a failed CSRF check gets (then with ``reason``)."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:  # noqa: ARG001
    return _answer(request, 404)


def away(request: HttpRequest) -> HttpResponseBase:
    """Something the page needs does not answer; waiting helps."""
    return _answer(request, 503)


def failed(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, 500)
