# mypy: disable-error-code="no-untyped-def,no-untyped-call,assignment,call-arg,unreachable"
"""CRC32C (Castagnoli polynomial, as in RFC 3720 B.4), eight bytes a step."""

import numba as nb
import numpy as np
import numpy.typing as npt

from voltward.journal.crc_instruction import IS_THERE, crc_of_word
from voltward.journal.types import ReadOnlyBytes

_POLYNOMIAL = 0x82F63B78  # 0x1EDC6F41 with its bits reversed, RFC 3720 12.1
READ_ONLY = nb.types.Array(nb.types.uint8, 1, "C", readonly=True)


def _tables() -> npt.NDArray[np.uint32]:
    """(8, 256): row k is the effect of a byte that k more bytes follow."""
    rows = np.zeros((8, 256), np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        rows[0, byte] = value
    for row in range(1, 8):
        before = rows[row - 1]
        rows[row] = (before >> np.uint32(8)) ^ rows[0, before & np.uint32(255)]
    return rows


_T = _tables()
_S8, _S16, _S24 = np.uint32(8), np.uint32(16), np.uint32(24)


@nb.njit(nb.uint32(nb.uint32, READ_ONLY, nb.int64, nb.int64), cache=True, nogil=True)
def crc32c_by_table(state, data, start, stop):
    """The register after ``data[start:stop]``; CRC32C begins and ends with all bits turned."""
    s = np.uint32(state)
    i = start
    while i + 8 <= stop:
        low = np.uint32(
            s
            ^ (
                np.uint32(data[i])
                | np.uint32(data[i + 1]) << _S8
                | np.uint32(data[i + 2]) << _S16
                | np.uint32(data[i + 3]) << _S24
            )
        )
        s = np.uint32(
            _T[7, low & 255]
            ^ _T[6, (low >> _S8) & 255]
            ^ _T[5, (low >> _S16) & 255]
            ^ _T[4, low >> _S24]
            ^ _T[3, data[i + 4]]
            ^ _T[2, data[i + 5]]
            ^ _T[1, data[i + 6]]
            ^ _T[0, data[i + 7]]
        )
        i += 8
    while i < stop:
        s = np.uint32(_T[0, (s ^ data[i]) & 255] ^ (s >> _S8))
        i += 1
    return s


crc32c_step = crc32c_by_table
if IS_THERE:  # compiling it for a processor without the instruction would end the process

    @nb.njit(nb.uint32(nb.uint32, READ_ONLY, nb.int64, nb.int64), cache=True, nogil=True)
    def crc32c_by_instruction(state, data, start, stop):
        """As ``crc32c_by_table``, with the processor's help."""
        s = np.uint64(state)
        i = start
        while i + 8 <= stop:
            s = crc_of_word(s, data, i)
            i += 8
        return crc32c_by_table(np.uint32(s), data, i, stop)

    crc32c_step = crc32c_by_instruction


_INVERSE = np.zeros(256, np.int64)  # which byte puts this into the register's highest octet
_INVERSE[_T[0] >> _S24] = np.arange(256)


@nb.njit(nb.int64(nb.uint32, nb.int64), cache=True, nogil=True)
def flipped_bit(difference, size):
    """Which bit of ``size`` bytes, turned, changes their CRC32C by ``difference``; -1: no single one.

    CRC32C tells all single bits of 256 MiB apart. The register is run backwards over zero bytes
    until it is what one bit alone leaves behind.
    """
    s = np.uint32(difference)
    for back in range(size):
        byte = _INVERSE[s >> _S24]
        if _T[0, byte] == s and byte & (byte - 1) == 0 and byte != 0:
            bit = 0
            while byte >> (bit + 1):
                bit += 1
            return 8 * (size - 1 - back) + bit
        s = np.uint32(((s ^ _T[0, byte]) << _S8) | np.uint32(byte))
    return -1


def crc32c(data: ReadOnlyBytes | bytes) -> int:
    """CRC32C of ``data``."""
    array = np.frombuffer(data, np.uint8)
    return int(crc32c_step(0xFFFFFFFF, array, 0, array.size)) ^ 0xFFFFFFFF
