"""Sealing: a finished log becomes a compressed file and its index, and only then goes.

The sealed file is written beside, read back and compared with the log byte by byte, synced, and
renamed into place; the log is removed last. Whatever interrupts this, doing it again mends it.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from voltward.journal.blocks import HEAD_BYTES, NONCE_PREFIX_BYTES, BlockCodec, BlockHead
from voltward.journal.crc import crc32c
from voltward.journal.errors import JournalDamaged
from voltward.journal.files import Files
from voltward.journal.format import HEADER_BYTES, SegmentHeader, index_name, log_name, sealed_name
from voltward.journal.index import IndexBuilder, index_of, write_index
from voltward.journal.keys import KeyRing
from voltward.journal.quarantine import Damage, put_aside
from voltward.journal.sealed import TABLE, SealedHeader, SealedSegment
from voltward.journal.segments import LogSegment, Scanned, finished_end, merged, scan_window

BLOCK_BYTES = 256 << 10
PARTIAL = ".partial"


@dataclass
class Sealed:
    """What became of one segment. ``bytes_before`` and ``bytes_after``: log and sealed file."""

    segment: int
    records: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    damage: list[Damage] = field(default_factory=list)


def seal_segment(
    files: Files, folder: str, number: int, keys: KeyRing, now_ns: int
) -> Sealed | None:
    """Seal the finished segment ``number`` of the stream's ``folder``.

    None: its header is lost, so that nothing in it can be checked; it stays as it is.

    Raises:
        JournalDamaged: what was read back is not what was written; the log stays.
        OSError: the disk refused; the log stays.
    """
    log = LogSegment(files, f"{folder}/{log_name(number)}")
    try:
        header = log.header
        if header is None:
            return None
        stated = finished_end(files, folder, number)
        end = log.size() if stated is None else stated
        partial = f"{folder}/{sealed_name(number)}{PARTIAL}"
        with suppress(FileNotFoundError):
            files.remove(partial)
        work = _Work(files, log, header, end, keys)
        sealed = work.write(partial, now_ns)
        _compare(files, partial, log, end, keys)
        for piece in sealed.damage:
            put_aside(files, folder, log, piece)
    finally:
        log.close()
    write_index(files, f"{folder}/{index_name(number)}", work.index.finish(), work.codec)
    files.sync_folder(folder)  # the index first: a sealed file is never without one
    files.rename(partial, f"{folder}/{sealed_name(number)}")
    files.sync_folder(folder)
    remove_log(files, folder, number)
    return sealed


def remove_log(files: Files, folder: str, number: int) -> None:
    """Remove a log whose sealed form is in place; also the second half of an interrupted seal."""
    files.remove(f"{folder}/{log_name(number)}")
    files.sync_folder(folder)


def rebuild_index(files: Files, folder: str, number: int, keys: KeyRing) -> None:
    """Make the side file of a sealed segment again.

    Raises:
        OSError, KeyMissing: it could not be made.
    """
    segment = SealedSegment(files, f"{folder}/{sealed_name(number)}", keys)
    try:
        if segment.header is None:
            return
        name = f"{segment.header.stream}/{number}"
        codec = BlockCodec(keys, keys.active, secrets.token_bytes(NONCE_PREFIX_BYTES), name)
        write_index(files, f"{folder}/{index_name(number)}", index_of(segment), codec)
    finally:
        segment.close()
    files.sync_folder(folder)


class _Work:
    """Writes one sealed file."""

    def __init__(
        self, files: Files, log: LogSegment, header: SegmentHeader, end: int, keys: KeyRing
    ) -> None:
        self._files, self._log, self._header, self._end = files, log, header, end
        name = f"{header.stream}/{header.segment}"
        prefix = secrets.token_bytes(NONCE_PREFIX_BYTES)
        self.codec = BlockCodec(keys, keys.active, prefix, name)
        self.index = IndexBuilder()
        self._rows: list[tuple[int, int, int, int]] = []

    def write(self, path: str, now_ns: int) -> Sealed:
        """The whole file, synced."""
        done = Sealed(self._header.segment, bytes_before=self._end)
        stretches: list[tuple[int, int]] = []
        handle = self._files.open(path, create=True)
        try:
            at = HEADER_BYTES
            for window in self._windows():
                self.index.add(window)
                done.records += window.found.size
                stretches += window.damage
                at = self._write_block(handle, at, window)
            table = np.array(self._rows, TABLE).view(np.uint8)
            self._files.write_at(handle, at, table)
            first_ns, last_ns = self.index.span_ns
            sealed = SealedHeader(
                self._header,
                self._end,
                len(self._rows),
                at,
                crc32c(table),
                done.records,
                first_ns,
                last_ns,
                now_ns,
                self.codec.key,
                self.codec.nonce_prefix,
            )
            self._files.write_at(handle, 0, sealed.pack())
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        done.bytes_after = at + table.size
        pairs = merged(stretches)
        stream, segment = self._header.stream, self._header.segment
        done.damage = [Damage(stream, segment, a, b, "damaged") for a, b in pairs]
        return done

    def _windows(self) -> Iterator[Scanned]:
        """The segment cut between records into blocks."""
        at = HEADER_BYTES
        while at < self._end:
            window = scan_window(self._log, at, self._end, BLOCK_BYTES)
            yield window
            at = window.next

    def _write_block(self, handle: int, at: int, window: Scanned) -> int:
        raw = np.zeros(window.next - window.base, np.uint8)
        present = window.data[: raw.size]
        raw[: present.size] = present
        number = len(self._rows)
        stored = np.frombuffer(self.codec.encode(number, raw), np.uint8)
        head = BlockHead(number, window.base, raw.size, stored.size, crc32c(stored))
        block = np.concatenate([np.frombuffer(head.pack(), np.uint8), stored])
        self._files.write_at(handle, at, block)
        self._rows.append((at, window.base, raw.size, stored.size))
        return at + HEAD_BYTES + stored.size


def _compare(files: Files, path: str, log: LogSegment, end: int, keys: KeyRing) -> None:
    """Read the sealed file back against the log."""
    sealed = SealedSegment(files, path, keys)
    try:
        for start in range(HEADER_BYTES, end, BLOCK_BYTES):
            stop = min(start + BLOCK_BYTES, end)
            expected = np.zeros(stop - start, np.uint8)
            present = log.read(start, stop)
            expected[: present.size] = present
            if not np.array_equal(sealed.read(start, stop), expected):
                raise JournalDamaged(f"{path}: read back at {start}: not what was written")
        if sealed.faults:
            raise JournalDamaged(f"{path}: {'; '.join(sealed.faults)}")
    finally:
        sealed.close()
