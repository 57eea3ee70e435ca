"""The system's ``send`` for many sockets in one compiled loop."""

import socket

import numba as nb
import numpy as np
from numba.core import types

_NOW = int(socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
_send = types.ExternalFunction("send", nb.int64(nb.int32, nb.intp, nb.uint64, nb.int32))


@nb.njit(cache=True, nogil=True)
def send_each(descriptors, data, starts, stops):  # type: ignore[no-untyped-def]
    """Send ``data[starts[i]:stops[i]]`` to descriptor i; how many bytes each took, i8 ``(n,)``.

    Never waits. 0 for a negative descriptor, a full socket and one with an error: whoever writes
    to it the ordinary way is told.
    """
    sent = np.zeros(descriptors.size, np.int64)
    address = data.ctypes.data
    for i in range(descriptors.size):
        if descriptors[i] >= 0:
            size = stops[i] - starts[i]
            # inside the compiled loop it is a function; outside its type is one of numba's
            took = _send(descriptors[i], address + starts[i], size, _NOW)  # type: ignore[call-overload]
            sent[i] = max(0, took)
    return sent
