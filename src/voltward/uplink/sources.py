"""Frames by their place: from the journal, and from the archive where their segment has expired."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.uplink.due import Rows
from voltward.uplink.incoming import stream_name

Archived = Callable[[Position], bytes | None]
Frame = tuple[bytes, int]  # and when it was received, unix seconds


def frames_at(reader: JournalReader, rows: Rows, archived: Archived) -> list[Frame | None]:
    """The frame of each row of ``due.DUE``, in the order of the rows; None: it is nowhere any more.

    Raises:
        JournalError, ArchiveDamaged, OSError: what should be there cannot be read now.
    """
    found: dict[tuple[int, int], Frame] = {}
    for stream in np.unique(rows["stream"]).tolist():
        places = np.sort(rows["position"][rows["stream"] == stream])
        for records in reader.records_at(stream_name(stream), places):
            received_s = (records.received_ns // 1_000_000_000).tolist()
            data, offsets = records.buffer.tobytes(), records.offsets.tolist()
            for place, position in enumerate(records.positions.tolist()):
                frame = data[offsets[place] : offsets[place + 1]]
                found[stream, position] = (frame, received_s[place])
    frames: list[Frame | None] = []
    for stream, position, moment_s in zip(
        rows["stream"].tolist(), rows["position"].tolist(), rows["moment_s"].tolist(), strict=True
    ):
        here = found.get((stream, position))
        if here is None:
            kept = archived(Position.of_number(stream_name(stream), position))
            here = None if kept is None else (kept, moment_s)
        frames.append(here)
    return frames
