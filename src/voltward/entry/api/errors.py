"""Refusals as JSON: a stable ``code``, what is wrong, and the number to quote."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from voltward.base.errors import BadInput, NotFound, NotPermitted, Refused, WritesHeld, WrongState
from voltward.records.middleware import AWAY
from voltward.records.origin import origin

STATUS: dict[type[Refused], int] = {
    BadInput: status.HTTP_400_BAD_REQUEST,
    NotPermitted: status.HTTP_403_FORBIDDEN,
    NotFound: status.HTTP_404_NOT_FOUND,
    WrongState: status.HTTP_409_CONFLICT,
    WritesHeld: status.HTTP_423_LOCKED,
}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns our refusals and the framework's into the same shape; None: a fault of ours."""
    if isinstance(error, Refused):
        known = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        known = status.HTTP_503_SERVICE_UNAVAILABLE if error.code in AWAY else known
        # a record that is not there is not named back: it may be another maker's
        detail = "" if isinstance(error, NotFound) else str(error)
        return Response(_body(error.code, detail), status=known)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = error.get_codes() if isinstance(error, APIException) else "refused"
    stable = {
        401: "not_authenticated",
        403: "not_permitted",
        404: "not_found",
        429: "too_many_requests",
    }
    text = stable.get(response.status_code, code if isinstance(code, str) else "bad_input")
    response.data = _body(text, response.data)
    return response


def _body(code: str, detail: Any) -> dict[str, Any]:
    if isinstance(detail, dict) and set(detail) == {"detail"}:
        detail = detail["detail"]
    return {"code": code, "detail": detail, "number": origin().number}
