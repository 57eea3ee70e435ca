"""First pass over a batch: check every frame, walk its items, note where everything stands.

Nothing is copied but the header; lists are only counted, so the second pass writes each column
once, at its place, into arrays of the right size.
"""

from __future__ import annotations

import numpy as np

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
from voltward.columns.octets import read, xor_of
from voltward.columns.reasons import Reason, TimeState, Verdict
from voltward.columns.scan_undo import undo_item, undo_row

HEADER, SHELL, MAX_UNIT = 24, 25, 65_531  # clause 6.2
TIME = 6
COMMAND_FLAG, PLAIN = 0xFE, 0x01
BLOCK = 128  # rows that the second pass takes at once: their frames fit the nearest cache

OK = int(Verdict.OK)
BAD_START = int(Verdict.BAD_START)
BAD_LENGTH = int(Verdict.BAD_LENGTH)
TRUNCATED = int(Verdict.TRUNCATED)
BAD_BCC = int(Verdict.BAD_BCC)
NOT_A_ROW = int(Verdict.NOT_A_ROW)
ENCRYPTED = int(Verdict.ENCRYPTED)
BODY_TRUNCATED = int(Verdict.BODY_TRUNCATED)
UNKNOWN_TYPE = int(Verdict.UNKNOWN_TYPE)
TRAILING_BYTES = int(Verdict.TRAILING_BYTES)
REPEATED_TYPE = int(Verdict.REPEATED_TYPE)
BAD_TIME = int(Verdict.BAD_TIME)
ABNORMAL = int(Reason.ABNORMAL)  # and INVALID behind it, in the order of the codes
TIME_BAD = int(TimeState.BAD_TIME)

FULL = -1  # of a walk: an array has no room left; grow it and walk the frame again
CUT = -1  # of an item: its body is not all there
NO_ROOM = -2

# Days before each month of a year that is not a leap year, and the days of each month.
_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_DAYS = 10_957  # 1970-01-01 to 2000-01-01
_BEIJING_S = 8 * 3600


@kernel()
def scan(buffer, offsets, tables, notes, rows, first):  # type: ignore[no-untyped-def]
    """Walk frames ``first`` and on; the frame to go on with, the number of frames when done.

    It ends early when an array of ``notes`` is full: grow it and call again.
    """
    row = notes.counts[0]
    frames = offsets.size - 1
    for i in range(first, frames):
        start, stop = offsets[i], offsets[i + 1]
        verdict = _check(buffer, start, stop)
        if verdict == OK:
            if row % BLOCK == 0:
                block = row // BLOCK
                for k in range(notes.used.size):
                    notes.section_marks[block, k] = notes.used[k]
                for k in range(notes.list_used.size):
                    notes.list_marks[block, k] = notes.list_used[k]
            verdict = _walk(buffer, start + HEADER, stop - 1, row, tables, notes)
            if verdict == FULL:
                undo_row(row, start, tables, notes)
                notes.counts[0] = row
                return i
            seconds = _seconds(buffer, start + HEADER, stop - 1)
            rows.time_state[row] = TIME_BAD if seconds < 0 else 0
            rows.collected_at[row] = max(seconds, 0)
            if seconds < 0 and verdict == OK:
                verdict = BAD_TIME
            rows.frame_index[row] = i
            rows.edition[row] = 2016 if buffer[start] == 0x23 else 2025
            rows.command[row] = buffer[start + 2]
            rows.row_verdict[row] = verdict
            for k in range(17):
                rows.vin[row, k] = buffer[start + 4 + k]
            row += 1
            for family in range(notes.totals.size):
                notes.offsets[family, row] = notes.totals[family]
        rows.verdict[i] = verdict
    notes.counts[0] = row
    return frames


@kernel(inline="always")
def _check(buffer, start, stop):  # type: ignore[no-untyped-def]
    """Is this a whole frame that gives a row? In the order of ``frames.header``."""
    size = stop - start
    if size < 2:
        return TRUNCATED
    mark = buffer[start]
    if (mark != 0x23 and mark != 0x24) or buffer[start + 1] != mark:
        return BAD_START
    if size < HEADER:
        return TRUNCATED
    unit = (np.int64(buffer[start + 22]) << 8) | np.int64(buffer[start + 23])
    if unit > MAX_UNIT:
        return BAD_LENGTH
    if size < SHELL + unit:
        return TRUNCATED
    end = start + HEADER + unit
    if xor_of(buffer[start + 2 : end]) != buffer[end]:
        return BAD_BCC
    if size > SHELL + unit:
        return BAD_LENGTH
    command = buffer[start + 2]
    if (command != 0x02 and command != 0x03) or buffer[start + 3] != COMMAND_FLAG:
        return NOT_A_ROW
    return OK if buffer[start + 21] == PLAIN else ENCRYPTED


@kernel(inline="always")
def _walk(buffer, at, end, row, tables, notes):  # type: ignore[no-untyped-def]
    """Walk the items of one data unit; a verdict, or FULL."""
    edition = 0 if buffer[at - HEADER] == 0x23 else 1
    if at + TIME > end:
        return BODY_TRUNCATED if _keep_rest(at, end, notes) else FULL
    verdict = OK
    at += TIME
    while at < end:
        kind = tables.type_of[edition, buffer[at]]
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
        coded = count - ((1 << 8 * width) - 2) if cells[SECTION_CODES] else -1
        if coded >= 0:
            count = 0
            if cells[SECTION_ODD] != NONE:
                odd = notes.counts[1]
                notes.odd[odd, 0], notes.odd[odd, 1] = row, cells[SECTION_ODD]
                notes.odd[odd, 2], notes.odd[odd, 3] = ABNORMAL + coded, at
                notes.counts[1] = odd + 1
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
def _seconds(buffer, at, end):  # type: ignore[no-untyped-def]
    """Unix seconds of the six time bytes (Beijing time); -1 when there is no such moment."""
    if at + TIME > end:
        return -1
    year, month, day = np.int64(buffer[at]), np.int64(buffer[at + 1]), np.int64(buffer[at + 2])
    hour, minute = np.int64(buffer[at + 3]), np.int64(buffer[at + 4])
    second = np.int64(buffer[at + 5])
    if year > 99 or month < 1 or month > 12 or hour > 23 or minute > 59 or second > 59:
        return -1
    leap = year % 4 == 0  # right from 2000 to 2099
    if day < 1 or day > _DAYS[month] + (1 if leap and month == 2 else 0):
        return -1
    days = _EPOCH_DAYS + 365 * year + (year + 3) // 4 + _BEFORE[month] + day - 1
    if leap and month > 2:
        days += 1
    return days * 86_400 + hour * 3600 + minute * 60 + second - _BEIJING_S
