"""The one-list pattern: filter form, table, paging, empty state and export, all from one filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django_filters import FilterSet

from voltward.pages.export import EXPORTS, TooManyRowsError
from voltward.pages.room import REGISTRY, Cell, Text

COUNT_CAP = 100_000
EXPORT_CAP = 10_000


@dataclass(frozen=True)
class ListColumn:
    """``value(record)`` is shown and exported; a Cell may carry a dot, ``link`` an address.

    ``sort``: the database field the column sorts by; empty: it does not sort.
    """

    title: Text
    value: Callable[[Any], Text | Cell | None]
    sort: str = ""
    link: Callable[[Any], str] | None = None
    css: str = ""


@dataclass(frozen=True)
class Button:
    """An action above the list; a link, shown to holders of ``needs``."""

    title: Text
    url_name: str
    icon: str
    needs: str


@dataclass(frozen=True)
class ShownCell:
    """One cell as drawn."""

    cell: Cell
    link: str
    css: str


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than COUNT_CAP: nobody pages further, and counting millions is slow."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: COUNT_CAP + 1].count()
        return len(rows)

    @property
    def capped(self) -> bool:
        return self.count > COUNT_CAP


class ListPage(View):
    """Subclasses name the parts and answer ``rows``; the template is the same for all lists."""

    needs: str | None = None
    of: str = ""
    title: Text = ""
    section: Text = ""
    filterset_class: type[FilterSet]
    columns: Sequence[ListColumn] = ()
    buttons: Sequence[Button] = ()
    # what a file holds where that is more than the page shows, and the grant that exporting takes
    export_columns: Sequence[ListColumn] = ()
    export_needs: str = ""
    empty_title: Text = ""
    empty_text: Text = ""
    page_size = 50
    template = "pages/list.html"

    def rows(self, actor: Any) -> QuerySet[Any]:
        """All records the actor may see, in the default order, by way of a selector."""
        raise NotImplementedError

    def exported(self, actor: Any, count: int) -> None:
        """Called before an export leaves; rooms leave their audit row here."""

    def may_export(self, actor: Any) -> bool:
        return not self.export_needs or self.export_needs in actor.grants

    def get(self, request: HttpRequest) -> HttpResponseBase:
        chosen = self.filterset_class(
            request.GET, queryset=self.rows(request.user), request=request
        )
        rows = self._sorted(chosen.qs, request.GET.get("sort", ""))
        refusal = ""
        if kind := EXPORTS.get(request.GET.get("export", "")):
            if not self.may_export(request.user):
                raise PermissionDenied(self.export_needs)
            try:
                return self._export(request, rows, kind)
            except TooManyRowsError:
                refusal = _("导出上限为 %(cap)d 行，请先缩小筛选范围。") % {"cap": EXPORT_CAP}
        paginator = CappedPaginator(rows, self.page_size)
        page = paginator.get_page(request.GET.get("page"))
        context = {
            "list": self,
            "filter": chosen,
            "filtered": any(value for name, value in request.GET.items() if name in chosen.filters),
            "page": page,
            "pages": paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "capped": paginator.capped,
            "heads": self._heads(request),
            "body": self._body(request, page),
            "buttons": [one for one in self.buttons if one.needs in request.user.grants],  # type: ignore[union-attr]
            "refusal": refusal,
            "exports": list(EXPORTS) if self.may_export(request.user) else [],
            **self.more_context(request),
        }
        return render(request, self.template, context, status=422 if refusal else 200)

    def more_context(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """More context for a template of the room's own."""
        return {}

    def _sorted(self, rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
        known = {column.sort for column in self.columns if column.sort}
        return rows.order_by(sort, "pk") if sort.removeprefix("-") in known else rows

    def _heads(self, request: HttpRequest) -> list[tuple[Text, str, str]]:
        """Title, what a click sorts by, and the present direction (up, down or nothing)."""
        sort = request.GET.get("sort", "")
        heads: list[tuple[Text, str, str]] = []
        for column in self.columns:
            up, down = column.sort, f"-{column.sort}"
            mark = {up: "up", down: "down"}.get(sort, "") if column.sort else ""
            heads.append(
                (column.title, down if sort == up else up, mark) if up else (column.title, "", "")
            )
        return heads + [(one.title, "", "") for one in REGISTRY.columns(self.of, request.user)]  # type: ignore[arg-type]

    def _body(self, request: HttpRequest, page: Page[Any]) -> list[list[ShownCell]]:
        records = list(page.object_list)
        own = [[self._cell(column, record) for column in self.columns] for record in records]
        for column in REGISTRY.columns(self.of, request.user):  # type: ignore[arg-type]
            values = column.values(request.user, records) if records else {}
            for record, cells in zip(records, own, strict=True):
                cells.append(ShownCell(values.get(record.pk, Cell("—")), "", ""))
        return own

    @staticmethod
    def _cell(column: ListColumn, record: Any) -> ShownCell:
        value = column.value(record)
        cell = (
            value if isinstance(value, Cell) else Cell("—" if value in (None, "") else str(value))
        )
        return ShownCell(cell, column.link(record) if column.link else "", column.css)

    def _export(
        self, request: HttpRequest, rows: QuerySet[Any], kind: Callable[..., HttpResponse]
    ) -> HttpResponse:
        records = list(rows[: EXPORT_CAP + 1])
        if len(records) > EXPORT_CAP:
            raise TooManyRowsError
        self.exported(request.user, len(records))
        table = (self._plain(record) for record in records)
        columns = self.export_columns or self.columns
        return kind(self.of or "list", [str(column.title) for column in columns], table)

    def _plain(self, record: Any) -> Iterable[str]:
        for column in self.export_columns or self.columns:
            value = column.value(record)
            yield (
                str(value.text) if isinstance(value, Cell) else "" if value is None else str(value)
            )
