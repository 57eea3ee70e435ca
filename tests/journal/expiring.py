"""What the tests of expiry play with: a stream that is old, one segment of which may go."""

import errno
from pathlib import Path

import pytest
from tests.journal.building import NO_RESERVE, STREAM, append, frames, written_kinds

from voltward.base.clock import Clock, ManualClock
from voltward.journal.errors import JournalBroken
from voltward.journal.expiry import ArchiveProof, ExpiryPolicy, write_proof
from voltward.journal.files import OsFiles
from voltward.journal.keeper import Asked, Keeper, Kept
from voltward.journal.keys import KeyRing
from voltward.journal.sealed import SealedSegment
from voltward.journal.writer import JournalWriter

DAY_NS = 86_400_000_000_000
POLICY = ExpiryPolicy(keep_ns=DAY_NS)
FILES = OsFiles()


class Place:
    """A sealed stream whose segments are all old; segment 1 is proven to be archived."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        written_kinds(folder)
        self.clock.advance(1e9)
        self.keep(None)
        self.proof = self.proof_of(1)
        write_proof(FILES, str(folder), self.proof)

    def keep(self, policy: ExpiryPolicy | Asked | None) -> Kept:
        kept = Keeper(self.folder, STREAM, KeyRing(), FILES, self.clock).keep(policy)
        assert kept.faults == []
        return kept

    def proof_of(self, number: int) -> ArchiveProof:
        path = self.folder / STREAM / f"{number:012d}.sealed"
        segment = SealedSegment(FILES, str(path), KeyRing())
        segment.close()
        assert segment.sealed is not None
        kept = (("archive/rows.parquet", 10, "00" * 32),)
        return ArchiveProof(STREAM, number, segment.sealed.end, segment.sealed.records, 5, kept)

    def reason(self, policy: ExpiryPolicy | Asked = POLICY) -> str:
        """Why segment 1 stays; empty: it has gone."""
        kept = self.keep(policy)
        assert kept.expired == ([] if 1 in kept.stays else [1])
        return kept.stays.get(1, "")


class FailsFirstSync(OsFiles):
    """A disk that refuses the first batch."""

    has_failed = False

    def sync_data(self, handle: int) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise OSError(errno.EIO, "no")
        super().sync_data(handle)


def empty_segment_sealed(folder: Path, clock: Clock | None = None) -> None:
    """A stream whose segment 0 holds no record: what a failed sync leaves behind is not trusted."""
    with JournalWriter(folder, STREAM, NO_RESERVE, FailsFirstSync(), clock) as writer:
        append(writer, frames(3))
        with pytest.raises(JournalBroken):
            writer.commit()
        writer.recover()
        writer.commit()
    kept = Keeper(folder, STREAM, KeyRing(), FILES, clock).keep()
    assert [sealed.records for sealed in kept.sealed] == [0]
