"""Second pass over a batch: read the values where the first pass found them, column by column.

Rows are taken in blocks whose frames still lie in the nearest cache. Within a block one field is
read for all rows before the next: first the raw values are gathered, then they are judged and
converted by vector code, and only a block with something missing in it is looked at one by one.
"""

import numpy as np

from voltward.columns.cells import (
    COPY_DEGREES,
    COPY_DOUBLE_WORDS,
    COPY_OCTETS,
    COPY_PAIRS,
    COPY_WORDS,
    FIELD_AT,
    FIELD_CODES,
    FIELD_COLUMN,
    FIELD_COUNTS,
    FIELD_HIGHEST,
    FIELD_LOWEST,
    FIELD_PER_UNIT,
    FIELD_SECTION,
    FIELD_SHIFT,
    FIELD_SPECIAL,
    FIELD_STORE,
    FIELD_WIDTH,
    LIST_COLUMN,
    LIST_COLUMN_2,
    LIST_COPY,
    LIST_SHIFT,
    STORE_F4,
    STORE_F8,
    STORE_U1,
    STORE_U2,
)
from voltward.columns.kernel import kernel
from voltward.columns.octets import read
from voltward.columns.reasons import Reason

PRESENT, OUT_OF_RANGE = np.uint8(Reason.PRESENT), np.uint8(Reason.OUT_OF_RANGE)
ABNORMAL, INVALID = np.uint8(Reason.ABNORMAL), np.uint8(Reason.INVALID)


@kernel()
def fill(buffer, tables, notes, arenas, places_of):  # type: ignore[no-untyped-def]
    """Read every noted field and list into the arenas, at the places that ``places_of`` names."""
    for block in range(notes.section_marks.shape[0] - 1):
        first, last = notes.section_marks[block], notes.section_marks[block + 1]
        for number in range(tables.fields.shape[0]):
            field = tables.fields[number]
            section = field[FIELD_SECTION]
            at = first[section]
            while at < last[section]:  # groups may be more than a block's worth
                stop = min(last[section], at + arenas.raws.size)
                places = notes.places[section, at:stop]
                _fill_field(buffer, field, places, arenas, places_of)
                at = stop
        first, last = notes.list_marks[block], notes.list_marks[block + 1]
        for number in range(tables.lists.shape[0]):
            if first[number] < last[number]:
                spans = notes.spans[number, first[number] : last[number]]
                _fill_list(buffer, tables.lists[number], spans, arenas, places_of.bases)


@kernel(inline="always")
def _fill_field(buffer, field, places, arenas, places_of):  # type: ignore[no-untyped-def]
    column, store, count = field[FIELD_COLUMN], field[FIELD_STORE], places.shape[0]
    base, reason_base = places_of.bases[column], places_of.reason_bases[column]
    raws = arenas.raws[:count]
    _gather(buffer, places, field[FIELD_AT], field[FIELD_WIDTH], raws)
    first = np.int64(places[0, 1])
    together = np.int64(places[count - 1, 1]) - first == count - 1
    if store == STORE_F4:
        worst = _numbers_f4(raws, field, places, together, arenas.f4[base:])
    elif store == STORE_F8:
        worst = _numbers_f8(raws, field, places, arenas.f8[base:])
    elif store == STORE_U1:
        worst = _codes(raws, field, places, together, arenas.u1[base:])
    elif store == STORE_U2:
        worst = _codes(raws, field, places, together, arenas.u2[base:])
    else:
        worst = _codes(raws, field, places, together, arenas.u4[base:])
    if worst > field[FIELD_HIGHEST] - field[FIELD_LOWEST]:
        missing = _judge(raws, field, places, arenas.reasons[reason_base:])
        places_of.missing[column] += missing
        if missing and store == STORE_F4:
            _blank(places, arenas.reasons[reason_base:], arenas.f4[base:])
        elif missing and store == STORE_F8:
            _blank(places, arenas.reasons[reason_base:], arenas.f8[base:])
        elif missing and field[FIELD_COUNTS]:
            _no_elements(raws, field, places, arenas, base)


@kernel()
def _gather(buffer, places, at, width, raws):  # type: ignore[no-untyped-def]
    """The raw values of one field. Positions are unsigned, so no index counts from the end."""
    shift = np.uint64(at)
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    if width == 1:
        for k in range(raws.size):
            raws[k] = buffer[np.uint64(places[k, 0]) + shift]
    elif width == 2:
        for k in range(raws.size):
            p = np.uint64(places[k, 0]) + shift
            raws[k] = (np.uint32(buffer[p]) << np.uint32(8)) | np.uint32(buffer[p + one])
    else:
        for k in range(raws.size):
            p = np.uint64(places[k, 0]) + shift
            high = (np.uint32(buffer[p]) << np.uint32(8)) | np.uint32(buffer[p + one])
            low = (np.uint32(buffer[p + two]) << np.uint32(8)) | np.uint32(buffer[p + three])
            raws[k] = (high << np.uint32(16)) | low


