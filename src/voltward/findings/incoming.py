"""From frames of the journal to the rows that the engine takes, and from rows of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.findings.rows import taken, values_of
from voltward.telemetry.ingest.decoding import Decoded

NS_PER_MS = 1_000_000
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """``n`` rows as decoded, in the order in which the journal holds them.

    ``time_s`` i8: collection time; ``received_ms`` i8; ``vehicles``, ``unit_hashes``, ``positions``
    u8; ``stream_code`` i4 counts in ``streams``; ``values``: arrays ``(n,)`` of ``rows.NAMES``.
    """

    vehicles: Array
    time_s: Array
    received_ms: Array
    unit_hashes: Array
    positions: Array
    stream_code: Array
    streams: tuple[str, ...]
    values: Mapping[str, Array]

    def __len__(self) -> int:
        return int(self.vehicles.size)

    def chosen(self, which: Array) -> Incoming:
        """The rows of ``which``, in its order."""
        return Incoming(
            self.vehicles[which],
            self.time_s[which],
            self.received_ms[which],
            self.unit_hashes[which],
            self.positions[which],
            self.stream_code[which],
            self.streams,
            taken(self.values, which),
        )


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
