"""Compile every kernel of the gateway with the types it meets, or load it from the cache."""

import numpy as np

from voltward.columns import split as splitter
from voltward.gateway.kernels.admit import admit, plain_frames, success_answers
from voltward.gateway.online import FREE, ROW
from voltward.gateway.registry import REGISTERED, RegistrySnapshot


def warm() -> None:
    """Called by ``voltward warm`` at install and by each process before it listens."""
    splitter.warm()
    frame = b"##\x02\xfe" + b"0" * 17 + b"\x01\x00\x06" + b"\x00" * 7
    buffer = np.frombuffer(frame, np.uint8)
    pieces = splitter.split(buffer, np.array([0, len(frame)], np.int64))
    empty = RegistrySnapshot()
    empty.find(b"0" * 17)
    known = (empty.vins, empty.platforms, empty.flags, REGISTERED, False)
    states = np.full(1, FREE, ROW)["state"]
    plain, first, _ = admit(
        buffer,
        pieces.chunk,
        pieces.start,
        pieces.stop,
        pieces.reason,
        np.zeros(1, np.int32),
        states,
        np.zeros((1, 17), np.uint8),
        np.zeros(1, np.int32),
        known,
    )
    frames, offsets, _ = plain_frames(buffer, pieces.start, pieces.stop, first, plain)
    success_answers(frames, offsets)
