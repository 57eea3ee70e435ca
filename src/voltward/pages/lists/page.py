"""The page of a list: filters, facets, table, pages by key, columns, saved filters, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views import View

from voltward.base.errors import BadInput
from voltward.pages import errors
from voltward.pages.lists import cursors, export, facets
from voltward.pages.lists.asking import Asked, asked_of, available
from voltward.pages.lists.cells import drawn_rows
from voltward.pages.lists.declaration import List, ListColumn
from voltward.pages.lists.keyset import Place, Slice, sliced
from voltward.pages.lists.ports import Left, Saved, ports
from voltward.pages.room import Text

# what an address may hold beside filters
OWN_NAMES = ("sort", "columns", "after", "before", "saved", "export")
ALL_ROWS = "0"  # saved=0: without the person's default filter


class ListPage(View):
    """Subclasses name their ``declaration``; the template is the same for all lists."""

    declaration: List
    needs: str | None = None
    template = "pages/list.html"

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "declaration" in vars(cls):
            cls.needs = cls.declaration.needs

    def more_context(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """More context for a template of the room's own."""
        return {}

    def exported(self, actor: Any, left: Left) -> None:
        """Called before an export leaves."""
        ports().exported(actor, left)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = self._asked(request)
        saved = ports().saved(request.user, asked.declaration.of)
        if not request.GET and "HX-Request" not in request.headers:
            for one in saved:
                if one.is_default:
                    return redirect(f"{request.path}?{one.query}")
        if request.GET.get("export") in export.WRITERS:
            return self._exported(request, asked, saved, request.GET["export"])
        try:
            return self._drawn(request, asked, saved)
        except BadInput:
            return errors.bad_request(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """An export that takes a reason: with personal data, or above the limit."""
        asked = self._asked(request)
        format, reason = request.POST.get("export", ""), request.POST.get("reason", "").strip()
        if format not in export.WRITERS:
            return errors.bad_request(request)
        saved = ports().saved(request.user, asked.declaration.of)
        personal = "personal" in request.POST
        if not reason:
            return self._drawn(request, asked, saved, refusal=_("请填写导出理由。"))
        if "ask" not in request.POST:
            return self._exported(request, asked, saved, format, personal, reason)
        _export_checked(asked)
        where = ports().ask(request.user, _left(asked, format, personal=personal, reason=reason))
        messages.success(request, _("已提交审批，同意后文件会出现在这里。"))
        return redirect(where)

    def _asked(self, request: HttpRequest) -> Asked:
        declaration = self.declaration
        kept = ports().columns(request.user, declaration.of)
        return asked_of(declaration, request.user, request.GET, OWN_NAMES, kept)

    def _exported(
        self,
        request: HttpRequest,
        asked: Asked,
        saved: Sequence[Saved],
        format: str,
        personal: bool = False,
        reason: str = "",
    ) -> HttpResponseBase:
        _export_checked(asked)
        limit = ports().export_limit(request.user)
        file = export.passing_file()
        try:
            rows = export.write(file, format, asked, limit=limit, personal=personal)
            left = _left(asked, format, rows=rows, personal=personal, reason=reason)
            self.exported(request.user, left)
        except export.TooManyRows:
            file.close()
            words = _("导出上限为 %(cap)s 行，请先缩小筛选范围，或说明理由并由第二人审批。")
            return self._drawn(
                request, asked, saved, refusal=words % {"cap": f"{limit:,}"}, large=True
            )
        except BaseException:
            file.close()
            raise
        return export.streamed(request, file, name=asked.declaration.of, format=format)

    def _drawn(
        self,
        request: HttpRequest,
        asked: Asked,
        saved: Sequence[Saved],
        *,
        refusal: str = "",
        large: bool = False,
    ) -> HttpResponse:
        declaration, actor = asked.declaration, request.user
        page = _page(asked, request)
        number = facets.counted(asked.rows, len(page.records))
        grants = actor.grants  # type: ignore[union-attr]
        drawn = facets.drawn(asked)
        context = {
            "list": declaration,
            "filter": asked.filter,
            "facets": drawn,
            "facet_names": [one.name for one in drawn],
            "asked": asked,
            "filtered": bool(asked.filters),
            "hints": asked.unknown if request.method == "GET" else (),
            "page": page,
            "cursors": _cursors(asked, page),
            "count": number,
            "heads": heads(asked),
            "body": drawn_rows(actor, asked.columns, declaration.ready(actor, page.records)),
            "buttons": [one for one in declaration.buttons if one.needs in grants],
            "refusal": refusal,
            "large": large and ports().may_ask(actor),
            "personal": export.has_personal(asked.columns, grants),
            "saved": saved,
            "saved_now": request.GET.get("saved", ""),
            "choosable": available(declaration, actor),
            "may_export": may_export(asked),
            **self.more_context(request),
        }
        return render(request, self.template, context, status=422 if refusal else 200)


def page_of(declaration: List) -> type[ListPage]:
    """The page of a list that needs nothing of its own."""
    name = "".join(part.title() for part in declaration.of.split("_"))
    return type(f"{name}List", (ListPage,), {"declaration": declaration})


def may_export(asked: Asked) -> bool:
    needed = asked.declaration.export_needs
    return not needed or needed in asked.actor.grants


def _export_checked(asked: Asked) -> None:
    """
    Raises:
        PermissionDenied: reading the list is not enough to take it away.
    """
    if not may_export(asked):
        declaration = asked.declaration
        ports().refused(asked.actor, declaration.of, declaration.export_needs)
        raise PermissionDenied(declaration.export_needs)


def heads(asked: Asked) -> list[tuple[Text, str, str, str]]:
    """Title, what a click sorts by, the present direction (up, down or nothing), and style."""
    drawn = []
    for column in asked.columns:
        sorts = isinstance(column, ListColumn) and column.sort
        mark, after = "", column.key if sorts else ""
        if sorts and asked.order.path == sorts:
            mark = "down" if asked.order.descending else "up"
            after = column.key if asked.order.descending else f"-{column.key}"
        style = column.style if isinstance(column, ListColumn) else ""
        drawn.append((column.title, after, mark, style))
    return drawn


def _page(asked: Asked, request: HttpRequest) -> Slice:
    """
    Raises:
        BadInput: a cursor that is not of this list, order and maker.
    """
    before = request.GET.get("before", "")
    text = before or request.GET.get("after", "")
    place = _place(asked, text) if text and request.method == "GET" else None
    size = asked.declaration.page_size
    return sliced(asked.rows, asked.order, size, place, backwards=bool(before and place))


def _place(asked: Asked, text: str) -> Place:
    scope = ports().scope(asked.actor)
    return cursors.read(text, asked.order, asked.rows.model, of=asked.declaration.of, scope=scope)


def _cursors(asked: Asked, page: Slice) -> dict[str, str]:
    scope, of = ports().scope(asked.actor), asked.declaration.of
    made = {}
    if page.has_before and page.first:
        made["before"] = cursors.written(page.first, asked.order, of=of, scope=scope)
    if page.has_after and page.last:
        made["after"] = cursors.written(page.last, asked.order, of=of, scope=scope)
    return made


def _left(asked: Asked, format: str, *, rows: int = 0, personal: bool, reason: str) -> Left:
    return Left(
        asked.declaration.of, asked.query(), asked.sort, asked.keys, format, rows, personal, reason
    )
