"""Prometheus figures of the web process."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest

from voltward.entry.api.authentication import bearer_person
from voltward.records.models import Person

REQUESTS = Counter(
    "voltward_web_requests_total", "Answered requests", ["route", "method", "status"]
)
SECONDS = Histogram(
    "voltward_web_request_seconds",
    "Time from request to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


class MetricsMiddleware:
    """Counts by route, never by address: addresses carry VINs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match else "none"
        REQUESTS.labels(route, request.method or "", response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a collector on this machine, or anybody with ``system.read`` (session or token)."""
    if not _is_local(request):
        person = request.user if isinstance(request.user, Person) else bearer_person(request)
        if person is None or "system.read" not in person.grants:
            raise PermissionDenied("system.read")
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """Straight from this machine; whatever passed a proxy is not."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
