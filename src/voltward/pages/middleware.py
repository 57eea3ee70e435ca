"""Headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# no inline script, no inline style, nothing from anywhere else; data: is Tabler's own small images
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
    )
)
ALSO_FROM = "voltward_also_from"  # set on an answer whose page reads images of one more origin


def also_from(response: HttpResponseBase, origin: str) -> None:
    """Let this page fetch and show images of ``origin`` too, such as a map's tiles; "": of no other."""
    if origin:
        setattr(response, ALSO_FROM, origin)


def policy(origin: str) -> str:
    """The policy of a page that reads images of ``origin`` besides its own; "": of none."""
    parts = CONTENT_SECURITY_POLICY.split("; ")
    opened = ("img-src", "connect-src")
    more = [f"{part} {origin}" if part.split()[0] in opened else part for part in parts]
    return "; ".join(more if origin else parts)


PERMISSIONS_POLICY = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"
)


class HeaderMiddleware:
    """Content-Security-Policy and its kin; pages with data are not kept by any cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Content-Security-Policy"] = policy(getattr(response, ALSO_FROM, ""))
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