@kernel()
def _numbers_f4(raws, field, places, together, out):  # type: ignore[no-untyped-def]
    """Physical values. Both numbers fit float32 exactly, so their quotient is the nearest one.

    Gives the largest distance of a raw value above the lowest that is in range; one below wraps
    round to something large.
    """
    shift, per_unit = np.int32(field[FIELD_SHIFT]), np.float32(field[FIELD_PER_UNIT])
    lowest, worst = np.uint32(field[FIELD_LOWEST]), np.uint32(0)
    if together:
        first = np.int64(places[0, 1])
        values = out[first : first + raws.size]
        for k in range(raws.size):
            raw = raws[k]
            values[k] = np.float32(np.int32(raw) + shift) / per_unit
            worst = max(worst, np.uint32(raw - lowest))
    else:
        for k in range(raws.size):
            raw = raws[k]
            out[places[k, 1]] = np.float32(np.int32(raw) + shift) / per_unit
            worst = max(worst, np.uint32(raw - lowest))
    return worst


@kernel()
def _numbers_f8(raws, field, places, out):  # type: ignore[no-untyped-def]
    """Physical values whose raw numbers need more than float32 holds."""
    shift, per_unit = field[FIELD_SHIFT], np.float64(field[FIELD_PER_UNIT])
    lowest, worst = np.uint32(field[FIELD_LOWEST]), np.uint32(0)
    for k in range(raws.size):
        out[places[k, 1]] = np.float64(np.int64(raws[k]) + shift) / per_unit
        worst = max(worst, np.uint32(raws[k] - lowest))
    return worst


@kernel()
def _codes(raws, field, places, together, out):  # type: ignore[no-untyped-def]
    """Whole numbers as sent."""
    lowest, worst = np.uint32(field[FIELD_LOWEST]), np.uint32(0)
    if together:
        first = np.int64(places[0, 1])
        values = out[first : first + raws.size]
        for k in range(raws.size):
            values[k] = raws[k]
            worst = max(worst, np.uint32(raws[k] - lowest))
    else:
        for k in range(raws.size):
            out[places[k, 1]] = raws[k]
            worst = max(worst, np.uint32(raws[k] - lowest))
    return worst


@kernel()
def _judge(raws, field, places, reasons):  # type: ignore[no-untyped-def]
    """Write a reason for every value that is none; how many."""
    lowest, highest = field[FIELD_LOWEST], field[FIELD_HIGHEST]
    codes, missing = field[FIELD_CODES], 0
    for k in range(raws.size):
        raw = np.int64(raws[k])
        if lowest <= raw <= highest or raw == field[FIELD_SPECIAL]:
            continue
        if codes == 0 or raw < codes:
            reasons[places[k, 1]] = OUT_OF_RANGE
        else:
            reasons[places[k, 1]] = ABNORMAL if raw == codes else INVALID
        missing += 1
    return missing


@kernel()
def _blank(places, reasons, out):  # type: ignore[no-untyped-def]
    for k in range(places.shape[0]):
        if reasons[places[k, 1]] != PRESENT:
            out[places[k, 1]] = np.nan


@kernel()
def _no_elements(raws, field, places, arenas, base):  # type: ignore[no-untyped-def]
    """A count that is a code counts nothing."""
    for k in range(raws.size):
        if np.int64(raws[k]) >= field[FIELD_CODES]:
            if field[FIELD_STORE] == STORE_U1:
                arenas.u1[base + places[k, 1]] = 0
            else:
                arenas.u2[base + places[k, 1]] = 0


@kernel(inline="always")
def _fill_list(buffer, cells, spans, arenas, bases):  # type: ignore[no-untyped-def]
    """Copy the elements of lists to their places."""
    copy, base = cells[LIST_COPY], bases[cells[LIST_COLUMN]]
    second = bases[cells[LIST_COLUMN_2]]
    for k in range(spans.shape[0]):
        at, count = np.int64(spans[k, 0]), np.int64(spans[k, 2])
        to = base + np.int64(spans[k, 1])
        if copy == COPY_WORDS:
            _copy_words(buffer[at : at + 2 * count], arenas.u2[to : to + count])
        elif copy == COPY_DEGREES:
            _copy_degrees(buffer[at : at + count], arenas.i2[to : to + count], cells[LIST_SHIFT])
        elif copy == COPY_DOUBLE_WORDS:
            for i in range(count):
                arenas.u4[to + i] = read(buffer, at + 4 * i, 4)
        elif copy == COPY_PAIRS:
            also = second + np.int64(spans[k, 1])
            for i in range(count):
                arenas.u1[to + i] = buffer[at + 2 * i]
                arenas.u1[also + i] = buffer[at + 2 * i + 1]
        elif copy == COPY_OCTETS:
            _copy_octets(buffer[at : at + count], arenas.u1[to : to + count])


@kernel()
def _copy_words(data, out):  # type: ignore[no-untyped-def]
    """Big-endian words, as vector code."""
    for i in range(out.size):
        out[i] = (np.uint16(data[2 * i]) << np.uint16(8)) | np.uint16(data[2 * i + 1])


@kernel()
def _copy_degrees(data, out, shift):  # type: ignore[no-untyped-def]
    """Bytes plus ``shift``; 254 and 255 become 32766 and 32767."""
    for i, octet in enumerate(data):
        raw = np.int16(octet)
        add = np.int16(32_512) if raw >= np.int16(254) else np.int16(shift)
        out[i] = np.int16(raw + add)


@kernel()
def _copy_octets(data, out):  # type: ignore[no-untyped-def]
    for i in range(out.size):
        out[i] = data[i]
