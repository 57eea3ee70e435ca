"""From records of the proof streams to rows of the store's table of proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.frames.editions import PLAIN
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT, moment_of
from voltward.journal.reader import JournalReader, Records
from voltward.telemetry.ingest.batch import FRAME
from voltward.telemetry.ingest.streams import stream_number
from voltward.telemetry.ingest.unit_hash import BCC_BYTES, unit_hashes
from voltward.uplink.proof import (
    ACCEPTED,
    ENTRY,
    KIND_PROOF,
    OUTCOMES,
    ProofBatch,
    proof_from_bytes,
)
from voltward.uplink.reports import is_report

DATA: Final = (2, 3)  # commands whose frames are rows: real-time and reissued reports
BEIJING_S: Final = 8 * 3600
DAY_S: Final = 86_400
ENCRYPTION_AT: Final = 21  # byte of a frame's head, GB/T 32960.3 table 2
_ACCEPTED_BIT: Final = np.uint64(1 << 63)

Array = NDArray[Any]
# Hash of the data unit by vehicle, collection time, number of the stream and position; 0: unknown.
AskStore = Callable[[Array, Array, Array, Array], Array]


PROOF_SCHEMA: Final = pa.schema(
    [
        ("day", pa.uint16()),
        ("link", pa.string()),
        ("vehicle_id", pa.uint64()),
        ("collected_at", pa.uint32()),
        ("unit_hash", pa.uint64()),
        ("version", pa.uint64()),
        ("proof", pa.uint64()),
        ("stream", pa.uint16()),
        ("position", pa.uint64()),
        ("command", pa.uint8()),
        ("outcome", pa.uint8()),
        ("flag", pa.uint8()),
        ("tries", pa.uint8()),
        ("lost", pa.uint16()),
        ("sent_ms", pa.uint64()),
        ("answered_ms", pa.uint64()),
        ("known_ms", pa.uint64()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Proofs:
    """``n`` outcomes in their order on the streams; arrays are ``(n,)``.

    ``entries``: of ``proof.ENTRY``; ``link_code``, ``stream_code`` count in ``links``, ``streams``.
    ``proof``: a number of its own for each on its proof stream, rising: the record's position and,
    as records are longer than they have entries, the entry's number on top. ``known_ms``: unix ms.
    ``faults``: what could not be read, in words; it stays in the journal.
    """

    entries: Array
    links: tuple[str, ...]
    link_code: Array
    streams: tuple[str, ...]
    stream_code: Array
    proof: Array
    known_ms: Array
    faults: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entries)


def proofs_of(parts: Sequence[Records]) -> Proofs:
    """All outcomes of stretches of proof streams."""
    links: dict[str, int] = {}
    streams: dict[str, int] = {}
    nothing = np.zeros(0, np.int64)
    found = [(np.zeros(0, ENTRY), nothing, nothing, nothing.astype(np.uint64), nothing)]
    faults: list[str] = []
    for records in parts:
        for i in np.flatnonzero(records.kinds == KIND_PROOF).tolist():
            try:
                batch = _checked(proof_from_bytes(records.payload(i)))
            except BadInput as fault:
                faults.append(f"{records.next.stream}: record {records.positions[i]}: {fault}")
                continue
            size = len(batch.entries)
            codes = [streams.setdefault(name, len(streams)) for name in batch.streams]
            found.append(
                (
                    batch.entries,
                    np.full(size, links.setdefault(batch.link, len(links)), np.int64),
                    np.array(codes, np.int64)[batch.entries["stream"].astype(np.int64)],
                    records.positions[i] + np.arange(size, dtype=np.uint64),
                    np.full(size, records.received_ns[i] // 1_000_000, np.int64),
                )
            )
    entries, link_code, stream_code, proof, known_ms = (
        np.concatenate(columns) for columns in zip(*found, strict=True)
    )
    return Proofs(
        entries, tuple(links), link_code, tuple(streams), stream_code, proof, known_ms, tuple(faults)
    )  # fmt: skip


def _checked(batch: ProofBatch) -> ProofBatch:
    unknown = ~np.isin(batch.entries["outcome"], [*OUTCOMES])
    if unknown.any():
        code = int(batch.entries["outcome"][unknown][0])
        raise BadInput(f"outcome {code}, known are {', '.join(map(str, OUTCOMES))}")
    # reports of GB/T 45688 are no frames of vehicles: the office keeps them
    return replace(batch, entries=batch.entries[~is_report(batch.entries)])


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What the rows of the frames are found by, ``(n,)``: unix seconds of collection, unit hash."""

    collected_s: Array
    unit_hash: Array


