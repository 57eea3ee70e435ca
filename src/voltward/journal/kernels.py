# mypy: disable-error-code="no-untyped-def,no-untyped-call,assignment"
"""Records as bytes: assemble, stamp, scan and take apart, without a Python step per record.

A record is 24 header bytes and its payload, little-endian::

    0 length u4   4 crc u4   8 received_ns i8   16 link u4   20 kind u1   21 zero u1   22 check u2

``check`` folds the CRC32C register over length, bytes 8..22, started from the segment's salt and
the record's own offset; ``crc`` goes on with that register over the payload. So a record proves
that it is whole and at its own place in its own segment; a payload that looks like one does not.
"""

import numba as nb
import numpy as np

from voltward.journal.crc import READ_ONLY, crc32c_step

RECORD_HEADER = 24
MAX_PAYLOAD = 1 << 24

# How a look at one place ends.
GOOD, BAD, SHORT = 0, 1, 2

_BYTES = nb.types.Array(nb.types.uint8, 1, "C")
_BYTES_2D = nb.types.Array(nb.types.uint8, 2, "C")
_I8 = nb.types.Array(nb.types.int64, 1, "C")
_I8_READ = nb.types.Array(nb.types.int64, 1, "C", readonly=True)
_U4 = nb.types.Array(nb.types.uint32, 1, "C")
_U4_READ = nb.types.Array(nb.types.uint32, 1, "C", readonly=True)


@nb.njit(nb.void(_BYTES, nb.int64, nb.uint64, nb.int64), cache=True, nogil=True)
def _put(out, at, value, width):
    for k in range(width):
        out[at + k] = np.uint8((value >> np.uint64(8 * k)) & np.uint64(255))


@nb.njit(nb.uint64(READ_ONLY, nb.int64, nb.int64), cache=True, nogil=True)
def _get(data, at, width):
    value = np.uint64(0)
    for k in range(width):
        value |= np.uint64(data[at + k]) << np.uint64(8 * k)
    return value


@nb.njit(nb.uint32(READ_ONLY, nb.int64, nb.uint32, nb.int64), cache=True, nogil=True)
def _header_register(data, at, salt, offset):
    state = np.uint32(salt ^ np.uint32(offset & 0xFFFFFFFF))
    state = crc32c_step(state, data, at, at + 4)
    return crc32c_step(state, data, at + 8, at + 22)


@nb.njit(nb.uint64(nb.uint32), cache=True, nogil=True)
def _fold(state):
    return np.uint64((state ^ (state >> np.uint32(16)) ^ np.uint32(0xA55A)) & np.uint32(0xFFFF))


@nb.njit(
    nb.int64(_BYTES, nb.int64, READ_ONLY, _I8_READ, READ_ONLY, _U4_READ, _I8_READ),
    cache=True,
    nogil=True,
)
def assemble(out, at, payloads, offsets, kinds, links, received_ns):
    """Write records without checksums into ``out`` from ``at`` on; returns where they end."""
    for i in range(kinds.size):
        start, stop = offsets[i], offsets[i + 1]
        _put(out, at, np.uint64(stop - start), 4)
        _put(out, at + 4, np.uint64(0), 4)
        _put(out, at + 8, np.uint64(received_ns[i]), 8)
        _put(out, at + 16, np.uint64(links[i]), 4)
        out[at + 20] = kinds[i]
        out[at + 21] = 0
        out[at + 22] = 0
        out[at + 23] = 0
        at += RECORD_HEADER
        out[at : at + stop - start] = payloads[start:stop]
        at += stop - start
    return at


@nb.njit(nb.int64(_BYTES, nb.int64, nb.uint32, nb.int64), cache=True, nogil=True)
def stamp(out, stop, salt, base):
    """Write the checksums of the records in ``out[:stop]``, the first at ``base``; counts them."""
    at = 0
    count = 0
    while at < stop:
        length = np.int64(_get(out, at, 4))
        state = _header_register(out, at, salt, base + at)
        _put(out, at + 22, _fold(state), 2)
        end = at + RECORD_HEADER + length
        _put(out, at + 4, np.uint64(crc32c_step(state, out, at + RECORD_HEADER, end)), 4)
        at = end
        count += 1
    return count


