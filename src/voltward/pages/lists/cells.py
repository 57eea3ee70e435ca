"""The cells of some records: as the page draws them, and as files carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voltward.pages.lists.asking import AnyColumn
from voltward.pages.lists.declaration import MASK, NOTHING, ListColumn
from voltward.pages.room import Cell


@dataclass(frozen=True)
class ShownCell:
    """One cell as drawn."""

    cell: Cell
    link: str = ""
    css: str = ""


def drawn_rows(
    actor: Any, columns: Sequence[AnyColumn], records: Sequence[Any]
) -> list[list[ShownCell]]:
    added = _added(actor, columns, records)
    return [[_drawn(column, record, added) for column in columns] for record in records]


def values_of(
    actor: Any, columns: Sequence[AnyColumn], records: Sequence[Any], *, personal: bool
) -> Iterator[list[Any]]:
    """Typed values; ``personal``: in the clear where the actor holds the column's grant."""
    added = _added(actor, columns, records)
    makers = [_value(column, actor, added, personal) for column in columns]
    for record in records:
        yield [make(record) for make in makers]


Added = Mapping[str, Mapping[Any, Cell]]


def _added(actor: Any, columns: Sequence[AnyColumn], records: Sequence[Any]) -> Added:
    """The cells of other rooms' columns, each asked once for all records."""
    return {
        column.key: column.values(actor, records)
        for column in columns
        if not isinstance(column, ListColumn) and records
    }


def _drawn(column: AnyColumn, record: Any, added: Added) -> ShownCell:
    if isinstance(column, ListColumn):
        link = column.link(record) if column.link else ""
        return ShownCell(column.cell(record), link, column.style)
    return ShownCell(added[column.key].get(record.pk, Cell(NOTHING)))


def _value(column: AnyColumn, actor: Any, added: Added, personal: bool) -> Callable[[Any], Any]:
    if not isinstance(column, ListColumn):
        return lambda record: _words(added[column.key].get(record.pk))
    if column.masked_by and not (personal and column.masked_by in actor.grants):
        return lambda record: MASK if column.text(record) else ""
    if column.kind in ("number", "instant"):
        return column.plain
    return _remembered(column) if column.kind == "choice" else column.text


def _remembered(column: ListColumn) -> Callable[[Any], str]:
    """A choice has few values, and wording one costs more than reading its row."""
    known: dict[Any, str] = {}

    def text(record: Any) -> str:
        code = column.plain(record)
        if code not in known:
            known[code] = column.text(record)
        return known[code]

    return text


def _words(cell: Cell | None) -> str:
    return "" if cell is None or cell.text == NOTHING else str(cell.text)