def keys_of(proofs: Proofs, reader: JournalReader, ask_store: AskStore) -> Keys:
    """The keys that rows have, from the frames themselves.

    A frame that has expired from the journal is a row of the store, which knows its hash. What is
    not found there either, and whatever is no data, stands for itself: its position is its key.
    """
    entries = proofs.entries
    collected_s, hashes = entries["collected_s"].astype(np.int64), entries["position"].copy()
    data = np.isin(entries["command"], DATA)
    missing = np.zeros(len(proofs), np.bool_)
    for code, stream in enumerate(proofs.streams):
        mine = np.flatnonzero(data & (proofs.stream_code == code))
        if mine.size:
            positions = entries["position"][mine]
            seconds, hashes[mine], found = _in_journal(reader, stream, positions)
            collected_s[mine] = np.where(seconds >= 0, seconds, collected_s[mine])
            missing[mine] = ~found
    if missing.any():
        gone = entries[missing]
        numbers = np.array([stream_number(name) for name in proofs.streams], np.uint64)
        streams = numbers[proofs.stream_code[missing]]
        known = ask_store(gone["vehicle"], gone["collected_s"], streams, gone["position"])
        hashes[missing] = np.where(known > 0, known, gone["position"])
    return Keys(collected_s, hashes)


def _in_journal(reader: JournalReader, stream: str, positions: Array) -> tuple[Array, Array, Array]:
    """Seconds of collection (0 no such time, -1 not to be read) and hashes ``(n,)``, and which
    frames ``(n,)`` are still there."""
    wanted, place = np.unique(positions, return_inverse=True)
    seconds, hashes = np.full(wanted.size, -1, np.int64), np.zeros(wanted.size, np.uint64)
    found = np.zeros(wanted.size, np.bool_)
    for records in reader.records_at(stream, wanted):
        frames = records.only(records.kinds == FRAME)
        at = np.searchsorted(wanted, frames.positions)
        starts, stops = frames.offsets[:-1], frames.offsets[1:]
        hashes[at] = unit_hashes(frames.buffer, starts, stops)
        seconds[at] = _collected(frames.buffer, starts, stops)
        found[at] = True
    return seconds[place], hashes[place], found[place]


def _collected(buffer: NDArray[np.uint8], starts: Array, stops: Array) -> Array:
    """As rows have it; -1: the time is encrypted, or the frame too short for one."""
    seconds = np.full(starts.size, -1, np.int64)
    readable = np.flatnonzero(stops - starts >= HEADER + MOMENT + BCC_BYTES)
    readable = readable[buffer[starts[readable] + ENCRYPTION_AT] == PLAIN]
    raw = buffer[starts[readable][:, None] + np.arange(HEADER, HEADER + MOMENT)]
    moments, place = np.unique(raw, axis=0, return_inverse=True)  # few of many: a second's frames
    known = [moment_of(bytes(one)) for one in moments.tolist()]
    named = np.array([int(one.timestamp()) if one else 0 for one in known], np.int64)
    seconds[readable] = named[place.ravel()]
    return seconds


def table_of(proofs: Proofs, keys: Keys) -> pa.Table:
    """The rows of the store's table, in the proofs' order."""
    entries = proofs.entries
    accepted = entries["outcome"] == ACCEPTED
    numbers = np.array([stream_number(name) for name in proofs.streams], np.uint16)
    links = pa.DictionaryArray.from_arrays(
        pa.array(proofs.link_code.astype(np.int32)), pa.array(proofs.links, pa.string())
    )
    return pa.table(
        {
            "day": (keys.collected_s + BEIJING_S) // DAY_S,
            "link": links.cast(pa.string()),
            "vehicle_id": entries["vehicle"],
            "collected_at": keys.collected_s,
            "unit_hash": keys.unit_hash,
            "version": np.where(accepted, proofs.proof | _ACCEPTED_BIT, proofs.proof),
            "proof": proofs.proof,
            "stream": numbers[proofs.stream_code],
            **{name: entries[name] for name in ("position", "command", "outcome", "flag", "tries")},
            **{name: entries[name] for name in ("lost", "sent_ms", "answered_ms")},
            "known_ms": proofs.known_ms.astype(np.uint64),
        }
    ).cast(PROOF_SCHEMA)
