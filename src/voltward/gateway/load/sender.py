"""Sends frames of ever new collection times over many links, a burst of links at once."""

from __future__ import annotations

import ctypes
import socket
from datetime import UTC, datetime, timedelta

import numba as nb
import numpy as np
from numpy.typing import NDArray

from voltward.base.units import BEIJING
from voltward.gateway.load.frames import realtime_table

BURST = 50  # links served at once; a round over all links is one collection time
FIRST_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_TIME = slice(24, 30)  # of the data unit's collection time in a frame
_NOSIGNAL = int(socket.MSG_NOSIGNAL)

_send = ctypes.CDLL(None).send
_send.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_send.restype = ctypes.c_ssize_t


class Sender:
    """Sends frames of ever new times over its links, ``BURST`` links at once."""

    def __init__(self, descriptors: NDArray[np.int64], first: datetime = FIRST_TIME) -> None:
        self._descriptors = descriptors
        self._frames = realtime_table(descriptors.size).copy()
        self.at = 0  # the link whose turn it is; 0: a round begins
        self._time = first.astimezone(BEIJING)
        self.sent = 0

    def burst(self) -> None:
        """The next links' frames; a new collection time when all have had their turn."""
        if self.at == 0:
            self._next_time()
        last = min(self.at + BURST, self._descriptors.size)
        if not _send_each(self._descriptors, self._frames, self.at, last):
            raise ConnectionError("the gateway closed a link")
        self.sent += last - self.at
        self.at = last % self._descriptors.size

    def replace_octet(self, links: slice, at: int, value: int) -> None:
        """Another value at one place of the frames of some links from now on, BCC kept right."""
        change = self._frames[links, at] ^ np.uint8(value)
        self._frames[links, at] = value
        self._frames[links, -1] ^= change

    def _next_time(self) -> None:
        self._time += timedelta(seconds=1)
        t = self._time
        new = np.array([t.year - 2000, t.month, t.day, t.hour, t.minute, t.second], np.uint8)
        # The BCC is an XOR: it changes by the XOR of what was and what is, alike in all frames.
        change = np.bitwise_xor.reduce(self._frames[0, _TIME] ^ new)
        self._frames[:, _TIME] = new
        self._frames[:, -1] ^= change


@nb.njit(nogil=True)
def _send_each(descriptors, frames, first, last):  # type: ignore[no-untyped-def]
    for link in range(first, last):
        if _send(descriptors[link], frames[link].ctypes, frames.shape[1], _NOSIGNAL) < 0:
            return False
    return True
