"""The API of a list: the same rows, filters and order; pages by key; a chooser of fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from voltward.base.errors import BadInput
from voltward.pages.lists import cursors, facets
from voltward.pages.lists.asking import Asked, asked_of, choices_of
from voltward.pages.lists.declaration import MASK, List, ListColumn
from voltward.pages.lists.keyset import Slice, sliced
from voltward.pages.lists.ports import ports
from voltward.pages.room import REGISTRY

PAGE_SIZE = 100
LARGEST_PAGE = 1000
OWN_NAMES = ("sort", "after", "before", "page_size", "fields", "format")


class ListApi(APIView):
    """Reads only. Subclasses come from ``api_of``."""

    declaration: List
    needs = ""
    http_method_names = ["get", "head", "options"]

    def get(self, request: Request) -> Response:
        asked = self._asked(request)
        columns = _columns(self.declaration, request.query_params.get("fields"))
        page = self._page(asked, request)
        records = self.declaration.ready(request.user, page.records)
        rows = [_row(columns, record) for record in records]
        body = {"count": self._count(asked, page, request)}
        return Response({**body, **self._links(asked, page, request), "results": rows})

    def _asked(self, request: Request) -> Asked:
        asked = asked_of(self.declaration, request.user, request.query_params, OWN_NAMES)
        if asked.unknown:
            raise BadInput("; ".join(asked.unknown))
        if not asked.filter.is_valid():
            raise ValidationError(asked.filter.errors)
        return asked

    def _page(self, asked: Asked, request: Request) -> Slice:
        given = {name: request.query_params.get(name, "") for name in ("after", "before")}
        if all(given.values()):
            raise BadInput("after, before: found both, expected one")
        text = given["after"] or given["before"]
        scope, of = ports().scope(request.user), self.declaration.of
        model = asked.rows.model
        place = cursors.read(text, asked.order, model, of=of, scope=scope) if text else None
        size = _size(request.query_params.get("page_size"))
        return sliced(asked.rows, asked.order, size, place, backwards=bool(given["before"]))

    def _count(self, asked: Asked, page: Slice, request: Request) -> int | None:
        """On the first page only, and only up to a cap: nobody counts millions to read a hundred."""
        if "after" in request.query_params or "before" in request.query_params:
            return None
        if not page.has_after:
            return len(page.records)
        found = facets.counted(asked.rows, len(page.records))
        return None if found.at_least else found.number

    def _links(self, asked: Asked, page: Slice, request: Request) -> dict[str, str | None]:
        scope, of = ports().scope(request.user), self.declaration.of
        ends = {
            "next": ("after", page.last if page.has_after else None),
            "previous": ("before", page.first if page.has_before else None),
        }
        links: dict[str, str | None] = {}
        for name, (way, place) in ends.items():
            kept = [
                (key, value)
                for key, values in request.query_params.lists()
                for value in values
                if key not in ("after", "before")
            ]
            text = cursors.written(place, asked.order, of=of, scope=scope) if place else ""
            query = urlencode([*kept, (way, text)])
            links[name] = request.build_absolute_uri(f"{request.path}?{query}") if text else None
        return links


def _size(text: str | None) -> int:
    if text is None:
        return PAGE_SIZE
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise BadInput(f"page_size: found {text[:20]}, expected 1 to {LARGEST_PAGE}")
    return min(int(text), LARGEST_PAGE)


def _columns(declaration: List, text: str | None) -> list[ListColumn]:
    known = {column.key: column for column in declaration.columns if column.api}
    if text is None:
        return list(known.values())
    wanted = [key for key in text.split(",") if key]
    if unknown := [key for key in wanted if key not in known]:
        raise BadInput(f"fields: found {', '.join(unknown)}, known are {', '.join(known)}")
    return [known[key] for key in dict.fromkeys(wanted)] or list(known.values())


def _row(columns: list[ListColumn], record: Any) -> dict[str, Any]:
    return {column.key: _value(column, record) for column in columns}


def _value(column: ListColumn, record: Any) -> Any:
    plain = column.plain(record)
    if column.masked_by:
        return MASK if plain not in (None, "") else plain
    if isinstance(plain, datetime):
        return plain.isoformat().replace("+00:00", "Z")
    return plain


# ---- made from the declaration


def api_of(declaration: List) -> type[ListApi]:
    """The view of one list, with its part of the OpenAPI document."""
    name = "".join(part.title() for part in declaration.of.split("_"))
    document = extend_schema(
        operation_id=f"{declaration.of}_list",
        description=declaration.about or str(declaration.title),
        parameters=_parameters(declaration),
        responses=_answer(name, declaration),
    )

    def get(self: ListApi, request: Request) -> Response:
        return ListApi.get(self, request)

    parts = {"declaration": declaration, "needs": declaration.needs, "get": document(get)}
    return type(f"{name}ListApi", (ListApi,), parts)


def api_urls() -> list[URLPattern]:
    """The addresses of all lists that have an API, below ``/api/``."""
    return [
        path(one.api, api_of(one).as_view(), name=f"api-{one.api.strip('/').replace('/', '-')}")
        for one in REGISTRY.lists().values()
        if one.api
    ]


_FIELDS: dict[str, type[serializers.Field[Any, Any, Any, Any]]] = {
    "text": serializers.CharField,
    "choice": serializers.CharField,
    "number": serializers.FloatField,
    "instant": serializers.DateTimeField,
    "object": serializers.JSONField,
}


def _answer(name: str, declaration: List) -> Any:
    fields = {
        column.key: _FIELDS[column.kind](allow_null=True, help_text=str(column.title))
        for column in declaration.columns
        if column.api
    }
    row: Any = inline_serializer(f"{name}Row", fields)
    row = type(row)(many=True)
    count = serializers.IntegerField(
        allow_null=True,
        help_text=f"On the first page and up to {facets.COUNT_CAP} rows; otherwise null.",
    )
    links = {
        key: serializers.URLField(allow_null=True, help_text=f"The {key} page, if there is one.")
        for key in ("next", "previous")
    }
    return inline_serializer(f"{name}Page", {"count": count, **links, "results": row})


def _parameters(declaration: List) -> list[OpenApiParameter]:
    filters = declaration.filterset.base_filters
    made = [
        OpenApiParameter(
            name,
            description=str(one.label or name),
            enum=[str(value) for value, _ in choices_of(one)] or None,
        )
        for name, one in filters.items()
    ]
    made += [
        OpenApiParameter(
            added.name,
            description=str(added.title),
            enum=[value for value, _ in added.choices] or None,
        )
        for room in REGISTRY.rooms
        for added in room.filters
        if added.of == declaration.of and added.name not in filters
    ]
    ways = [sign + key for key in declaration.sorts() for sign in ("", "-")]
    fields = ", ".join(column.key for column in declaration.columns if column.api)
    return [
        *made,
        OpenApiParameter("sort", description="Order; - in front: downwards.", enum=ways or None),
        OpenApiParameter("fields", description=f"Comma separated: {fields}."),
        OpenApiParameter("page_size", int, description=f"1 to {LARGEST_PAGE}, else {PAGE_SIZE}."),
        OpenApiParameter("after", description="Cursor out of `next`."),
        OpenApiParameter("before", description="Cursor out of `previous`."),
    ]
