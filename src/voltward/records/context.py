"""What every page says about the reader's seat."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from voltward.records.models import PersonSession


def seat(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``seat`` is the session while it is a duty seat, ``seat_locked`` whether."""
    session = getattr(request, "person_session", None)
    is_seat = isinstance(session, PersonSession) and session.is_duty_seat
    return {
        "seat": session if is_seat else None,
        "seat_locked": is_seat and getattr(request, "seat_locked", False),
        "on_wall": getattr(request, "wall_token", None) is not None,
    }