@nb.njit(nb.int64(READ_ONLY, nb.int64, nb.uint32, nb.int64), cache=True, nogil=True)
def look(data, at, salt, base):
    """GOOD, BAD or SHORT (more bytes would tell): the record at ``data[at]``."""
    if data.size - at < RECORD_HEADER:
        return SHORT
    # Cheap tests first: holes of zeros and most random bytes end here.
    if data[at + 20] == 0 or data[at + 21] != 0:
        return BAD
    length = np.int64(_get(data, at, 4))
    if length > MAX_PAYLOAD:
        return BAD
    state = _header_register(data, at, salt, base + at)
    if _fold(state) != _get(data, at + 22, 2):
        return BAD
    end = at + RECORD_HEADER + length
    if end > data.size:
        return SHORT
    if np.uint64(crc32c_step(state, data, at + RECORD_HEADER, end)) != _get(data, at + 4, 4):
        return BAD
    return GOOD


@nb.njit(
    nb.types.UniTuple(nb.int64, 3)(READ_ONLY, nb.int64, nb.uint32, nb.boolean, _I8, _I8),
    cache=True,
    nogil=True,
)
def scan(data, base, salt, last, found, damage):
    """Find the records of ``data``, whose first byte lies at offset ``base`` of its segment.

    ``last``: no bytes follow ``data``. ``found`` (n,) takes the index of each whole record;
    ``damage`` (2k,) start and stop of each stretch that is none. After damage every byte is tried
    until a record checks. Returns (records, stretches, index where the next scan goes on).
    """
    at = 0
    bad = -1
    records = 0
    stretches = 0
    limit = damage.size // 2
    while at < data.size and records < found.size and stretches < limit:
        verdict = look(data, at, salt, base)
        if verdict == SHORT and not last:
            break
        if verdict == GOOD:
            if bad >= 0:
                damage[2 * stretches] = bad
                damage[2 * stretches + 1] = at
                stretches += 1
                bad = -1
            found[records] = at
            records += 1
            at += RECORD_HEADER + np.int64(_get(data, at, 4))
        else:
            if bad < 0:
                bad = at
            at += 1
    if bad >= 0:
        damage[2 * stretches] = bad
        damage[2 * stretches + 1] = at
        stretches += 1
    return records, stretches, at


@nb.njit(nb.int64(READ_ONLY, _I8_READ, _BYTES, _I8, _BYTES, _U4, _I8), cache=True, nogil=True)
def take_apart(data, found, payloads, offsets, kinds, links, received_ns):
    """Payloads of the records at ``found`` one behind the other, and their columns."""
    stop = 0
    offsets[0] = 0
    for i in range(found.size):
        at = found[i]
        length = np.int64(_get(data, at, 4))
        received_ns[i] = np.int64(_get(data, at + 8, 8))
        links[i] = np.uint32(_get(data, at + 16, 4))
        kinds[i] = data[at + 20]
        at += RECORD_HEADER
        payloads[stop : stop + length] = data[at : at + length]
        stop += length
        offsets[i + 1] = stop
    return stop


@nb.njit(nb.int64(READ_ONLY, _I8_READ), cache=True, nogil=True)
def payload_bytes(data, found):
    """Sum of the payload lengths of the records at ``found``."""
    total = 0
    for i in range(found.size):
        total += np.int64(_get(data, found[i], 4))
    return total


@nb.njit(nb.void(READ_ONLY, _I8_READ, _BYTES_2D, _I8, _BYTES), cache=True, nogil=True)
def vehicle_columns(data, found, vins, received_ns, has_vehicle):
    """VIN (m, 17) and receive time of the records at ``found``; ``has_vehicle`` 0: it is no frame.

    The VIN is octets 4..20 of a frame (GB/T 32960.3 6.2); before a refused one stands its reason.
    """
    for i in range(found.size):
        at = found[i]
        received_ns[i] = np.int64(_get(data, at + 8, 8))
        kind = data[at + 20]
        skip = 4 if kind == 1 else 5
        has_vehicle[i] = 1 if (kind == 1 or kind == 4) and _get(data, at, 4) >= skip + 17 else 0
        if has_vehicle[i]:
            start = at + RECORD_HEADER + skip
            vins[i, :] = data[start : start + 17]


def warm() -> None:
    """Compile (or load) every kernel; nothing to do, because their signatures are explicit."""
