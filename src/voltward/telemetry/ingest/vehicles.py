"""From the VINs of a batch of frames to vehicle numbers, without Python work per frame.

The store holds no VIN (docs/decisions/001): this is the place where the number takes over.
"""

import numba as nb
import numpy as np
from numpy.typing import NDArray

from voltward.base.vehicle_id import vehicle_id
from voltward.frames.header import text_of

VIN_OFFSET = 4  # of the unique id in a frame, GB/T 32960.3 table 2
VIN_BYTES = 17

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]


@nb.njit(cache=True, nogil=True)
def _slot(buffer, start, vins, numbers):  # type: ignore[no-untyped-def]
    """Slot of the VIN at ``buffer[start]`` in the open-addressed table, or of its gap."""
    mixed = np.uint64(14695981039346656037)  # FNV-1a
    for k in range(VIN_BYTES):
        mixed = (mixed ^ np.uint64(buffer[start + k])) * np.uint64(1099511628211)
    mask = numbers.size - 1
    slot = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(mask))
    while numbers[slot] != 0:
        same = True
        for k in range(VIN_BYTES):
            if vins[slot, k] != buffer[start + k]:
                same = False
                break
        if same:
            break
        slot = (slot + 1) & mask
    return slot


@nb.njit(cache=True, nogil=True)
def _look_up(buffer, starts, vins, numbers, found, missing):  # type: ignore[no-untyped-def]
    """Fill ``found``; returns how many VINs are unknown, their frames listed in ``missing``."""
    unknown = 0
    for i in range(starts.size):
        slot = _slot(buffer, starts[i] + VIN_OFFSET, vins, numbers)
        found[i] = numbers[slot]
        if numbers[slot] == 0:
            missing[unknown] = i
            unknown += 1
    return unknown


class VehicleIds:
    """VIN to vehicle number under one installation key; remembers every VIN it has met."""

    def __init__(self, key: bytes, capacity: int = 1 << 12) -> None:
        """``capacity``: the first size of the table, a power of two; it doubles when half full."""
        self._key = key
        self._known = 0
        self._vins: Bytes = np.zeros((capacity, VIN_BYTES), np.uint8)
        self._numbers: Numbers = np.zeros(capacity, np.uint64)

    def __len__(self) -> int:
        return self._known

    def of(self, buffer: Bytes, starts: Places) -> Numbers:
        """Vehicle number ``(n,)`` of each frame that begins at ``buffer[starts[i]]``."""
        found = np.empty(starts.size, np.uint64)
        missing = np.empty(starts.size, np.int64)
        while unknown := _look_up(buffer, starts, self._vins, self._numbers, found, missing):
            for i in missing[:unknown]:
                self._learn(buffer, int(starts[i]) + VIN_OFFSET)
        return found

    def _learn(self, buffer: Bytes, start: int) -> None:
        if 2 * self._known >= self._numbers.size:
            self._grow()
        slot = _slot(buffer, start, self._vins, self._numbers)
        if self._numbers[slot]:
            return
        vin = buffer[start : start + VIN_BYTES]
        self._vins[slot] = vin
        self._numbers[slot] = vehicle_number(vin.tobytes(), self._key)
        self._known += 1

    def _grow(self) -> None:
        vins, numbers = self._vins, self._numbers
        self._vins = np.zeros((2 * numbers.size, VIN_BYTES), np.uint8)
        self._numbers = np.zeros(2 * numbers.size, np.uint64)
        flat = vins.reshape(-1)
        for old in np.flatnonzero(numbers):
            slot = _slot(flat, int(old) * VIN_BYTES, self._vins, self._numbers)
            self._vins[slot] = vins[old]
            self._numbers[slot] = numbers[old]


def vehicle_number(vin: bytes, key: bytes) -> int:
    """Number of the unique id as it stands in a frame: 17 bytes, short ones padded."""
    return vehicle_id(text_of(vin), key)


def warm() -> None:
    """Compile the kernels."""
    frame = np.zeros(VIN_OFFSET + VIN_BYTES, np.uint8)
    VehicleIds(bytes(32)).of(frame, np.zeros(1, np.int64))
