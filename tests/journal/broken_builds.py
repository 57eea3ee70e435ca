"""Deliberately wrong journals. Each fault test must fail on the one made for it."""

from contextlib import suppress

from tests.journal.simdisk import SimDisk

from voltward.journal.position import Position
from voltward.journal.types import Bytes, ReadOnlyBytes
from voltward.journal.writer import JournalWriter


class Over:
    """Files over a disk; a subclass spoils one of them."""

    def __init__(self, disk: SimDisk) -> None:
        self.disk = disk

    def __getattr__(self, name: str) -> object:
        return getattr(self.disk, name)


class AnswersAfterWrite(Over):
    """Commits without waiting for the disk."""

    def sync_data(self, handle: int) -> None:
        pass


class ForgetsFolders(Over):
    """Never makes the names of files durable."""

    def sync_folder(self, folder: str) -> None:
        pass


class ForgetsTheFolderAbove(Over):
    """Makes names in the journal durable, but not the journal's own name."""

    def sync_folder(self, folder: str) -> None:
        if folder != "/":
            self.disk.sync_folder(folder)


class ForgetsWholeFileSyncs(Over):
    """Leaves headers, sealed files and recovered tails unsynced."""

    def sync(self, handle: int) -> None:
        pass


class SwallowsSyncErrors(Over):
    """Takes a failed sync for a good one."""

    def sync_data(self, handle: int) -> None:
        with suppress(OSError):
            self.disk.sync_data(handle)


class RetriesSyncs(Over):
    """Asks the same descriptor again after a failed sync; the second answer means nothing."""

    def sync_data(self, handle: int) -> None:
        try:
            self.disk.sync_data(handle)
        except OSError:
            self.disk.sync_data(handle)


class SwallowsWriteErrors(Over):
    """Takes a failed write for a good one."""

    def write_at(self, handle: int, offset: int, data: ReadOnlyBytes) -> None:
        with suppress(OSError):
            self.disk.write_at(handle, offset, data)


class PublishesFirst(JournalWriter):
    """Shows records to followers before they are on disk."""

    def _bring_to_disk(self, batch: Bytes) -> None:
        live = self._open
        if self._word is not None:
            end = Position(self.stream, live.header.segment, live.end + batch.size)
            self._word.write(end.number)
        super()._bring_to_disk(batch)
