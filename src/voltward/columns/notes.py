"""What the two passes hand to each other: arrays, in tuples that kernels can take."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.columns.layout import ALL_FAMILIES, TABLES

U1 = NDArray[np.uint8]
I8 = NDArray[np.int64]


# Rows; entries of ``odd``; marks of the present row; the largest of ``used`` and ``list_used``.
COUNT_ROWS, COUNT_ODD, COUNT_MARKS, COUNT_MOST = range(4)
SHAPES = 2048  # remembered at once
MOST_MARKS, MOST_PARTS, MOST_LISTS = 96, 64, 32  # of a shape; others are walked every time
FIRST_ROOM = 1 << 15  # entries of each section and list
LARGEST_KEPT = 1 << 18
HEADROOM = 64  # that one frame may need in a section, list or ``odd`` without asking again


class Rows(NamedTuple):
    """The columns that come from the header, ``(frames,)``; only the first rows are used."""

    frame_index: NDArray[np.int32]
    edition: NDArray[np.uint16]
    command: U1
    vin: U1  # (17 * frames,)
    collected_at: I8
    time_state: U1
    row_verdict: U1
    verdict: U1  # of every frame


class Notes(NamedTuple):
    """Where everything stands. Positions are those of the buffer."""

    counts: I8  # (4,): see COUNT_ROWS and those behind it
    used: I8  # (sections,)
    list_used: I8  # (lists,)
    totals: I8  # (families,): elements so far
    seen: I8  # (types,): 1 + the last row with an item of the type
    places: NDArray[np.uint32]  # (sections, room, 2): position, index of the value
    spans: NDArray[np.uint32]  # (lists, room, 3): position, first element, elements
    odd: NDArray[np.uint32]  # (room, 4): row, column, reason, position
    marks: NDArray[np.uint32]  # (room,): positions that the shape of the present row depends on
    offsets: NDArray[np.int32]  # (families, frames + 1)
    section_marks: I8  # (blocks + 1, sections): ``used`` where a block of rows begins
    list_marks: I8  # (blocks + 1, lists)


class Shapes(NamedTuple):
    """Data units that were walked before, as what to note when one of the same shape comes."""

    keys: I8  # (SHAPES,): 1 + edition and length; 0: empty
    sizes: I8  # (SHAPES, 3): marks, parts, lists
    marks: NDArray[np.uint32]  # (SHAPES, MOST_MARKS, 2): position from the frame's start, byte
    parts: NDArray[np.uint32]  # (SHAPES, MOST_PARTS, 4): section, position, family + 1, index
    lists: NDArray[np.uint32]  # (SHAPES, MOST_LISTS, 5): list, position, first, elements, family
    grows: I8  # (SHAPES, families): elements in all


class Arenas(NamedTuple):
    """One array for each kind of value; every column has a stretch of one of them."""

    f4: NDArray[np.float32]
    f8: NDArray[np.float64]
    u1: U1
    u2: NDArray[np.uint16]
    u4: NDArray[np.uint32]
    i2: NDArray[np.int16]
    reasons: U1
    raws: NDArray[np.uint32]  # room for the raw values of one field in one block


class Places(NamedTuple):
    """Where the columns begin in their arenas, ``(columns,)``; and what was found missing."""

    bases: I8
    reason_bases: I8
    missing: I8  # values with a reason, counted by column


def new_rows(frames: int) -> Rows:
    return Rows(
        np.empty(frames, np.int32),
        np.empty(frames, np.uint16),
        np.empty(frames, np.uint8),
        np.empty(17 * frames, np.uint8),
        np.empty(frames, np.int64),
        np.empty(frames, np.uint8),
        np.empty(frames, np.uint8),
        np.empty(frames, np.uint8),
    )


class Workspace(threading.local):
    """What a thread uses again for its next batch: new memory costs more than filling it."""

    def __init__(self) -> None:
        self.shapes = _new_shapes()
        self._places, self._spans, self._odd = _new_room(FIRST_ROOM)

    def notes(self, frames: int, block: int) -> Notes:
        """Empty notes for a batch, in the memory of the last one."""
        sections, lists, blocks = len(TABLES.sections), len(TABLES.lists), -(-frames // block)
        offsets = np.empty((len(ALL_FAMILIES), frames + 1), np.int32)
        offsets[:, 0] = 0
        return Notes(
            np.zeros(4, np.int64),
            np.zeros(sections, np.int64),
            np.zeros(lists, np.int64),
            np.zeros(len(ALL_FAMILIES), np.int64),
            np.zeros(len(TABLES.types), np.int64),
            self._places,
            self._spans,
            self._odd,
            np.empty(MOST_MARKS, np.uint32),
            offsets,
            np.empty((blocks + 1, sections), np.int64),
            np.empty((blocks + 1, lists), np.int64),
        )

    def grown(self, notes: Notes) -> Notes:
        """The same notes with twice the room."""
        places, spans, odd = _new_room(2 * notes.places.shape[1])
        for section, used in enumerate(notes.used):
            places[section, :used] = notes.places[section, :used]
        for number, used in enumerate(notes.list_used):
            spans[number, :used] = notes.spans[number, :used]
        entries = notes.counts[COUNT_ODD]
        odd[:entries] = notes.odd[:entries]
        if places.shape[1] <= LARGEST_KEPT:
            self._places, self._spans, self._odd = places, spans, odd
        return notes._replace(places=places, spans=spans, odd=odd)


def _new_room(
    room: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    return (
        np.empty((len(TABLES.sections), room, 2), np.uint32),
        np.empty((len(TABLES.lists), room, 3), np.uint32),
        np.empty((room, 4), np.uint32),
    )


def _new_shapes() -> Shapes:
    return Shapes(
        np.zeros(SHAPES, np.int64),
        np.zeros((SHAPES, 3), np.int64),
        np.empty((SHAPES, MOST_MARKS, 2), np.uint32),
        np.empty((SHAPES, MOST_PARTS, 4), np.uint32),
        np.empty((SHAPES, MOST_LISTS, 5), np.uint32),
        np.zeros((SHAPES, len(ALL_FAMILIES)), np.int64),
    )
