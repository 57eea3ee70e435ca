"""What a room says of a list: rows, filters, columns, order, facets. All the rest is made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import FilterSet

from voltward.pages.room import Cell, Text

Kind = Literal["text", "number", "instant", "choice", "object"]
MASK = "＊＊＊"
NOTHING = "—"
_CSS: dict[Kind, str] = {"number": "vw-number-cell", "instant": "vw-mono"}


@dataclass(frozen=True)
class ListColumn:
    """One column. ``key`` names it in addresses, saved filters and the API.

    ``value(record)``: what the page shows; left out, it is made from ``raw`` by ``kind``.
    ``raw(record)``: the plain value for API and export (a choice's code, an aware instant); left
    out, it is read along ``key`` (``actor__display_name``). An ``object`` is JSON, in the API as it is.
    ``sort``: path of the model field the column sorts by; empty: it does not sort.
    ``shown``: on the page before anybody chose columns. ``api``: a field of the API.
    ``masked_by``: personal data; shown as ``MASK``, and exported only to holders of this grant who
    give a reason.
    """

    title: Text
    value: Callable[[Any], Text | Cell | None] | None = None
    sort: str = ""
    link: Callable[[Any], str] | None = None
    css: str = ""
    key: str = ""
    kind: Kind = "text"
    raw: Callable[[Any], Any] | None = None
    shown: bool = True
    api: bool = True
    masked_by: str = ""

    def plain(self, record: Any) -> Any:
        """The value as a program wants it: text, number, aware UTC instant, code, or None."""
        return self.raw(record) if self.raw else _along(record, self.key)

    def cell(self, record: Any) -> Cell:
        """The value as a person sees it; personal data is masked."""
        value = self.value(record) if self.value else self._worded(record)
        cell = value if isinstance(value, Cell) else None
        if cell is None:
            cell = Cell(NOTHING if value in (None, "") else str(value))
        return Cell(MASK) if self.masked_by and cell.text != NOTHING else cell

    def text(self, record: Any) -> str:
        """The value in words, unmasked; nothing is empty."""
        value = self.value(record) if self.value else self._worded(record)
        shown = value.text if isinstance(value, Cell) else value
        return "" if shown is None or shown == NOTHING else str(shown)

    @property
    def style(self) -> str:
        return self.css or _CSS.get(self.kind, "")

    def _worded(self, record: Any) -> Text | None:
        plain = self.plain(record)
        if self.kind == "choice":
            worded = getattr(record, f"get_{self.key}_display", lambda: plain)()
            return None if worded is None else str(worded)
        if isinstance(plain, datetime):
            return timezone.localtime(plain).strftime("%Y-%m-%d %H:%M:%S")
        return None if plain is None else str(plain)


@dataclass(frozen=True)
class Facet:
    """A filter drawn as choices with counts. ``field``: the model field whose values are counted."""

    filter: str
    field: str = ""

    @property
    def path(self) -> str:
        return self.field or self.filter


@dataclass(frozen=True)
class Button:
    """An action above the list; a link, shown to holders of ``needs``."""

    title: Text
    url_name: str
    icon: str
    needs: str


@dataclass(frozen=True)
class List:
    """A list of records of kind ``of``, which is also its name in addresses and saved filters.

    ``rows(actor)``: the selector of all records the actor may see.
    ``order``: path of the model field it is ordered by, ``-`` in front: downwards.
    ``tie``: a unique field, never null, that decides between equals; best the last of the index.
    ``export_needs``: the grant that taking it away in a file needs, where reading it is not enough.
    ``url_name``: its page. ``api``: its path below ``/api/``; empty: it has none.
    ``prepare(actor, records)``: called once for each page or batch before its columns are asked;
    what many rows need is read here once.
    ``can_follow``: whether somebody may subscribe; never where the news themselves add rows.
    """

    of: str
    title: Text
    section: Text
    needs: str
    rows: Callable[[Any], QuerySet[Any]]
    filterset: type[FilterSet]
    columns: tuple[ListColumn, ...]
    order: str = "-pk"
    tie: str = "pk"
    facets: tuple[Facet, ...] = ()
    buttons: tuple[Button, ...] = ()
    empty_title: Text = ""
    empty_text: Text = ""
    url_name: str = ""
    api: str = ""
    about: str = ""
    page_size: int = 50
    export_needs: str = ""
    prepare: Callable[[Any, Sequence[Any]], None] | None = None
    can_follow: bool = True

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        if len(set(keys)) != len(keys) or not all(keys):
            raise ValueError(f"list {self.of}: each column needs a key of its own, found {keys}")
        if leaking := [one.key for one in self.columns if one.masked_by and one.sort]:
            raise ValueError(f"list {self.of}: masked columns cannot sort: {', '.join(leaking)}")

    def column(self, key: str) -> ListColumn | None:
        return next((column for column in self.columns if column.key == key), None)

    def sorts(self) -> dict[str, str]:
        """What ``sort=`` may name, and the path of the field behind each name."""
        return {column.key: column.sort for column in self.columns if column.sort}

    def ready(self, actor: Any, records: Sequence[Any]) -> Sequence[Any]:
        """The records, prepared for their columns."""
        if self.prepare and records:
            self.prepare(actor, records)
        return records


def _along(record: Any, path: str) -> Any:
    for part in path.split("__"):
        if record is None:
            return None
        record = getattr(record, part)
    return record
