"""Take back what the first pass noted about an item that turned out to be cut short.

Everything is noted in the order of the bytes, so what belongs to the item is what stands behind
its first byte.
"""

from voltward.columns.cells import (
    LIST_FAMILY,
    NONE,
    SECTION_LIST,
    TYPE_END,
    TYPE_FAMILY,
    TYPE_GROUP,
    TYPE_HEAD,
)
from voltward.columns.kernel import kernel


@kernel()
def undo_item(kind, start, tables, notes):  # type: ignore[no-untyped-def]
    """Forget the sections and lists of one type that lie at ``start`` or behind it."""
    family, middle = tables.types[kind, TYPE_FAMILY], tables.types[kind, TYPE_GROUP]
    last = tables.types[kind, TYPE_END]
    for section in range(tables.types[kind, TYPE_HEAD], last):
        used = notes.used[section]
        while used > 0 and notes.places[section, used - 1, 0] >= start:
            used -= 1
        if family != NONE and section == last - 1 and section >= middle:
            notes.totals[family] -= notes.used[section] - used
        notes.used[section] = used
        number = tables.sections[section, SECTION_LIST]
        if number != NONE:
            undo_list(number, start, tables, notes)
    while notes.counts[1] > 0 and notes.odd[notes.counts[1] - 1, 3] >= start:
        notes.counts[1] -= 1


@kernel()
def undo_list(number, start, tables, notes):  # type: ignore[no-untyped-def]
    used, family = notes.list_used[number], tables.lists[number, LIST_FAMILY]
    while used > 0 and notes.spans[number, used - 1, 0] >= start:
        used -= 1
        notes.totals[family] -= notes.spans[number, used, 2]
    notes.list_used[number] = used


@kernel()
def undo_row(row, start, tables, notes):  # type: ignore[no-untyped-def]
    """Forget a whole row, whose frame begins at ``start``: it is going to be walked again."""
    for kind in range(tables.types.shape[0]):
        if notes.seen[kind] == row + 1:
            notes.seen[kind] = 0
            undo_item(kind, start, tables, notes)
    for number in range(tables.lists.shape[0]):
        undo_list(number, start, tables, notes)
