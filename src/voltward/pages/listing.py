"""Lists as pages. New lists are declared once (``pages.lists.declaration.List``, docs/lists.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet

from voltward.pages.lists import page
from voltward.pages.lists.declaration import Button, List, ListColumn, keyed
from voltward.pages.room import Text

__all__ = ["Button", "ListColumn", "ListPage"]


class ListPage(page.ListPage):
    """A page that names the parts of its list as class attributes and answers ``rows``.

    It has filters, sorting, pages by key and export. Saved filters, chosen columns and an API come
    with a declaration.
    """

    of: str = ""
    title: Text = ""
    section: Text = ""
    filterset_class: type[FilterSet]
    columns: Sequence[ListColumn] = ()
    buttons: Sequence[Button] = ()
    empty_title: Text = ""
    empty_text: Text = ""
    page_size = 50

    def rows(self, actor: Any) -> QuerySet[Any]:
        """All records the actor may see, in the default order, by way of a selector."""
        raise NotImplementedError

    def declared(self, actor: Any) -> List:
        ordered_by = self.rows(actor).query.order_by
        first = ordered_by[0] if ordered_by and isinstance(ordered_by[0], str) else "-pk"
        return List(
            self.of, self.title, self.section, self.needs or "", self.rows, self.filterset_class,
            keyed(self.columns), order=first, buttons=tuple(self.buttons),
            empty_title=self.empty_title, empty_text=self.empty_text, page_size=self.page_size,
        )  # fmt: skip
