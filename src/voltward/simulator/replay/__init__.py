"""Recorded telemetry as GB/T 32960 frames, sent as a vehicle would (docs/replay.md)."""

from voltward.simulator.replay.inventing import Inventions
from voltward.simulator.replay.options import ReplayOptions
from voltward.simulator.replay.sending import (
    LoginRefused,
    ReplayResult,
    Unreachable,
    replay,
)

__all__ = [
    "Inventions",
    "LoginRefused",
    "ReplayOptions",
    "ReplayResult",
    "Unreachable",
    "replay",
]
