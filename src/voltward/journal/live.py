"""The segment that is being written."""

import secrets
from contextlib import suppress

from voltward.journal.files import Files
from voltward.journal.format import HEADER_BYTES, SegmentHeader, log_name
from voltward.journal.kernels import stamp
from voltward.journal.types import Bytes


class LiveSegment:
    """An open log file; ``end`` is where its durable records end."""

    def __init__(
        self, files: Files, path: str, handle: int, header: SegmentHeader, end: int
    ) -> None:
        self._files = files
        self._path = path
        self._handle = handle
        self.header = header
        self.end = end

    @staticmethod
    def open(files: Files, folder: str, header: SegmentHeader, end: int) -> "LiveSegment":
        """A segment that recovery has put in order."""
        path = f"{folder}/{log_name(header.segment)}"
        return LiveSegment(files, path, files.open(path, write=True), header, end)

    @staticmethod
    def create(
        files: Files,
        folder: str,
        stream: str,
        segment: int,
        created_ns: int,
        previous: int | None,
        previous_end: int,
    ) -> "LiveSegment":
        """A new segment, durable together with its name. After an error the file may exist."""
        salt = secrets.randbits(32)
        header = SegmentHeader(stream, segment, created_ns, salt, previous, previous_end)
        path = f"{folder}/{log_name(segment)}"
        handle = files.open(path, create=True)
        try:
            files.write_at(handle, 0, header.pack())
            files.sync(handle)
            files.sync_folder(folder)
        except OSError:
            with suppress(OSError):
                files.close(handle)
            raise
        return LiveSegment(files, path, handle, header, HEADER_BYTES)

    def write(self, batch: Bytes) -> None:
        """Stamp the records of ``batch`` for their place behind ``end`` and write them there."""
        stamp(batch, batch.size, self.header.salt, self.end)
        self._files.write_at(self._handle, self.end, batch)

    def sync(self) -> None:
        self._files.sync_data(self._handle)

    def cut_on_fresh_descriptor(self) -> None:
        """Remove whatever a failed write left behind ``end``."""
        self.close()
        self._handle = self._files.open(self._path, write=True)
        self._files.truncate(self._handle, self.end)
        self._files.sync(self._handle)

    def close(self) -> None:
        if self._handle >= 0:
            with suppress(OSError):  # what a close could still report, the sync has reported
                self._files.close(self._handle)
            self._handle = -1
