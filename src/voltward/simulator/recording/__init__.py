"""Telemetry files as arrays: read in blocks, every bad row named by its line."""

from voltward.simulator.recording.opening import open_recording
from voltward.simulator.recording.rows import SCALARS, BadRow, Recording, Rows

__all__ = ["SCALARS", "BadRow", "Recording", "Rows", "open_recording"]
