"""Admission of whole chunks at once: those in which nothing but plain data frames stands.

A chunk is plain when its link is logged in and every piece is a good 02 or 03 command of a VIN
that may speak on it. ``session.Session`` would keep each of these frames and, when the setting
says so, answer success; nothing else. All other chunks go to the session, piece by piece.
"""

import numba as nb
import numpy as np

from voltward.gateway.kernels.search import find_vin

VEHICLE, PLATFORM = 1, 2  # states of online.ROW
SHELL = 25
SHORTEST = SHELL + 6  # a data frame holds at least its time
ANSWER = SHELL + 6
NO_PLATFORM = -1


@nb.njit(cache=True, nogil=True)
def admit(buffer, piece_chunk, starts, stops, reasons, slots, states, vins, grants, known):  # type: ignore[no-untyped-def]
    """(plain u1 ``(k,)``, first i8 ``(k + 1,)``, counts i8 ``(k, 5)``) for ``k`` chunks.

    Pieces as ``columns.split.Split`` gives them. ``slots`` i4 ``(k,)``: row of each chunk's
    session, or -1; ``states``, ``vins``, ``grants`` (i4; 0 any vehicle, n only those of platform
    n, -1 a vehicle whose every frame must be proved) are indexed by it. ``known`` is the registry:
    (VINs, platforms u2, flags u1, registered bit, enrolled bit, any VIN admitted). ``first``: each
    chunk's first piece. ``counts``: whole frames in the chunk; and if it is plain, those of 2016 02,
    03 and 2025 02, 03.
    """
    chunks = slots.size
    plain = np.zeros(chunks, np.uint8)
    first = np.zeros(chunks + 1, np.int64)
    counts = np.zeros((chunks, 5), np.int64)
    piece = 0
    for chunk in range(chunks):
        first[chunk] = piece
        slot = slots[chunk]
        fits = slot >= 0
        while piece < piece_chunk.size and piece_chunk[piece] == chunk:
            if fits:
                at = starts[piece]
                fits = (
                    reasons[piece] == 0
                    and stops[piece] - at >= SHORTEST
                    and (buffer[at + 2] == 2 or buffer[at + 2] == 3)
                    and buffer[at + 3] == 0xFE
                    and _may_speak(buffer[at + 4 : at + 21], slot, states, vins, grants, known)
                )
                if fits:
                    edition = 2 if buffer[at] == 0x24 else 0
                    counts[chunk, edition + buffer[at + 2] - 1] += 1
            counts[chunk, 0] += reasons[piece] == 0
            piece += 1
        if fits:
            plain[chunk] = 1
        else:
            counts[chunk, 1:] = 0
    first[chunks] = piece
    return plain, first, counts


@nb.njit(cache=True, nogil=True, inline="always")
def _may_speak(vin, slot, states, vins, grants, known):  # type: ignore[no-untyped-def]
    if states[slot] == VEHICLE:
        if grants[slot] < 0:
            return False  # enrolled: its session proves each frame
        own = vins[slot]
        for i in range(17):  # noqa: SIM110 - the compiler knows no generators
            if vin[i] != own[i]:
                return False
        return True
    if states[slot] != PLATFORM:
        return False
    table, platforms, flags, registered, enrolled, any_vin = known
    row = find_vin(table, vin)
    if row >= 0 and flags[row] & enrolled:
        return False
    if row >= 0 and flags[row] & registered:
        return grants[slot] == 0 or platforms[row] == grants[slot]
    if not any_vin or grants[slot] != 0:
        return False
    for char in vin:  # noqa: SIM110
        if char < 0x21 or char > 0x7E:
            return False
    return True


@nb.njit(cache=True, nogil=True)
def plain_frames(buffer, starts, stops, first, plain):  # type: ignore[no-untyped-def]
    """Frames of plain chunks without gaps: bytes, offsets i8 ``(m + 1,)``, chunk i8 ``(m,)``."""
    frames, size = 0, 0
    for chunk in range(plain.size):
        if plain[chunk]:
            for piece in range(first[chunk], first[chunk + 1]):
                frames += 1
                size += stops[piece] - starts[piece]
    out = np.empty(size, np.uint8)
    offsets = np.zeros(frames + 1, np.int64)
    chunk_of = np.empty(frames, np.int64)
    used, at = 0, 0
    for chunk in range(plain.size):
        if not plain[chunk]:
            continue
        for piece in range(first[chunk], first[chunk + 1]):
            length = stops[piece] - starts[piece]
            out[at : at + length] = buffer[starts[piece] : stops[piece]]
            at += length
            chunk_of[used] = chunk
            used += 1
            offsets[used] = at
    return out, offsets, chunk_of


@nb.njit(cache=True, nogil=True)
def success_answers(buffer, offsets):  # type: ignore[no-untyped-def]
    """Success answers to frames that hold a time, u1 ``(m, 31)``, as answers.py gives them."""
    frames = offsets.size - 1
    out = np.empty((frames, ANSWER), np.uint8)
    for i in range(frames):
        at = offsets[i]
        row = out[i]
        row[0:3] = buffer[at : at + 3]
        row[3] = 1
        row[4:22] = buffer[at + 4 : at + 22]
        row[22], row[23] = 0, 6
        row[24:30] = buffer[at + 24 : at + 30]
        check = np.uint8(0)
        for value in row[2:30]:
            check ^= value
        row[30] = check
    return out
