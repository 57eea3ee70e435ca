"""Brings frames back from quarantine after the fault that put them there has been mended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voltward.base.clock import Clock, SystemClock
from voltward.columns.batch import FrameBatch
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.quarantine import (
    REPLAYED,
    REPLAYED_STREAM,
    Poison,
    set_aside,
    write_records,
)
from voltward.telemetry.ingest.sink import RowsRefused, Sink

AT_ONCE = 5_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """``rows``: handed to the store. ``left``: frames that still fail, with the reason of now."""

    frames: int
    rows: int
    left: tuple[tuple[Poison, str], ...]


def replay_quarantine(
    journal: Path,
    sink: Sink,
    decoder: Decoder,
    *,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Decode and insert every frame in quarantine as if it had never been there.

    Their rows keep place and receive time. A frame that still fails stays. May be repeated at
    any time, also while processors run; a kill in between repeats inserts, which changes nothing.

    Raises:
        StoreUnwell: the store is away; what is replayed so far stays so.
        JournalLocked: another replay runs.
    """
    clock = clock or SystemClock()
    with (
        JournalReader(journal) as reader,
        JournalWriter(journal, REPLAYED_STREAM, clock=clock) as writer,
    ):
        poisons = set_aside(reader)
        frames = rows = 0
        left: list[tuple[Poison, str]] = []
        for first in range(0, len(poisons), AT_ONCE):
            chosen = poisons[first : first + AT_ONCE]
            bad, count = _replay(chosen, sink, decoder)
            good = [poison for i, poison in enumerate(chosen) if i not in bad]
            left += [(chosen[i], reason) for i, reason in bad.items()]
            _remember(writer, good, clock)
            frames, rows = frames + len(good), rows + count
            if progress is not None:
                progress(first + len(chosen), len(poisons))
    return Replayed(frames, rows, tuple(left))


def _replay(poisons: Sequence[Poison], sink: Sink, decoder: Decoder) -> tuple[dict[int, str], int]:
    """Frames that still fail, by number, with the reason; and rows handed to the store."""
    pieces, failed = decoder.pieces(_batch(poisons))
    bad = {i: f"{type(error).__name__}: {error}" for i, error in failed.items()}
    rows = 0
    for piece in pieces:
        try:
            sink.insert_rows(piece.rows, _token(poisons, piece.frame_numbers.tolist()))
            rows += piece.rows.num_rows
        except RowsRefused:
            refused, count = _one_by_one(poisons, piece.frame_numbers.tolist(), sink, decoder)
            bad |= refused
            rows += count
    return bad, rows


def _one_by_one(
    poisons: Sequence[Poison], numbers: Sequence[int], sink: Sink, decoder: Decoder
) -> tuple[dict[int, str], int]:
    bad: dict[int, str] = {}
    rows = 0
    for number in numbers:
        alone = [poisons[number]]
        (piece,), _ = decoder.pieces(_batch(alone))
        try:
            sink.insert_rows(piece.rows, _token(alone, [0]))
            rows += piece.rows.num_rows
        except RowsRefused as error:
            bad[number] = str(error)
    return bad, rows


def _batch(poisons: Sequence[Poison]) -> Batch:
    streams = sorted({poison.position.stream for poison in poisons})
    return Batch(
        ranges=(),
        frames=FrameBatch.of([poison.frame for poison in poisons]),
        received_ns=np.array([poison.received_ns for poison in poisons], np.int64),
        positions=np.array([poison.position.number for poison in poisons], np.uint64),
        stream_code=np.array([streams.index(p.position.stream) for p in poisons], np.int32),
        streams=tuple(streams),
        events=(),
        counts={},
    )


def _token(poisons: Sequence[Poison], numbers: Sequence[int]) -> str:
    text = " ".join(str(poisons[number].position) for number in numbers)
    return f"replay-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _remember(writer: JournalWriter, poisons: Sequence[Poison], clock: Clock) -> None:
    if poisons:
        records = [json.dumps({"position": str(poison.position)}).encode() for poison in poisons]
        write_records(writer, records, REPLAYED, [clock.now_ns()] * len(records))
