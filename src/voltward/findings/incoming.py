"""From frames of the journal to the rows that the engine takes, and from rows of the store."""

from __future__ import annotations

import numpy as np

from voltward.findings.engine import Incoming
from voltward.findings.rows import values_of
from voltward.telemetry.ingest.decoding import Decoded

NS_PER_MS = 1_000_000


def incoming_of(decoded: Decoded) -> Incoming:
    """The rows of decoded frames, in their order."""
    batch, header = decoded.batch, decoded.columns.header
    index = header.frame_index.astype(np.int64)
    return Incoming(
        decoded.vehicle_ids,
        header.collected_at,
        batch.received_ns[index] // NS_PER_MS,
        decoded.unit_hashes,
        batch.positions[index],
        batch.stream_code[index],
        batch.streams,
        values_of(decoded.columns),
    )
