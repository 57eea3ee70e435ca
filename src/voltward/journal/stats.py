"""Figures of a journal, without reading its records."""

from dataclasses import dataclass
from pathlib import Path

from voltward.journal.files import Files, OsFiles
from voltward.journal.format import segments_in
from voltward.journal.keys import KeyRing
from voltward.journal.marker import read_word
from voltward.journal.position import Position
from voltward.journal.quarantine import FOLDER_NAME as QUARANTINE
from voltward.journal.sealed import SealedSegment

# Shares of the disk in use at which somebody should be told, then woken (reliability goal R5).
USED_LEVELS = (0.80, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class StreamStats:
    """``log_bytes``, ``sealed_bytes``: size on disk; ``records``, ``first_ns``, ``last_ns``:

    of the sealed segments (0 without any); ``quarantined``: stretches put aside.
    """

    stream: str
    logs: int
    log_bytes: int
    sealed: int
    sealed_bytes: int
    records: int
    first_ns: int
    last_ns: int
    quarantined: int
    end: Position | None


@dataclass(frozen=True, slots=True)
class DiskStats:
    """``level``: how many of ``USED_LEVELS`` the used share has reached, 0 to 3."""

    free_bytes: int
    total_bytes: int

    @property
    def used_share(self) -> float:
        return 1.0 - self.free_bytes / self.total_bytes if self.total_bytes else 1.0

    @property
    def level(self) -> int:
        return sum(self.used_share >= level for level in USED_LEVELS)


def disk_stats(folder: Path | str, files: Files | None = None) -> DiskStats:
    return DiskStats(*(files or OsFiles()).space_bytes(str(folder)))


def stream_stats(folder: Path | str, stream: str, files: Files | None = None) -> StreamStats:
    """Figures of one stream."""
    disk: Files = files or OsFiles()
    path = f"{folder}/{stream}"
    sizes = {"log": 0, "sealed": 0}
    counts = {"log": 0, "sealed": 0}
    records, spans = 0, []
    for name in segments_in(disk.names(path)).values():
        form = name.rsplit(".", 1)[-1]
        try:
            sizes[form] += _size(disk, f"{path}/{name}")
            counts[form] += 1
            if form == "sealed":
                segment = SealedSegment(disk, f"{path}/{name}", KeyRing())
                segment.close()
                if segment.sealed is not None and segment.sealed.records:
                    records += segment.sealed.records
                    spans.append((segment.sealed.first_ns, segment.sealed.last_ns))
        except FileNotFoundError:
            continue  # sealed or expired since the names were read
    notes = [n for n in disk.names(f"{path}/{QUARANTINE}") if n.endswith(".json")]
    return StreamStats(
        stream=stream,
        logs=counts["log"],
        log_bytes=sizes["log"],
        sealed=counts["sealed"],
        sealed_bytes=sizes["sealed"],
        records=records,
        first_ns=min((first for first, _ in spans), default=0),
        last_ns=max((last for _, last in spans), default=0),
        quarantined=len(notes),
        end=read_word(disk, path, stream),
    )


def _size(files: Files, path: str) -> int:
    handle = files.open(path)
    try:
        return files.size(handle)
    finally:
        files.close(handle)
