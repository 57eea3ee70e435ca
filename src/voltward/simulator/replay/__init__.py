"""Recorded telemetry as GB/T 32960 frames, sent as a vehicle would (docs/replay.md)."""
