"""Data units of a shape that was seen before need no walk.

A vehicle sends the same types with the same counts again and again. The bytes that decide the
shape (type bytes and counts) are few and their places known: when all of them are as they were,
everything stands where it stood, and the notes are copied with the new frame's start added.
Whether a shape is remembered never changes what is noted, only how fast.
"""

import numpy as np

from voltward.columns.cells import LIST_FAMILY, NONE, SECTION_FAMILY
from voltward.columns.kernel import kernel
from voltward.columns.notes import (
    COUNT_MARKS,
    COUNT_MOST,
    COUNT_ROWS,
    MOST_LISTS,
    MOST_MARKS,
    MOST_PARTS,
    SHAPES,
)

WAYS = 16  # shapes remembered of one length
PATIENCE = 8  # where they are all taken, only every eighth new one displaces another


@kernel(inline="always")
def shape_key(buffer, start, stop):  # type: ignore[no-untyped-def]
    """1 + edition and length of a frame."""
    return 1 + 2 * (stop - start) + (1 if buffer[start] == 0x23 else 0)


@kernel(inline="always")
def find_shape(buffer, start, stop, shapes):  # type: ignore[no-untyped-def]
    """The shape of a frame, or NONE."""
    key, begin = shape_key(buffer, start, stop), np.uint64(start)
    place = (key * WAYS) % SHAPES
    for shape in range(place, place + WAYS):
        if shapes.keys[shape] == key:
            marks, count, k = shapes.marks[shape], shapes.sizes[shape, 0], 0
            while k < count and buffer[begin + marks[k, 0]] == marks[k, 1]:
                k += 1
            if k == count:
                return shape
    return NONE


@kernel(inline="always")
def note_shape(shape, start, row, shapes, notes):  # type: ignore[no-untyped-def]
    """Note a frame of a known shape. There must be HEADROOM."""
    parts, lists = shapes.parts[shape], shapes.lists[shape]
    most, begin = notes.counts[COUNT_MOST], np.uint32(start)
    for k in range(shapes.sizes[shape, 1]):
        section, family = parts[k, 0], parts[k, 2]
        used = notes.used[section]
        place = notes.places[section, np.uint64(used)]
        place[0] = begin + parts[k, 1]
        place[1] = notes.totals[family - 1] + parts[k, 3] if family else row
        notes.used[section] = used + 1
        most = max(most, used + 1)
    for k in range(shapes.sizes[shape, 2]):
        number = lists[k, 0]
        used = notes.list_used[number]
        span = notes.spans[number, np.uint64(used)]
        span[0] = begin + lists[k, 1]
        span[1] = notes.totals[lists[k, 4]] + lists[k, 2]
        span[2] = lists[k, 3]
        notes.list_used[number] = used + 1
        most = max(most, used + 1)
    notes.counts[COUNT_MOST] = most
    for family in range(notes.totals.size):
        total = notes.totals[family] + shapes.grows[shape, family]
        notes.totals[family] = total
        notes.offsets[family, row + 1] = total


@kernel()
def learn_shape(buffer, start, stop, tables, shapes, notes):  # type: ignore[no-untyped-def]
    """Remember the shape of the frame that has just been walked, unless it is too rich."""
    marks = notes.counts[COUNT_MARKS]
    if marks > MOST_MARKS:
        return
    key, row = shape_key(buffer, start, stop), notes.counts[COUNT_ROWS]
    place = (key * WAYS) % SHAPES
    free = 0
    while free < WAYS - 1 and shapes.keys[place + free] != 0:
        free += 1
    if shapes.keys[place + free] == key:
        if row % PATIENCE:
            return
        free = (row // PATIENCE) % WAYS
    place += free
    shapes.keys[place] = 0
    parts = _learn_parts(place, start, tables, shapes, notes)
    lists = _learn_lists(place, start, tables, shapes, notes)
    if parts == NONE or lists == NONE:
        return
    for k in range(marks):
        shapes.marks[place, k, 0] = notes.marks[k] - start
        shapes.marks[place, k, 1] = buffer[notes.marks[k]]
    for family in range(notes.totals.size):
        shapes.grows[place, family] = notes.totals[family] - notes.offsets[family, row]
    shapes.sizes[place, 0], shapes.sizes[place, 1] = marks, parts
    shapes.sizes[place, 2] = lists
    shapes.keys[place] = key


@kernel()
def _learn_parts(place, start, tables, shapes, notes):  # type: ignore[no-untyped-def]
    """The sections noted for this frame; how many, or NONE when they are too many."""
    row, parts = notes.counts[COUNT_ROWS], 0
    for section in range(notes.used.size):
        family = tables.sections[section, SECTION_FAMILY]
        first = notes.used[section]
        while first > 0 and notes.places[section, first - 1, 0] >= start:
            first -= 1
        for k in range(first, notes.used[section]):
            if parts == MOST_PARTS:
                return NONE
            before = 0 if family == NONE else notes.offsets[family, row]
            index = 0 if family == NONE else notes.places[section, k, 1] - before
            shapes.parts[place, parts, 0] = section
            shapes.parts[place, parts, 1] = notes.places[section, k, 0] - start
            shapes.parts[place, parts, 2] = family + 1
            shapes.parts[place, parts, 3] = index
            parts += 1
    return parts


@kernel()
def _learn_lists(place, start, tables, shapes, notes):  # type: ignore[no-untyped-def]
    """The lists noted for this frame; how many, or NONE when they are too many."""
    row, lists = notes.counts[COUNT_ROWS], 0
    for number in range(notes.list_used.size):
        family = tables.lists[number, LIST_FAMILY]
        first = notes.list_used[number]
        while first > 0 and notes.spans[number, first - 1, 0] >= start:
            first -= 1
        for k in range(first, notes.list_used[number]):
            if lists == MOST_LISTS:
                return NONE
            shapes.lists[place, lists, 0] = number
            shapes.lists[place, lists, 1] = notes.spans[number, k, 0] - start
            shapes.lists[place, lists, 2] = notes.spans[number, k, 1] - notes.offsets[family, row]
            shapes.lists[place, lists, 3] = notes.spans[number, k, 2]
            shapes.lists[place, lists, 4] = family
            lists += 1
    return lists
