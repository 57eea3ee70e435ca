"""What every kernel reads from bytes: big-endian integers and the check byte."""

import numpy as np

from voltward.columns.kernel import kernel, making_kernel


@kernel()
def read(data, at, width):  # type: ignore[no-untyped-def]
    """The unsigned integer of ``width`` octets (1, 2 or 4) at ``at``."""
    if width == 1:
        return np.int64(data[at])
    if width == 2:
        return (np.int64(data[at]) << 8) | np.int64(data[at + 1])
    high = (np.int64(data[at]) << 24) | (np.int64(data[at + 1]) << 16)
    return high | (np.int64(data[at + 2]) << 8) | np.int64(data[at + 3])


@kernel()
def xor_of(data):  # type: ignore[no-untyped-def]
    """XOR of all bytes of ``data``, uint8 ``(n,)``; the BCC of clause 6.2. 0 when empty.

    Iterating over a slice is what the compiler turns into vector code; an index is not.
    """
    total = np.uint8(0)
    for value in data:
        total ^= value
    return total


@making_kernel()
def running_xor(data):  # type: ignore[no-untyped-def]
    """uint8 ``(n + 1,)``: entry ``i`` is the XOR of ``data[:i]``, so any span costs two reads."""
    out = np.empty(data.size + 1, np.uint8)
    total = np.uint8(0)
    out[0] = total
    for i in range(data.size):
        total = np.uint8(total ^ data[i])
        out[i + 1] = total
    return out
