"""The proof stream of one link: the one place that says what became of a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.base.clock import Clock
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter, State
from voltward.telemetry.ingest.quarantine import write_records
from voltward.telemetry.ingest.streams import stream_number
from voltward.uplink.incoming import FORWARDED, is_followed, stream_name
from voltward.uplink.lowered import KIND_LOWERED, Lowered, lowered_to_bytes
from voltward.uplink.proof import (
    KIND_PROOF,
    STREAM_PREFIX,
    ProofBatch,
    proof_from_bytes,
    proof_to_bytes,
)
from voltward.uplink.reports import is_report

_READ_BYTES = 8 << 20
_NAME = [("stream", "<u2"), ("position", "<u8")]


class ProofStream:
    """Writes outcomes; opens its stream when the first one comes, or ``end`` is asked for."""

    def __init__(
        self, journal: Path, link: str, clock: Clock, opened: Callable[[], JournalWriter] | None
    ) -> None:
        self.name = f"{STREAM_PREFIX}{link}"
        self._journal, self._link, self._clock = journal, link, clock
        self._opened = opened or (lambda: JournalWriter(journal, self.name, clock=clock))
        self._writer: JournalWriter | None = None

    def end(self) -> Position:
        """Behind the last outcome on disk.

        Raises:
            JournalError: the stream cannot be written now.
        """
        return self._serving().end

    def write(self, entries: NDArray[Any]) -> None:
        """Durable on return. ``entries``: of ``ENTRY``, their streams by number.

        Raises:
            JournalError: nothing is durable that was not before.
        """
        numbers, places = np.unique(entries["stream"], return_inverse=True)
        entries = entries.copy()
        entries["stream"] = places
        names = tuple(stream_name(int(number)) for number in numbers)
        payload = proof_to_bytes(ProofBatch(self._link, names, entries))
        write_records(self._serving(), [payload], KIND_PROOF, [self._clock.now_ns()])

    def tell_lowered(self, entries: NDArray[Any]) -> None:
        """Durable on return. ``entries``: of ``LOWERED``.

        Raises:
            JournalError: nothing is durable that was not before.
        """
        payload = lowered_to_bytes(Lowered(self._link, entries))
        write_records(self._serving(), [payload], KIND_LOWERED, [self._clock.now_ns()])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _serving(self) -> JournalWriter:
        if self._writer is None:
            self._writer = self._opened()
        elif self._writer.state is not State.SERVING:
            # what was pending belongs to a batch that is written again as a whole
            self._writer.close()
            self._writer = None
            self._writer = self._opened()
        return self._writer


def done_since(reader: JournalReader, stream: str, position: Position | None) -> NDArray[Any]:
    """Names (``due.names_of``) of the frames whose outcome stands behind ``position``."""
    batches = batches_since(reader, stream, position)
    return np.concatenate([np.zeros(0, _NAME), *(_names(batch) for batch in batches)])


def reports_done(reader: JournalReader, stream: str, position: Position | None) -> set[int]:
    """Numbers of the reports whose outcome stands behind ``position``."""
    found: set[int] = set()
    for batch in batches_since(reader, stream, position):
        found.update(batch.entries["position"][is_report(batch.entries)].tolist())
    return found


def batches_since(
    reader: JournalReader, stream: str, position: Position | None
) -> Iterator[ProofBatch]:
    """All that stands behind ``position`` on a proof stream, in order."""
    if stream not in reader.streams():
        return
    while True:
        records = reader.read(position, stream, _READ_BYTES)
        for place in np.flatnonzero(records.kinds == KIND_PROOF).tolist():
            yield proof_from_bytes(records.payload(place))
        if records.next == position or not len(records):
            return
        position = records.next


def _names(batch: ProofBatch) -> NDArray[Any]:
    own = [stream_number(name) if is_followed(name) else 0xFFFF for name in batch.streams]
    entries = batch.entries[np.isin(batch.entries["command"], FORWARDED)]
    names = np.zeros(len(entries), _NAME)
    names["stream"] = np.array(own, "<u2")[entries["stream"]] if len(entries) else 0
    names["position"] = entries["position"]
    return names
