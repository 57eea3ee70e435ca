"""A journal with frames, proof streams about them, and the follower that brings both together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
from tests.telemetry.ingest.scene import KEY, NOON, Journal, config_in, report, vin

from voltward.base.vehicle_id import vehicle_id
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.quarantine import write_records
from voltward.telemetry.ingest.sink import StoreSink
from voltward.uplink.owed import Owed
from voltward.uplink.proof import ENTRY, KIND_PROOF, ProofBatch, proof_to_bytes
from voltward.uplink.proof_store import ProofStore
from voltward.uplink.proving import Proving, ProvingConfig

DAY = "2026-03-15"
Change = Callable[[Any], None]


def number(vehicle: int) -> int:
    return vehicle_id(vin(vehicle), KEY)


@dataclass
class Scene:
    """``places``: of the frames that were put, in their order."""

    folder: Path
    connect: Callable[[], Client]
    journal: Journal = field(init=False)
    places: list[Position] = field(default_factory=list)
    _writers: dict[str, JournalWriter] = field(default_factory=dict)
    _client: Client | None = None

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder / "journal")
        (self.folder / "processor").mkdir(exist_ok=True)

    @property
    def client(self) -> Client:
        """Of a store that has its tables."""
        if self._client is None:
            ProofStore(self.connect).is_empty()
            self._client = self.connect()
        return self._client

    def put(self, *frames: bytes) -> None:
        self.journal.put(frames)
        with JournalReader(self.journal.folder) as reader:
            found, at = [], None
            while True:
                records = reader.read(at, self.journal.stream)
                found += records.positions[records.kinds == 1].tolist()
                if records.next == at or not len(records):
                    break
                at = records.next
        self.places = [Position.of_number(self.journal.stream, one) for one in found]

    def store_rows(self) -> None:
        """As the processor does."""
        sink = StoreSink(self.connect)
        with opened(config_in(self.folder), sink) as processor:
            processor.drain(Event())
        sink.close()

    def prove(self, link: str, *entries: Any, streams: Sequence[str] = ("gateway-0",)) -> None:
        """One record of the link's stream."""
        writer = self._writers.get(link)
        if writer is None:
            writer = self._writers[link] = JournalWriter(self.journal.folder, f"proof-{link}")
        table = np.array([tuple(entry) for entry in entries], ENTRY)
        payload = proof_to_bytes(ProofBatch(link, tuple(streams), table))
        write_records(writer, [payload], KIND_PROOF, [self.journal.at_ns])

    def put_odd(self, link: str, payload: bytes) -> None:
        writer = self._writers.setdefault(link, JournalWriter(self.journal.folder, f"proof-{link}"))
        write_records(writer, [payload], KIND_PROOF, [self.journal.at_ns])

    def proving(self, store: ProofStore | None = None) -> Proving:
        """A follower as after a start."""
        config = ProvingConfig(config_in(self.folder), self.folder / "proving.json")
        reader = JournalReader(self.journal.folder)
        return Proving(config, reader, store or ProofStore(self.connect))

    def proofs(self, columns: str = "link, vehicle_id, collected_at, outcome") -> list[Any]:
        rows = self.client.query(f"SELECT {columns} FROM proofs FINAL ORDER BY {columns}")
        return [tuple(row) for row in rows.result_rows]

    def on_disk(self) -> int:
        return int(self.client.command("SELECT count() FROM proofs"))

    def close(self) -> None:
        self.journal.close()
        for writer in self._writers.values():
            writer.close()
        if self._client is not None:
            self._client.close()


def entry(
    place: Position, vehicle: int = 1, at: int = NOON, outcome: int = 1, **more: int
) -> tuple[int, ...]:
    """A row of ``ENTRY`` about the frame at ``place``."""
    values = {
        "position": place.number, "vehicle": number(vehicle), "sent_ms": (at + 2) * 1000,
        "answered_ms": (at + 3) * 1000, "collected_s": at, "stream": 0, "lost": 0, "command": 2,
        "outcome": outcome, "flag": 1, "tries": 1, **more,
    }  # fmt: skip
    return tuple(values[name] for name in ENTRY.names or ())


def frames(vehicle: int, count: int, first: int = NOON, step: int = 10) -> list[bytes]:
    return [report(vin(vehicle), first + step * k) for k in range(count)]


def owed(link: str = "national", **more: Any) -> Owed:
    return Owed(link, **more)


class FailingStore(ProofStore):
    """Takes the rows and then breaks, or breaks before it takes them."""

    def __init__(self, connect: Callable[[], Client], *, before: bool = False) -> None:
        super().__init__(connect)
        self.before, self.fails = before, 1

    def insert(self, rows: pa.Table, token: str) -> None:
        if self.fails and self.before:
            self.fails -= 1
            raise ConnectionError("killed before the rows were in")
        super().insert(rows, token)
        if self.fails:
            self.fails -= 1
            raise ConnectionError("killed after the rows were in")
