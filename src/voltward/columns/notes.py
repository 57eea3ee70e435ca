"""What the two passes hand to each other: arrays, in tuples that kernels can take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltward.columns.layout import ALL_FAMILIES, TABLES

U1 = NDArray[np.uint8]
I8 = NDArray[np.int64]


class Rows(NamedTuple):
    """The columns that come from the header, ``(frames,)``; only the first rows are used."""

    frame_index: NDArray[np.int32]
    edition: NDArray[np.uint16]
    command: U1
    vin: U1  # (frames, 17)
    collected_at: I8
    time_state: U1
    row_verdict: U1
    verdict: U1  # of every frame


class Notes(NamedTuple):
    """Where everything stands. Positions are those of the buffer."""

    counts: I8  # (2,): rows; entries of ``odd``
    used: I8  # (sections,)
    list_used: I8  # (lists,)
    totals: I8  # (families,): elements so far
    seen: I8  # (types,): 1 + the last row with an item of the type
    places: NDArray[np.uint32]  # (sections, room, 2): position, index of the value
    spans: NDArray[np.uint32]  # (lists, room, 3): position, first element, elements
    odd: NDArray[np.uint32]  # (room, 4): row, column, reason, position
    offsets: NDArray[np.int32]  # (families, frames + 1)
    section_marks: I8  # (blocks + 1, sections): ``used`` where a block of rows begins
    list_marks: I8  # (blocks + 1, lists)


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
        np.empty((frames, 17), np.uint8),
        np.empty(frames, np.int64),
        np.empty(frames, np.uint8),
        np.empty(frames, np.uint8),
        np.empty(frames, np.uint8),
    )


def new_notes(frames: int, block: int) -> Notes:
    """Empty notes for a batch. Memory that is not written to is never made real."""
    sections, lists = len(TABLES.sections), len(TABLES.lists)
    room, blocks = frames + 256, -(-frames // block)
    offsets = np.empty((len(ALL_FAMILIES), frames + 1), np.int32)
    offsets[:, 0] = 0
    return Notes(
        np.zeros(2, np.int64),
        np.zeros(sections, np.int64),
        np.zeros(lists, np.int64),
        np.zeros(len(ALL_FAMILIES), np.int64),
        np.zeros(len(TABLES.types), np.int64),
        np.empty((sections, room, 2), np.uint32),
        np.empty((lists, room, 3), np.uint32),
        np.empty((5 * frames + 8, 4), np.uint32),
        offsets,
        np.zeros((blocks + 1, sections), np.int64),
        np.zeros((blocks + 1, lists), np.int64),
    )


def grown(notes: Notes) -> Notes:
    """The same notes with twice the room and more."""
    room = 2 * notes.places.shape[1] + 4096
    places = np.empty((notes.places.shape[0], room, 2), np.uint32)
    spans = np.empty((notes.spans.shape[0], room, 3), np.uint32)
    for section, used in enumerate(notes.used):
        places[section, :used] = notes.places[section, :used]
    for number, used in enumerate(notes.list_used):
        spans[number, :used] = notes.spans[number, :used]
    return notes._replace(places=places, spans=spans)
