"""Records that wait for the next commit."""

import threading

import numpy as np

from voltward.journal.kernels import MAX_PAYLOAD, RECORD_HEADER, assemble
from voltward.journal.types import Bytes, Links, Numbers, ReadOnlyBytes

_FIRST_BYTES = 1 << 20


class Pending:
    """One thread appends while another commits: what is in flight and what waits are two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Bytes = np.empty(_FIRST_BYTES, np.uint8)
        self._waiting_bytes = 0
        self._flight: Bytes = np.empty(_FIRST_BYTES, np.uint8)
        self._flight_bytes = 0

    @property
    def size(self) -> int:
        """Bytes not yet durable."""
        return self._waiting_bytes + self._flight_bytes

    def append(
        self,
        buffer: ReadOnlyBytes,
        offsets: Numbers,
        kinds: ReadOnlyBytes,
        links: Links,
        received_ns: Numbers,
    ) -> None:
        count = kinds.size
        lengths = np.diff(offsets)
        if not (offsets.size == count + 1 and links.size == count and received_ns.size == count):
            raise ValueError("append_many: columns of different lengths")
        if count == 0:
            return
        if offsets[0] < 0 or offsets[-1] > buffer.size or lengths.min() < 0:
            raise ValueError("append_many: offsets do not lie in order inside the buffer")
        if lengths.max() > MAX_PAYLOAD or kinds.min() == 0:
            raise ValueError(f"append_many: payload over {MAX_PAYLOAD} bytes, or kind 0")
        need = int(offsets[-1] - offsets[0]) + count * RECORD_HEADER
        with self._lock:
            self._waiting = _grown(self._waiting, self._waiting_bytes, need)
            self._waiting_bytes = assemble(
                self._waiting, self._waiting_bytes, buffer, offsets, kinds, links, received_ns
            )

    def take(self) -> Bytes:
        """All that waits, behind what an earlier commit could not bring to disk."""
        with self._lock:
            if self._flight_bytes == 0:
                self._waiting, self._flight = self._flight, self._waiting
                self._flight_bytes, self._waiting_bytes = self._waiting_bytes, 0
            elif self._waiting_bytes:
                self._flight = _grown(self._flight, self._flight_bytes, self._waiting_bytes)
                stop = self._flight_bytes + self._waiting_bytes
                self._flight[self._flight_bytes : stop] = self._waiting[: self._waiting_bytes]
                self._flight_bytes, self._waiting_bytes = stop, 0
            return self._flight[: self._flight_bytes]

    def done(self) -> None:
        """What was taken is durable."""
        with self._lock:
            self._flight_bytes = 0


def _grown(buffer: Bytes, used: int, need: int) -> Bytes:
    if used + need <= buffer.size:
        return buffer
    larger = np.empty(max(2 * buffer.size, used + need), np.uint8)
    larger[:used] = buffer[:used]
    return larger
