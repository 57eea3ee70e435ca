"""Deny by default: an endpoint without ``needs`` is open to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from voltward.records import services
from voltward.records.models import ApiToken, Person

if TYPE_CHECKING:  # the framework imports this module while it imports its own views
    from rest_framework.views import APIView


class HoldsGrant(BasePermission):
    """The caller holds the grant that the endpoint declares as ``needs``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = getattr(view, "needs", None) or "undeclared"
        person = request.user
        if not isinstance(person, Person):
            return False
        read_only = isinstance(request.auth, ApiToken) and request.auth.scope == "read"
        allowed = needed in person.grants and (request.method in SAFE_METHODS or not read_only)
        if not allowed:
            match = request.resolver_match
            route = match.route if match else ""
            services.refusal_recorded(person, what="api.call", subject=route, needs=needed)
        return allowed
