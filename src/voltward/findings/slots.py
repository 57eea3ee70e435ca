"""Which record of the memory is whose: vehicle numbers to slots, without Python work per row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltward.findings.kernel import kernel
from voltward.findings.probing import place_of

Numbers = NDArray[np.uint64]
Slots = NDArray[np.int64]


@kernel()
def _look_up(vehicles, keys, slots, known, found):  # type: ignore[no-untyped-def]
    """Fill ``found``; new vehicles take the next slots. Returns how many are known now, or -1 - the
    row where the table was too full to go on."""
    for i in range(vehicles.size):
        at = place_of(keys, vehicles[i])
        if keys[at] == 0:
            if 2 * known >= keys.size:
                return -1 - known
            keys[at] = vehicles[i]
            slots[at] = known
            known += 1
        found[i] = slots[at]
    return known


class VehicleSlots:
    """Vehicle numbers (never 0) to slots 0, 1, 2 … in the order in which they were met."""

    def __init__(self, vehicles: Numbers | None = None) -> None:
        """``vehicles``: those known already, by slot."""
        self._keys: Numbers = np.zeros(1 << 12, np.uint64)
        self._slots: Slots = np.zeros(1 << 12, np.int64)
        self._known = 0
        if vehicles is not None and vehicles.size:
            self.of(vehicles)

    def __len__(self) -> int:
        return self._known

    def of(self, vehicles: Numbers) -> Slots:
        """The slot ``(n,)`` of each vehicle."""
        found = np.empty(vehicles.size, np.int64)
        while True:
            known = _look_up(vehicles, self._keys, self._slots, self._known, found)
            if known >= 0:
                self._known = int(known)
                return found
            self._known = int(-1 - known)
            self._grow()

    def vehicles(self) -> Numbers:
        """The vehicle of each slot, ``(len(self),)``."""
        out = np.zeros(self._known, np.uint64)
        taken = self._keys != 0
        out[self._slots[taken]] = self._keys[taken]
        return out

    def _grow(self) -> None:
        vehicles = self.vehicles()
        self._keys = np.zeros(2 * self._keys.size, np.uint64)
        self._slots = np.zeros(self._keys.size, np.int64)
        self._known = 0
        found = np.empty(vehicles.size, np.int64)
        self._known = int(_look_up(vehicles, self._keys, self._slots, 0, found))
