"""BCC of GB/T 32960.3 clause 6.2: the XOR of all bytes from the command to the unit's last."""

import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True, inline="always")
def xor_of(data):  # type: ignore[no-untyped-def]
    """XOR of all bytes of ``data``, uint8 ``(n,)``; 0 when empty.

    Iterating over a slice is what the compiler turns into vector code; an index is not.
    """
    total = np.uint8(0)
    for value in data:
        total ^= value
    return total


@nb.njit(cache=True, nogil=True)
def running_xor(data):  # type: ignore[no-untyped-def]
    """uint8 ``(n + 1,)``: entry ``i`` is the XOR of ``data[:i]``, so any span costs two reads."""
    out = np.empty(data.size + 1, np.uint8)
    total = np.uint8(0)
    out[0] = total
    for i in range(data.size):
        total = np.uint8(total ^ data[i])
        out[i + 1] = total
    return out
