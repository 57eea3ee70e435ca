"""The items of one data unit, walked one by one: what the tables say where, noted for later."""

from voltward.columns.cells import (
    LIST_FAMILY,
    NONE,
    ROLE_CUSTOM,
    ROLE_SIGNATURE,
    SECTION_CODES,
    SECTION_COUNT_AT,
    SECTION_COUNT_WIDTH,
    SECTION_ELEMENT,
    SECTION_KEPT,
    SECTION_LIST,
    SECTION_ODD,
    SECTION_SIZE,
    TYPE_COUNT_WIDTH,
    TYPE_END,
    TYPE_FAMILY,
    TYPE_GROUP,
    TYPE_HEAD,
    TYPE_ROLE,
)
from voltward.columns.kernel import kernel
from voltward.columns.notes import COUNT_MARKS, COUNT_ODD
from voltward.columns.octets import read
from voltward.columns.reasons import Reason, Verdict
from voltward.columns.scan_undo import undo_item

HEADER, TIME = 24, 6
OK = int(Verdict.OK)
BODY_TRUNCATED = int(Verdict.BODY_TRUNCATED)
UNKNOWN_TYPE = int(Verdict.UNKNOWN_TYPE)
TRAILING_BYTES = int(Verdict.TRAILING_BYTES)
REPEATED_TYPE = int(Verdict.REPEATED_TYPE)
ABNORMAL = int(Reason.ABNORMAL)  # and INVALID behind it, in the order of the codes

FULL = -1  # of a walk: an array has no room left; grow it and walk the frame again
CUT = -1  # of an item: its body is not all there
NO_ROOM = -2


@kernel(inline="always")
def walk(buffer, at, end, row, tables, notes):  # type: ignore[no-untyped-def]
    """Walk the items of one data unit; a verdict, or FULL."""
    edition = 0 if buffer[at - HEADER] == 0x23 else 1
    if at + TIME > end:
        return BODY_TRUNCATED if _keep_rest(at, end, notes) else FULL
    verdict = OK
    at += TIME
    while at < end:
        kind = tables.type_of[edition, buffer[at]]
        _mark(at, 1, notes)
        if kind == NONE:
            return UNKNOWN_TYPE if _keep_rest(at, end, notes) else FULL
        once = tables.types[kind, TYPE_FAMILY] == NONE
        role = tables.types[kind, TYPE_ROLE]
        again = notes.seen[kind] == row + 1
        if again and once and role != ROLE_CUSTOM:
            stop = _skip(buffer, at + 1, end, kind, tables)
            verdict = REPEATED_TYPE
            if stop != CUT and not _keep_rest(at, stop, notes):
                return FULL
        else:
            notes.seen[kind] = row + 1
            stop = _item(buffer, at + 1, end, kind, row, again, tables, notes)
        if stop == NO_ROOM:
            return FULL
        if stop == CUT:
            undo_item(kind, at, tables, notes)
            return BODY_TRUNCATED if _keep_rest(at, end, notes) else FULL
        if role == ROLE_CUSTOM and not _keep_span(at, stop, notes.list_used.size - 2, notes):
            return FULL
        at = stop
        if role == ROLE_SIGNATURE and at < end:
            return TRAILING_BYTES if _keep_rest(at, end, notes) else FULL
    return verdict


@kernel(inline="always")
def _item(buffer, at, end, kind, row, again, tables, notes):  # type: ignore[no-untyped-def]
    """Note the sections of one item; where it ends, or CUT, or NO_ROOM."""
    family = tables.types[kind, TYPE_FAMILY]
    middle, last = tables.types[kind, TYPE_GROUP], tables.types[kind, TYPE_END]
    for section in range(tables.types[kind, TYPE_HEAD], middle):
        at = _section(buffer, at, end, section, row, row, not again, tables, notes)
        if at == CUT:
            return CUT
    if family == NONE:
        return at
    width = tables.types[kind, TYPE_COUNT_WIDTH]
    count = read(buffer, at - width, width) if width else 1
    _mark(at - width, width, notes)
    if width and count >= (1 << 8 * width) - 2:
        return at
    if notes.used[middle] + count > notes.places.shape[1]:
        return NO_ROOM
    for _ in range(count):
        index = notes.totals[family]
        for section in range(middle, last):
            at = _section(buffer, at, end, section, index, row, True, tables, notes)
            if at == CUT:
                return CUT
        notes.totals[family] = index + 1
    return at


