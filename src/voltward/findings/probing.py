"""Where a key stands in an open-addressed table: what slots and episodes are found by."""

from __future__ import annotations

import numpy as np

from voltward.findings.kernel import kernel


@kernel()
def place_of(keys, key):  # type: ignore[no-untyped-def] # a kernel: numba infers the types
    """The place of ``key`` (u8, never 0) in ``keys``, u8 of a power of two, or of its gap (0)."""
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    at = np.int64(mixed >> np.uint64(20)) & (keys.size - 1)
    while keys[at] != 0 and keys[at] != key:
        at = (at + 1) & (keys.size - 1)
    return at
