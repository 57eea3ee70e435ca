"""Whoever asks for a page, and where an answer may lead back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page a form was sent from, if it says so and it is ours."""
    after = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()})
    return after if ours else otherwise
