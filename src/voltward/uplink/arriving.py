"""Whole frames out of what a platform sends; anything else is only counted."""

from __future__ import annotations

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.columns.split import FRAME, split


class Arriving:
    """One connection's bytes. The rule of cutting is ``columns.split``'s, the gateway's own."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> tuple[FrameBatch, int]:
        """Frames with the right BCC, in order, and how many pieces were none."""
        whole = self._held + data
        buffer = np.frombuffer(whole, np.uint8)
        found = split(buffer, np.array([0, len(whole)], np.int64))
        self._held = whole[int(found.consumed[0]) :]
        return found.frames(buffer), int((found.reason != FRAME).sum())
