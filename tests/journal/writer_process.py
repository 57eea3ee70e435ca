"""A real writer process to be killed: ``python writer_process.py FOLDER SEGMENT_BYTES``.

The first process only imports and waits. For each line ``BUILD CYCLE`` on its input it forks a
writer, which tells on the common output what it has done, one line at a time::

    pid 4711          the writer's process
    open 0.0123       it accepts records, so many seconds after its fork
    synced PATH 8192  the file is on disk up to that length (build "reporting" and "lazy")
    acked 3 120       of cycle 3, records 0 to 119 are answered
    state broken      the journal has stopped serving; it tries to recover
    gone              the writer has ended; nothing more of it follows
"""

import hashlib
import os
import sys
import time
from contextlib import suppress

import numpy as np

from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.files import OsFiles
from voltward.journal.writer import JournalOptions, JournalWriter

STREAM = "gateway-0"


def payload(cycle: int, number: int) -> bytes:
    """What record ``number`` of a cycle holds: anybody can say whether it is genuine."""
    name = b"%06d %08d " % (cycle, number)
    digest = hashlib.sha256(name).digest()
    return name + digest * (1 + digest[0] % 20)


def tell(text: str) -> None:
    os.write(1, text.encode() + b"\n")


class ReportsSyncs(OsFiles):
    """Says what is on disk, so that a test can take away the rest."""

    def __init__(self, lazy: bool) -> None:
        self._lazy = lazy
        self._paths: dict[int, str] = {}

    def open(self, path: str, *, create: bool = False, write: bool = False) -> int:
        handle = super().open(path, create=create, write=write)
        self._paths[handle] = path
        return handle

    def sync_data(self, handle: int) -> None:
        if not self._lazy:  # the lazy build answers after the write alone
            super().sync_data(handle)
            tell(f"synced {self._paths[handle]} {self.size(handle)}")

    def sync(self, handle: int) -> None:
        super().sync(handle)
        tell(f"synced {self._paths[handle]} {self.size(handle)}")


class SwallowsErrors(OsFiles):
    """Goes on as if nothing had happened."""

    def sync_data(self, handle: int) -> None:
        with suppress(OSError):
            super().sync_data(handle)


FILES = {
    "reporting": lambda: ReportsSyncs(lazy=False),
    "lazy": lambda: ReportsSyncs(lazy=True),
    "swallowing": SwallowsErrors,
}


def append(writer: JournalWriter, cycle: int, first: int, count: int) -> None:
    payloads = [payload(cycle, number) for number in range(first, first + count)]
    offsets = np.concatenate([[0], np.cumsum([len(p) for p in payloads])]).astype(np.int64)
    writer.append_many(
        np.frombuffer(b"".join(payloads), np.uint8),
        offsets,
        np.ones(count, np.uint8),
        np.arange(count, dtype=np.uint32),
        np.full(count, time.time_ns(), np.int64),
    )


def work(folder: str, segment_bytes: int, build: str, cycle: int, most: int) -> None:
    """Append and commit ``most`` batches, or until killed; ``hasty`` answers before the write."""
    began = time.monotonic()
    options = JournalOptions(segment_bytes=segment_bytes, reserve_share=0.0)
    files = FILES.get(build, OsFiles)()
    while True:
        try:
            writer = JournalWriter(folder, STREAM, options, files)
            break
        except (JournalBroken, JournalFull) as error:
            tell(f"state {error.code.removeprefix('journal_')}")
    tell(f"open {time.monotonic() - began:.4f}")
    first = 0
    for batch in range(most):
        count = 1 + batch % 40
        append(writer, cycle, first, count)
        first += count
        if build == "hasty":
            tell(f"acked {cycle} {first}")
        _commit_until_durable(writer)
        if build != "hasty":
            tell(f"acked {cycle} {first}")
    writer.close()


def _commit_until_durable(writer: JournalWriter) -> None:
    while True:
        try:
            if writer.fault:
                writer.recover()
            writer.commit()
            return
        except (JournalBroken, JournalFull):
            tell(f"state {writer.state.value}")


def main() -> None:
    folder, segment_bytes = sys.argv[1], int(sys.argv[2])
    if len(sys.argv) > 3:  # one writer in this very process, to be traced
        work(folder, segment_bytes, sys.argv[3], 0, int(sys.argv[4]))
        return
    tell("ready")
    for line in sys.stdin:
        build, cycle = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                work(folder, segment_bytes, build, int(cycle), 1 << 60)
            finally:
                os._exit(1)
        tell(f"pid {pid}")
        os.waitpid(pid, 0)
        tell("gone")


if __name__ == "__main__":
    main()
