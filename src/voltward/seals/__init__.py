"""Signatures and encryption of frames: what a key says is true, and what only a key can read."""
