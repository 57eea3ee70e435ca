"""Brings frames and events back from quarantine after the fault that put them there is mended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voltward.base.clock import Clock, SystemClock
from voltward.columns.batch import FrameBatch
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.ingest import session_events
from voltward.telemetry.ingest.batch import Batch, EventRecord
from voltward.telemetry.ingest.decoding import Decoder
from voltward.telemetry.ingest.quarantine import (
    INSERT_EVENT,
    REPLAYED,
    REPLAYED_STREAM,
    Poison,
    set_aside,
    write_records,
)
from voltward.telemetry.ingest.sink import RowsRefused, Sink

AT_ONCE = 5_000

Progress = Callable[[int, int], None]
Left = tuple[Poison, str]  # with the reason why it still fails


@dataclass(frozen=True, slots=True)
class Replayed:
    """``frames``: brought back, session events among them. ``rows``: handed to the store.

    ``left``: what still fails, with the reason of now.
    """

    frames: int
    rows: int
    left: tuple[Left, ...]


def replay_quarantine(
    journal: Path,
    sink: Sink,
    decoder: Decoder,
    *,
    keys: KeyRing | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Decode and insert every frame in quarantine as if it had never been there.

    ``keys``: of the journal; segments of the quarantine are sealed with them. Rows keep place and
    receive time. A frame that still fails stays. May be repeated at any time, also while
    processors run; a kill in between repeats inserts, which changes nothing.

    Raises:
        StoreUnwell: the store is away; what is replayed so far stays so.
        JournalLocked: another replay runs.
        KeyMissing: a sealed segment of the quarantine needs a key that was not given.
    """
    clock = clock or SystemClock()
    with (
        JournalReader(journal, keys=keys) as reader,
        JournalWriter(journal, REPLAYED_STREAM, clock=clock) as writer,
    ):
        poisons = set_aside(reader)
        frames = rows = 0
        left: list[Left] = []
        for first in range(0, len(poisons), AT_ONCE):
            chosen = poisons[first : first + AT_ONCE]
            failed, count = _replay([p for p in chosen if p.step != INSERT_EVENT], sink, decoder)
            failed += _replay_events([p for p in chosen if p.step == INSERT_EVENT], sink, decoder)
            still = {str(poison.position) for poison, _ in failed}
            good = [poison for poison in chosen if str(poison.position) not in still]
            left += failed
            _remember(writer, good, clock)
            frames, rows = frames + len(good), rows + count
            if progress is not None:
                progress(first + len(chosen), len(poisons))
    return Replayed(frames, rows, tuple(left))


def _replay(poisons: Sequence[Poison], sink: Sink, decoder: Decoder) -> tuple[list[Left], int]:
    """Frames that still fail, with the reason; and rows handed to the store."""
    if not poisons:
        return [], 0
    pieces, failed = decoder.pieces(_batch(poisons))
    left = [(poisons[i], f"{type(error).__name__}: {error}") for i, error in failed.items()]
    rows = 0
    for piece in pieces:
        mine = [poisons[number] for number in piece.frame_numbers.tolist()]
        try:
            sink.insert_rows(piece.rows, _token(mine))
            rows += piece.rows.num_rows
        except RowsRefused:
            refused, count = _one_by_one(mine, sink, decoder)
            left += refused
            rows += count
    return left, rows


def _one_by_one(poisons: Sequence[Poison], sink: Sink, decoder: Decoder) -> tuple[list[Left], int]:
    left: list[Left] = []
    rows = 0
    for poison in poisons:
        (piece,), _ = decoder.pieces(_batch([poison]))
        try:
            sink.insert_rows(piece.rows, _token([poison]))
            rows += piece.rows.num_rows
        except RowsRefused as error:
            left.append((poison, str(error)))
    return left, rows


def _replay_events(poisons: Sequence[Poison], sink: Sink, decoder: Decoder) -> list[Left]:
    """Session events that the store still refuses."""
    left: list[Left] = []
    for poison in poisons:
        at = poison.position
        event = EventRecord(at.stream, at.number, poison.received_ns, poison.link, poison.frame)
        try:
            table = session_events.table_of([event], decoder.key)
            sink.insert_events(table, _token([poison]))
        except RowsRefused as error:
            left.append((poison, str(error)))
    return left


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


def _token(poisons: Sequence[Poison]) -> str:
    text = " ".join(str(poison.position) for poison in poisons)
    return f"replay-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _remember(writer: JournalWriter, poisons: Sequence[Poison], clock: Clock) -> None:
    if poisons:
        records = [json.dumps({"position": str(poison.position)}).encode() for poison in poisons]
        write_records(writer, records, REPLAYED, [clock.now_ns()] * len(records))
