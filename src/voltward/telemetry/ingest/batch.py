"""What one plan covers, read from the journal: its frames as a batch, and what else lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import FrameBatch
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.telemetry.ingest.plan import Range

FRAME, NOISE, EVENT, REFUSED = 1, 2, 3, 4  # record kinds of the gateways' streams


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one range."""

    range: Range
    records: Records


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A session event as the gateway wrote it (JSON)."""

    stream: str
    position: int  # Position.number
    received_ns: int
    link: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """``n`` frames in the order of the ranges; arrays are ``(n,)``.

    ``stream_code`` counts in ``streams``. ``counts``: records by kind over all ranges.
    ``damaged``: stretches of the journal that hold no readable record.
    """

    ranges: tuple[Range, ...]
    frames: FrameBatch
    received_ns: NDArray[np.int64]
    positions: NDArray[np.uint64]
    stream_code: NDArray[np.int32]
    streams: tuple[str, ...]
    events: tuple[EventRecord, ...]
    counts: dict[int, int]
    damaged: int = 0

    def __len__(self) -> int:
        return len(self.frames)

    def position(self, index: int) -> Position:
        """Where frame ``index`` lies in the journal."""
        stream = self.streams[self.stream_code[index]]
        return Position.of_number(stream, int(self.positions[index]))

    def select(self, indices: NDArray[np.int64]) -> Batch:
        """The same ranges with only the frames of ``indices``; no events, no counts."""
        return Batch(
            self.ranges,
            self.frames.select(indices),
            self.received_ns[indices],
            self.positions[indices],
            self.stream_code[indices],
            self.streams,
            (),
            {},
        )


def batch_of(parts: Sequence[Part]) -> Batch:
    """One batch of several ranges; frames are copied together only where they must be."""
    chosen = [np.flatnonzero(part.records.kinds == FRAME) for part in parts]
    whole = [_frames(part.records, indices) for part, indices in zip(parts, chosen, strict=True)]
    received, positions, codes = [], [], []
    for code, (part, indices) in enumerate(zip(parts, chosen, strict=True)):
        received.append(part.records.received_ns[indices])
        positions.append(part.records.positions[indices])
        codes.append(np.full(indices.size, code, np.int32))
    return Batch(
        tuple(part.range for part in parts),
        _joined(whole),
        np.concatenate(received) if parts else np.zeros(0, np.int64),
        np.concatenate(positions) if parts else np.zeros(0, np.uint64),
        np.concatenate(codes) if parts else np.zeros(0, np.int32),
        tuple(part.range.stream for part in parts),
        tuple(event for part in parts for event in _events(part)),
        _counts(parts),
        sum(len(part.records.damage) for part in parts),
    )


def _frames(records: Records, indices: NDArray[np.int64]) -> FrameBatch:
    whole = FrameBatch(records.buffer, records.offsets)
    return whole if indices.size == len(whole) else whole.select(indices)


def _joined(batches: Sequence[FrameBatch]) -> FrameBatch:
    if len(batches) == 1:
        return batches[0]
    offsets = [np.zeros(1, np.int64)]
    buffers: list[NDArray[np.uint8]] = []
    end = 0
    for batch in batches:
        first, last = int(batch.offsets[0]), int(batch.offsets[-1])
        offsets.append(batch.offsets[1:] - first + end)
        buffers.append(batch.buffer[first:last])
        end += last - first
    return FrameBatch(
        np.concatenate(buffers) if buffers else np.zeros(0, np.uint8), np.concatenate(offsets)
    )


def _events(part: Part) -> list[EventRecord]:
    records = part.records
    return [
        EventRecord(
            part.range.stream,
            int(records.positions[i]),
            int(records.received_ns[i]),
            int(records.links[i]),
            records.buffer[records.offsets[i] : records.offsets[i + 1]].tobytes(),
        )
        for i in np.flatnonzero(records.kinds == EVENT)
    ]


def _counts(parts: Sequence[Part]) -> dict[int, int]:
    total = np.zeros(256, np.int64)
    for part in parts:
        total += np.bincount(part.records.kinds, minlength=256)
    return {int(kind): int(total[kind]) for kind in np.flatnonzero(total)}
