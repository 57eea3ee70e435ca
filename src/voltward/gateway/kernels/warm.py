"""Compile every kernel of the gateway with the types it meets, or load it from the cache."""

import numpy as np

from voltward.columns import split as splitter
from voltward.gateway.kernels.admit import admit, plain_frames, success_answers
from voltward.gateway.kernels.search import find_vin
from voltward.gateway.kernels.send import send_each
from voltward.gateway.online import FREE, ROW
from voltward.gateway.registry import ENROLLED, REGISTERED, RegistrySnapshot

_FRAME = b"##\x02\xfe" + b"0" * 17 + b"\x01\x00\x06" + b"\x00" * 7


def warm() -> None:
    """Called by ``voltward warm`` at install and by each process before it listens.

    Two rows where there are many: of one row every array is contiguous, and another type.
    """
    splitter.warm()
    buffer = np.frombuffer(_FRAME, np.uint8)
    pieces = splitter.split(buffer, np.array([0, len(_FRAME)], np.int64))
    empty = RegistrySnapshot()
    find_vin(empty.vins, buffer[4:21])
    known = (empty.vins, empty.platforms, empty.flags, REGISTERED, ENROLLED, False)
    states = np.full(2, FREE, ROW)["state"]
    plain, first, _ = admit(
        buffer,
        pieces.chunk,
        pieces.start,
        pieces.stop,
        pieces.reason,
        np.zeros(1, np.int32),
        states,
        np.zeros((2, 17), np.uint8),
        np.zeros(2, np.int32),
        known,
    )
    offsets = np.array([0, len(_FRAME)], np.int64)
    # frames that lie side by side stay in the read-only buffer in which they came, others do not
    plain_frames(buffer, pieces.start, pieces.stop, first, plain)
    for frames in (buffer, buffer.copy()):
        success_answers(frames, offsets)
    send_each(np.full(1, -1, np.int32), buffer, offsets[:1], offsets[1:])
