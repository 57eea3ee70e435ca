"""What the tests of the processor play with: frames, journals, a store process, its content."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import numpy as np

from voltward.base.units import BEIJING
from voltward.columns.batch import FrameBatch
from voltward.frames.frame import bcc
from voltward.journal.writer import JournalWriter
from voltward.telemetry.client import Client, connect
from voltward.telemetry.ingest.config import ProcessorConfig

TOKEN = "a-token-of-the-tests"
KEY = bytes(range(32))
NOON = 1_773_547_200  # 2026-03-15T04:00:00Z
FRAME, NOISE, EVENT, REFUSED = 1, 2, 3, 4


def vin(number: int) -> str:
    return f"LTESTVEH0GB{number:06d}"


def frame(vehicle: str, unit: bytes, command: int = 2) -> bytes:
    """A 2016 frame round a data unit."""
    head = bytes([command, 0xFE]) + vehicle.encode() + b"\x01" + struct.pack(">H", len(unit))
    body = head + unit
    return b"##" + body + bytes([bcc(body)])


def moment(at_s: int) -> bytes:
    """Six bytes of a collection time; Unix seconds."""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(BEIJING)
    return bytes(
        [local.year - 2000, local.month, local.day, local.hour, local.minute, local.second]
    )


def vehicle_data(speed_raw: int = 600, soc_pct: int = 80) -> bytes:
    """Information type 0x01, 2016."""
    numbers = struct.pack(">HIHHB", speed_raw, 123_456, 3850, 10_250, soc_pct)
    return b"\x01\x01\x03\x01" + numbers + b"\x01\x0f" + struct.pack(">H", 5000) + b"\x00\x00"


def cells(first: int, count: int, total: int, start_mv: int = 3700, pack: int = 1) -> bytes:
    """Information type 0x08 with one pack: ``count`` of its ``total`` cells from ``first`` on."""
    head = struct.pack(">BBHHHHB", 1, pack, 3850, 10_250, total, first, count)
    return b"\x08" + head + b"".join(struct.pack(">H", start_mv + k) for k in range(count))


def report(vehicle: str, at_s: int, speed_raw: int = 600, command: int = 2, **kinds: int) -> bytes:
    """A report with vehicle data; the same content at one time as 02 and 03 has one data unit."""
    return frame(vehicle, moment(at_s) + vehicle_data(speed_raw, **kinds), command)


@dataclass
class Journal:
    """A stream that a gateway might have written."""

    folder: Path
    stream: str = "gateway-0"
    at_ns: int = NOON * 1_000_000_000
    writer: JournalWriter = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.writer = JournalWriter(self.folder, self.stream)

    def put(self, records: Sequence[bytes], kind: int = FRAME, step_ns: int = 1_000_000) -> None:
        """Append and commit; each record is received ``step_ns`` after the one before."""
        batch = FrameBatch.of(records)
        times = self.at_ns + step_ns * np.arange(len(records), dtype=np.int64)
        self.at_ns += step_ns * len(records)
        self.writer.append_many(
            batch.buffer,
            batch.offsets,
            np.full(len(records), kind, np.uint8),
            np.arange(len(records), dtype=np.uint32),
            times,
        )
        self.writer.commit()

    def close(self) -> None:
        self.writer.close()


_SERVE = """
import sys
from pathlib import Path
from voltward.telemetry.store import StoreOptions, run
folder, port, token = sys.argv[1:]
run(StoreOptions(Path(folder) / "store", token, port=int(port), memory_mb=2048,
                 run_file=Path(folder) / "store.port"))
"""


@dataclass
class Store:
    """A store process of the tests' own; may be killed and started again."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """On return it answers."""
        port_file = self.folder / "store.port"
        port_file.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "store.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, str(self.folder), "0", TOKEN],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": "src"},
            )
        wait_until(port_file.exists, what="the store's port file", process=self.process)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{int((self.folder / 'store.port').read_text())}"

    def client(self, database: str) -> Client:
        return connect(self.url, TOKEN, database=database)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def wait_until(
    true: object, *, what: str, process: subprocess.Popen[bytes] | None = None, limit_s: float = 60
) -> None:
    """Poll until ``true()``; a test that waits for ever tells nothing."""
    assert callable(true)
    end_s = time.monotonic() + limit_s
    while not true():
        assert process is None or process.poll() is None, f"the process ended; waited for {what}"
        assert time.monotonic() < end_s, f"waited {limit_s} s for {what}"
        time.sleep(0.01)


class Patience(Event):
    """A stop signal that comes by itself after so many waits for the store, none of them long."""

    def __init__(self, waits: int = 20) -> None:
        super().__init__()
        self.left = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.left <= 0:
            self.set()
        return super().wait(min(timeout or 0.0, 0.2))


def config_in(folder: Path, **changes: object) -> ProcessorConfig:
    values = {
        "journal": folder / "journal",
        "folder": folder / "processor",
        "vehicle_key": KEY,
        "wait_ms": 10.0,
        **changes,
    }
    return ProcessorConfig(**values)  # type: ignore[arg-type]


def rows_in(client: Client, columns: str = "vehicle_id, collected_at, unit_hash") -> list[tuple]:
    """Rows of the view, sorted."""
    return sorted(map(tuple, client.query(f"SELECT {columns} FROM rows").result_rows), key=repr)


def physical_rows(client: Client) -> int:
    """Rows on disk, duplicates included that no merge has removed."""
    total = 0
    for table in ("frames_rows", "frame_pieces"):
        total += int(client.command(f"SELECT count() FROM {table}"))
    return total


@contextmanager
def stopped_merges(client: Client) -> Iterator[None]:
    """Duplicates stay on disk while nothing merges them away."""
    for table in ("frames_rows", "frame_pieces"):
        client.command(f"SYSTEM STOP MERGES {table}")
    yield


def flattened(groups: Iterable[Iterable[bytes]]) -> list[bytes]:
    return [item for group in groups for item in group]
