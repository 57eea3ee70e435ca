"""How fast the journal is on this machine: group commits, reading, recovery of a given size."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voltward.base.clock import SystemClock
from voltward.journal.files import Files, OsFiles
from voltward.journal.keeper import Keeper
from voltward.journal.reader import JournalReader
from voltward.journal.recovery import recover_stream
from voltward.journal.types import Bytes, Links, Numbers
from voltward.journal.writer import JournalOptions, JournalWriter

STREAM = "bench-0"
FRAME_BYTES = 347  # a real-time frame with 96 cells
_OPTIONS = JournalOptions(segment_bytes=256 << 20, segment_age_s=1e9, reserve_share=0.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; ``goal`` in words, empty where there is none."""

    name: str
    value: float
    unit: str
    goal: str = ""

    def line(self) -> str:
        goal = f"  (goal {self.goal})" if self.goal else ""
        return f"{self.name:<44} {self.value:>12,.3f} {self.unit}{goal}"


class SlowFiles(OsFiles):
    """Disks of data centres answer a sync later than most test machines' do."""

    def __init__(self, sync_s: float) -> None:
        self._sync_s = sync_s

    def sync_data(self, handle: int) -> None:
        super().sync_data(handle)
        time.sleep(self._sync_s)


def batch_of(count: int, seed: int) -> tuple[Bytes, Numbers, Bytes, Links, Numbers]:
    """Columns for ``append_many``: ``count`` frames, half of whose bytes do not compress."""
    chance = np.random.default_rng(seed)
    frames = np.zeros((count, FRAME_BYTES), np.uint8)
    frames[:, ::2] = chance.integers(0, 256, (count, (FRAME_BYTES + 1) // 2), dtype=np.uint8)
    frames[:, :4] = np.frombuffer(b"##\x02\xfe", np.uint8)
    numbers = chance.integers(0, 10_000, count)
    vins = np.char.add("LVWBENCH0000", np.char.zfill(numbers.astype(str), 5)).astype("S17")
    frames[:, 4:21] = vins.view(np.uint8).reshape(count, 17)
    return (
        frames.reshape(-1),
        np.arange(count + 1, dtype=np.int64) * FRAME_BYTES,
        np.ones(count, np.uint8),
        np.arange(count, dtype=np.uint32),
        np.full(count, time.time_ns(), np.int64),
    )


def commits(
    folder: Path, batch: int, seconds: float, files: Files | None = None
) -> Iterator[Figure]:
    """Group commits of ``batch`` frames for about ``seconds``."""
    columns = batch_of(batch, seed=1)
    waits_s: list[float] = []
    with JournalWriter(folder, STREAM, _OPTIONS, files) as writer:
        cpu_s, began_s = time.process_time(), time.perf_counter()
        while time.perf_counter() - began_s < seconds:
            before_s = time.perf_counter()
            writer.append_many(*columns)
            writer.commit()
            waits_s.append(time.perf_counter() - before_s)
        took_s = time.perf_counter() - began_s
        cpu_s = time.process_time() - cpu_s
    done = len(waits_s)
    p50_ms, p99_ms = np.percentile(waits_s, [50, 99]) * 1e3
    yield Figure(f"commits of {batch} frames", done / took_s, "/s")
    yield Figure(f"frames in commits of {batch}", done * batch / took_s, "/s")
    yield Figure(f"commit of {batch} frames, p50", float(p50_ms), "ms")
    yield Figure(f"commit of {batch} frames, p99", float(p99_ms), "ms")
    yield Figure(f"processor time a frame, commits of {batch}", cpu_s / (done * batch) * 1e6, "us")


def recovery(folder: Path, size_bytes: int) -> Iterator[Figure]:
    """Recovery, reading and sealing of a stream of about ``size_bytes``."""
    columns = batch_of(3_000, seed=2)
    with JournalWriter(folder, STREAM, _OPTIONS) as writer:
        for _ in range(max(1, size_bytes // columns[0].size)):
            writer.append_many(*columns)
            writer.commit()
    found = recover_stream(OsFiles(), f"{folder}/{STREAM}", STREAM, SystemClock())
    gib = found.scanned_bytes / (1 << 30)
    goal = "<= 5 s a GiB"
    yield Figure(f"recovery of {gib:.2f} GiB, {found.records} records", found.seconds, "s", goal)
    yield Figure("recovery, of 1 GiB", found.seconds / gib, "s", goal)
    began_s = time.perf_counter()
    with JournalReader(folder) as reader:
        position, records = None, 0
        while True:
            batch = reader.read(position, STREAM, 4 << 20)
            records += len(batch)
            if batch.next == position:
                break
            position = batch.next
    yield Figure("records read", records / (time.perf_counter() - began_s), "/s")
    began_s = time.perf_counter()
    kept = Keeper(folder, STREAM).keep(most=1)
    for sealed in kept.sealed:
        took_s = time.perf_counter() - began_s
        yield Figure("sealing", sealed.bytes_before / took_s / 1e6, "MB/s")
        yield Figure("sealed size of the log's", sealed.bytes_after / sealed.bytes_before, "share")


def run(folder: Path, *, recovery_bytes: int = 1 << 30, seconds: float = 2.0) -> Iterator[Figure]:
    """All figures; ``folder`` is new or empty and stays behind."""
    for batch in (1, 100, 3_000):
        yield from commits(folder / f"commits-{batch}", batch, seconds)
    for figure in commits(folder / "slow", 2_000, seconds, SlowFiles(0.005)):
        yield Figure(f"with 5 ms more a sync: {figure.name}", figure.value, figure.unit)
    yield from recovery(folder / "recovery", recovery_bytes)
