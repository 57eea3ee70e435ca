"""Frames by their place: from the journal, and from the archive where their segment has expired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.columns.batch import Bytes, Indices
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.uplink.due import Rows
from voltward.uplink.incoming import stream_name

Archived = Callable[[Position], bytes | None]


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """Frame ``i`` is ``buffer[starts[i]:stops[i]]``, received at ``received_s`` (unix seconds);
    ``is_there`` ``(n,)`` false: it is nowhere any more."""

    buffer: Bytes
    starts: Indices
    stops: Indices
    received_s: NDArray[Any]
    is_there: NDArray[np.bool_]


def frames_at(reader: JournalReader, rows: Rows, archived: Archived) -> Fetched:
    """The frame of each row of ``due.DUE``, in the order of the rows.

    Raises:
        JournalError, ArchiveDamaged, OSError: what should be there cannot be read now.
    """
    count, size = len(rows), 0
    parts: list[Bytes] = []
    starts, stops = np.zeros(count, np.int64), np.zeros(count, np.int64)
    received_s, is_there = rows["moment_s"].astype(np.int64), np.zeros(count, np.bool_)
    for stream in np.unique(rows["stream"]).tolist():
        own = np.flatnonzero(rows["stream"] == stream)
        own = own[np.argsort(rows["position"][own], kind="stable")]
        wanted = np.ascontiguousarray(rows["position"][own])
        for records in reader.records_at(stream_name(stream), wanted):
            first = int(np.searchsorted(wanted, records.positions[0]))
            stop = int(np.searchsorted(wanted, records.positions[-1], "right"))
            at = np.searchsorted(records.positions, wanted[first:stop])
            known = records.positions[at] == wanted[first:stop]
            places, at = own[first:stop][known], at[known]
            starts[places], stops[places] = (
                size + records.offsets[at],
                size + records.offsets[at + 1],
            )
            received_s[places] = records.received_ns[at] // 1_000_000_000
            is_there[places] = True
            parts.append(records.buffer)
            size += len(records.buffer)
    for place in np.flatnonzero(~is_there).tolist():
        stream, position = stream_name(int(rows["stream"][place])), int(rows["position"][place])
        kept = archived(Position.of_number(stream, position))
        if kept is not None:
            starts[place], stops[place] = size, size + len(kept)
            is_there[place] = True
            parts.append(np.frombuffer(kept, np.uint8))
            size += len(kept)
    buffer = np.concatenate([np.zeros(0, np.uint8), *parts])
    return Fetched(buffer, starts, stops, received_s, is_there)
