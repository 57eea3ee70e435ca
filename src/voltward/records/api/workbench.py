"""``GET /api/workbench/``: what somebody must do, over all rooms, soonest first."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voltward.base.errors import BadInput
from voltward.pages.room import REGISTRY
from voltward.records.models import Person
from voltward.records.workbench import GROUPS, MOST, SCOPES, Line, bench_of

_FIELDS: dict[str, Any] = {
    "source": serializers.CharField(help_text="The kind of work, in the language of the call."),
    "group": serializers.ChoiceField(GROUPS),
    "title": serializers.CharField(),
    "subject": serializers.CharField(),
    "url": serializers.CharField(help_text="The page where it is done, from /."),
    "owner": serializers.CharField(help_text="Empty: nobody has taken it."),
    "started_at": serializers.DateTimeField(allow_null=True),
    "due_at": serializers.DateTimeField(allow_null=True),
    "at_once": serializers.BooleanField(help_text="It has no deadline but must be done now."),
}
_LINE: Any = inline_serializer("WorkbenchLine", _FIELDS)
_ANSWER = inline_serializer(
    "Workbench",
    {
        "at_least": serializers.BooleanField(help_text=f"A source had more than {MOST} lines."),
        "results": type(_LINE)(many=True),
    },
)


class WorkbenchApi(APIView):
    """The lines of the workbench of whoever asks; each source asks for its own grant besides."""

    needs = "home.read"
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        operation_id="workbench",
        description="What the caller must do, over all rooms, soonest first.",
        parameters=[OpenApiParameter("scope", enum=SCOPES, description="Whose; default: mine.")],
        responses=_ANSWER,
    )
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, Person):
            raise PermissionDenied
        if unknown := [name for name in request.query_params if name not in ("scope", "format")]:
            raise BadInput(f"found {', '.join(unknown)}, known are scope")
        scope = request.query_params.get("scope", "mine")
        if scope not in SCOPES:
            raise BadInput(f"scope: found {scope[:20]}, known are {', '.join(SCOPES)}")
        bench = bench_of(request.user, REGISTRY.tasks(request.user), scope, timezone.now())
        return Response({"at_least": bench.capped, "results": [_line(one) for one in bench.lines]})


def _line(line: Line) -> dict[str, Any]:
    task = line.task
    return {
        "source": str(line.source),
        "group": line.group,
        "title": str(task.title),
        "subject": task.subject,
        "url": task.url,
        "owner": task.owner,
        "started_at": task.started_at,
        "due_at": task.due_at,
        "at_once": task.at_once,
    }
