"""First pass over a batch: check every frame, walk its items, note where everything stands.

Nothing is copied but the header; lists are only counted, so the second pass writes each column
once, at its place, into arrays of the right size.
"""

import numpy as np

from voltward.columns.cells import NONE
from voltward.columns.kernel import kernel
from voltward.columns.notes import COUNT_MARKS, COUNT_MOST, COUNT_ODD, COUNT_ROWS, HEADROOM
from voltward.columns.octets import xor_of
from voltward.columns.reasons import TimeState, Verdict
from voltward.columns.scan_undo import undo_row
from voltward.columns.shapes import find_shape, learn_shape, note_shape
from voltward.columns.walk import FULL, walk
from voltward.frames.header import HEADER, MAX_UNIT

SHELL = HEADER + 1  # and the BCC
TIME = 6
VIN_AT, VIN_SIZE = 4, 17
COMMAND_FLAG, PLAIN = 0xFE, 0x01
BLOCK = 256  # rows that the second pass takes at once: their frames fit the nearest cache

OK = int(Verdict.OK)
BAD_START = int(Verdict.BAD_START)
BAD_LENGTH = int(Verdict.BAD_LENGTH)
TRUNCATED = int(Verdict.TRUNCATED)
BAD_BCC = int(Verdict.BAD_BCC)
NOT_A_ROW = int(Verdict.NOT_A_ROW)
ENCRYPTED = int(Verdict.ENCRYPTED)
BAD_TIME = int(Verdict.BAD_TIME)
TIME_OK, TIME_BAD = int(TimeState.OK), int(TimeState.BAD_TIME)

# Days before each month of a year that is not a leap year, and the days of each month.
_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH_DAYS = 10_957  # 1970-01-01 to 2000-01-01
_BEIJING_S = 8 * 3600


@kernel()
def scan(buffer, offsets, tables, shapes, notes, rows, first):  # type: ignore[no-untyped-def]
    """Walk frames ``first`` and on; the frame to go on with, the number of frames when done.

    It ends early when an array of ``notes`` is full: grow it and call again.
    """
    frames = offsets.size - 1
    for i in range(first, frames):
        start, stop = offsets[i], offsets[i + 1]
        verdict = _check(buffer, start, stop)
        if verdict == OK:
            row = notes.counts[COUNT_ROWS]
            if row % BLOCK == 0:
                _begin_block(row // BLOCK, notes)
            verdict = _note(buffer, start, stop, row, tables, shapes, notes)
            if verdict == FULL:
                undo_row(row, start, tables, notes)
                return i
            verdict = _head(buffer, start, stop, row, i, verdict, rows)
            notes.counts[COUNT_ROWS] = row + 1
        rows.verdict[i] = verdict
    return frames


@kernel(inline="always")
def _note(buffer, start, stop, row, tables, shapes, notes):  # type: ignore[no-untyped-def]
    """Note what is in one frame, from memory or by a walk; a verdict, or FULL."""
    most = max(notes.counts[COUNT_MOST], notes.counts[COUNT_ODD])
    if most + HEADROOM > notes.odd.shape[0]:
        return FULL
    shape = find_shape(buffer, start, stop, shapes)
    if shape != NONE:
        note_shape(shape, start, row, shapes, notes)
        return OK
    notes.counts[COUNT_MARKS] = 0
    odd = notes.counts[COUNT_ODD]
    verdict = walk(buffer, start + HEADER, stop - 1, row, tables, notes)
    notes.counts[COUNT_MOST] = max(_largest(notes.used), _largest(notes.list_used))
    if verdict == OK and notes.counts[COUNT_ODD] == odd:
        learn_shape(buffer, start, stop, tables, shapes, notes)
    for family in range(notes.totals.size):
        notes.offsets[family, row + 1] = notes.totals[family]
    return verdict


@kernel()
def _largest(numbers):  # type: ignore[no-untyped-def]
    largest = 0
    for number in numbers:
        largest = max(largest, number)
    return largest


@kernel(inline="always")
def _head(buffer, start, stop, row, frame, verdict, rows):  # type: ignore[no-untyped-def]
    """Write the columns that come from the header and the time; the verdict of both."""
    seconds = _seconds(buffer, start + HEADER, stop - 1)
    if seconds < 0 and verdict == OK:
        verdict = BAD_TIME
    rows.time_state[row] = TIME_BAD if seconds < 0 else TIME_OK
    rows.collected_at[row] = max(seconds, 0)
    rows.frame_index[row] = frame
    rows.edition[row] = 2016 if buffer[start] == 0x23 else 2025
    rows.command[row] = buffer[start + 2]
    rows.row_verdict[row] = verdict
    source, place = np.uint64(start + VIN_AT), np.uint64(VIN_SIZE * row)
    for k in range(VIN_SIZE):
        rows.vin[place + np.uint64(k)] = buffer[source + np.uint64(k)]
    return verdict


@kernel(inline="always")
def _begin_block(block, notes):  # type: ignore[no-untyped-def]
    for k in range(notes.used.size):
        notes.section_marks[block, k] = notes.used[k]
    for k in range(notes.list_used.size):
        notes.list_marks[block, k] = notes.list_used[k]


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
def _seconds(buffer, at, end):  # type: ignore[no-untyped-def]
    """Unix seconds of the six time bytes (Beijing time); -1 when there is no such moment."""
    if at + TIME > end:
        return -1
    year, month, day = np.int64(buffer[at]), np.int64(buffer[at + 1]), np.int64(buffer[at + 2])
    hour, minute = np.int64(buffer[at + 3]), np.int64(buffer[at + 4])
    second = np.int64(buffer[at + 5])
    if year > 99 or month < 1 or month > 12 or hour > 23 or minute > 59 or second > 59:
        return -1
    leap = year & 3 == 0  # right from 2000 to 2099
    if day < 1 or day > _DAYS[month] + (1 if leap and month == 2 else 0):
        return -1
    days = _EPOCH_DAYS + 365 * year + ((year + 3) >> 2) + _BEFORE[month] + day - 1
    if leap and month > 2:
        days += 1
    return days * 86_400 + hour * 3600 + minute * 60 + second - _BEIJING_S