@kernel(inline="always")
def _section(buffer, at, end, section, index, row, keep, tables, notes):  # type: ignore[no-untyped-def]
    """Note one section; where it ends, or CUT."""
    cells = tables.sections[section]
    stop = at + cells[SECTION_SIZE]
    if stop > end:
        return CUT
    element = cells[SECTION_ELEMENT]
    if element:
        width = cells[SECTION_COUNT_WIDTH]
        count = read(buffer, at + cells[SECTION_COUNT_AT], width)
        _mark(at + cells[SECTION_COUNT_AT], width, notes)
        coded = count - ((1 << 8 * width) - 2) if cells[SECTION_CODES] else -1
        if coded >= 0:
            count = 0
            if cells[SECTION_ODD] != NONE:
                odd = notes.counts[COUNT_ODD]
                notes.odd[odd, 0], notes.odd[odd, 1] = row, cells[SECTION_ODD]
                notes.odd[odd, 2], notes.odd[odd, 3] = ABNORMAL + coded, at
                notes.counts[COUNT_ODD] = odd + 1
        source = stop
        stop += count * element
        if stop > end:
            return CUT
        number = cells[SECTION_LIST]
        if count and number != NONE:
            _note_list(source, count, number, tables, notes)
    if keep and cells[SECTION_KEPT]:
        used = notes.used[section]
        notes.places[section, used, 0], notes.places[section, used, 1] = at, index
        notes.used[section] = used + 1
    return stop


@kernel(inline="always")
def _note_list(source, count, number, tables, notes):  # type: ignore[no-untyped-def]
    family = tables.lists[number, LIST_FAMILY]
    used = notes.list_used[number]
    total = notes.totals[family]
    notes.spans[number, used, 0] = source
    notes.spans[number, used, 1] = total
    notes.spans[number, used, 2] = count
    notes.totals[family] = total + count
    notes.list_used[number] = used + 1


@kernel()
def _skip(buffer, at, end, kind, tables):  # type: ignore[no-untyped-def]
    """Where an item of a type without a group ends, or CUT."""
    for section in range(tables.types[kind, TYPE_HEAD], tables.types[kind, TYPE_GROUP]):
        cells = tables.sections[section]
        stop = at + cells[SECTION_SIZE]
        if stop > end:
            return CUT
        if cells[SECTION_ELEMENT]:
            width = cells[SECTION_COUNT_WIDTH]
            count = read(buffer, at + cells[SECTION_COUNT_AT], width)
            coded = cells[SECTION_CODES] and count >= (1 << 8 * width) - 2
            stop += 0 if coded else count * cells[SECTION_ELEMENT]
        at = stop
        if at > end:
            return CUT
    return at


@kernel(inline="always")
def _keep_rest(at, end, notes):  # type: ignore[no-untyped-def]
    return _keep_span(at, end, notes.list_used.size - 1, notes)


@kernel(inline="always")
def _keep_span(at, end, number, notes):  # type: ignore[no-untyped-def]
    """Note bytes that are kept as they are; False when there is no room."""
    used = notes.list_used[number]
    if used == notes.spans.shape[1]:
        return False
    if at < end:
        family = notes.totals.size + number - notes.list_used.size
        notes.spans[number, used, 0] = at
        notes.spans[number, used, 1] = notes.totals[family]
        notes.spans[number, used, 2] = end - at
        notes.totals[family] += end - at
        notes.list_used[number] = used + 1
    return True


@kernel(inline="always")
def _mark(at, width, notes):  # type: ignore[no-untyped-def]
    """Remember that the shape of the data unit depends on these bytes (see ``shapes``)."""
    for i in range(width):
        marks = notes.counts[COUNT_MARKS]
        if marks < notes.marks.size:
            notes.marks[marks] = at + i
        notes.counts[COUNT_MARKS] = marks + 1
