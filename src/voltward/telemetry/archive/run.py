"""Keeps the archive up with the journal: each sealed segment goes there once the store has it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from voltward.base.clock import Clock, SystemClock
from voltward.journal.errors import JournalError
from voltward.journal.expiry import ArchiveProof, read_proof, write_proof
from voltward.journal.files import OsFiles
from voltward.journal.format import sealed_name, segments_in
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.sealed import SealedHeader, SealedSegment
from voltward.telemetry.archive.errors import ArchiveDamaged, ManifestDamaged
from voltward.telemetry.archive.layout import Manifest, read_manifest
from voltward.telemetry.archive.parquet import file_sha256
from voltward.telemetry.archive.troubles import Troubles
from voltward.telemetry.archive.write import ArchiveConfig, archive_segment
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.config import holds_frames
from voltward.telemetry.ingest.decoding import Decoder

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})

Error = ArchiveDamaged | JournalError | OSError | states.StateDamaged


@dataclass(frozen=True, slots=True)
class Fault:
    """``name``: the segment, or the processor whose state cannot be read."""

    name: str
    error: Error


@dataclass
class Archived:
    """What one round did, and what it could not do."""

    done: list[Manifest] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Archiver:
    """Archives, verifies and proves every sealed segment that is not proved yet, round by round.

    ``processors``: the folder of their states; a segment waits until the checkpoint is behind it.
    None: segments do not wait (a journal without a store). ``config`` may be replaced between
    rounds, as when a key has been added.
    """

    def __init__(
        self, config: ArchiveConfig, processors: Path | None, clock: Clock | None = None
    ) -> None:
        self.config = config
        self._processors = processors
        self._clock: Clock = clock or SystemClock()
        self._decoder = Decoder(config.vehicle_key)
        self.troubles = Troubles(self._clock)

    def round(self, stop: Callable[[], bool] = lambda: False) -> Archived:
        """One look at every segment. What fails is reported, proved in no way and left alone for a
        while (see ``Troubles``); the others go on. ``stop`` is asked between segments.

        Raises:
            OSError: the journal's folders cannot be listed.
        """
        found = Archived()
        reached = self._reached(found)
        with JournalReader(self.config.journal, keys=self.config.journal_keys) as reader:
            waiting = list(_unproved(self.config, reader))
            self.troubles.only(self._path(*place) for place in waiting)
            for stream, segment in waiting:
                if stop():
                    break
                resting = self.troubles.rests(self._path(stream, segment))
                if resting or (reached is not None and not _stored(reached.get(stream), segment)):
                    continue
                try:
                    found.done.append(self._archive(reader, stream, segment))
                except (ArchiveDamaged, JournalError, OSError) as error:
                    found.faults.append(Fault(f"{stream}/{segment}", error))
                    if isinstance(error, OSError) and error.errno in _NO_SPACE:
                        break  # the others need space too, and none of them is to blame
                    self.troubles.failed(self._path(stream, segment))
        return found

    def _archive(self, reader: JournalReader, stream: str, segment: int) -> Manifest:
        config = self.config
        sealed = _sealed_header(config, self._path(stream, segment))
        told = sealed.records
        manifest = archive_segment(
            config, reader, self._decoder, stream, segment, self._clock, told=told
        )
        if manifest.records != told:
            raise ArchiveDamaged(
                f"{manifest.name}: {manifest.records} records archived, its header tells {told}"
            )
        now_ns = self._clock.now_ns()
        proof = ArchiveProof(stream, segment, sealed.end, told, now_ns, manifest.files)
        write_proof(OsFiles(), str(config.journal), proof)
        return manifest

    def _reached(self, found: Archived) -> dict[str, Position] | None:
        """As ``checkpoints``; a state that cannot be read tells of no stream and is a fault."""
        if self._processors is None:
            return None
        reached: dict[str, Position] = {}
        for path in _state_files(self._processors):
            try:
                _further(reached, path)
            except (states.StateDamaged, OSError) as error:
                found.faults.append(Fault(path.name, error))
        return reached

    def _path(self, stream: str, segment: int) -> Path:
        return self.config.journal / stream / sealed_name(segment)


def archive_sealed(
    config: ArchiveConfig,
    processors: Path | None,
    *,
    clock: Clock | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Manifest]:
    """A single round of an ``Archiver``.

    Raises:
        ArchiveDamaged, JournalError, OSError, StateDamaged: the first fault, after all else that
            could be archived has been; call again.
    """
    found = Archiver(config, processors, clock).round(stop)
    if found.faults:
        raise found.faults[0].error
    return found.done


def checkpoints(folder: Path) -> dict[str, Position]:
    """How far the store has each stream, as all processors' states together say.

    Raises:
        StateDamaged: one of them cannot be read.
    """
    found: dict[str, Position] = {}
    for path in _state_files(folder):
        _further(found, path)
    return found


def followers(folder: Path, stream: str) -> dict[str, Position | None]:
    """By name, how far each processor is that follows the stream: those of ``ExpiryPolicy``.

    None: it has not begun, or its state cannot be read.
    """
    found: dict[str, Position | None] = {}
    for path in _state_files(folder):
        name = f"processor {path.stem}"
        try:
            reached = states.load(path).checkpoint
        except (states.StateDamaged, OSError):
            found[name] = None
            continue
        if stream in reached:
            found[name] = reached[stream]
    return found or {"the processor": None}


def archive_is_whole(archive: Path, proof: ArchiveProof) -> bool:
    """What a proof names is still there, byte for byte, and a manifest leads to it; asked again
    before a segment expires.
    """
    try:
        manifest = read_manifest(archive, proof.stream, proof.segment)
    except ManifestDamaged:
        return False
    if manifest is None or manifest.files != proof.files:
        return False
    for path, size, sha256 in proof.files:
        file = archive / path
        if not file.is_file() or file.stat().st_size != size or file_sha256(file) != sha256:
            return False
    return True


def _state_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.state"))


def _further(reached: dict[str, Position], path: Path) -> None:
    """Take over what one processor's state says, where it is further than the others'."""
    for stream, position in states.load(path).checkpoint.items():
        reached[stream] = max(position, reached.get(stream, position))


def _unproved(config: ArchiveConfig, reader: JournalReader) -> Iterator[tuple[str, int]]:
    files = OsFiles()
    for stream in reader.streams():
        if not holds_frames(stream):
            continue
        for segment, name in segments_in(files.names(f"{config.journal}/{stream}")).items():
            sealed = name == sealed_name(segment)
            if sealed and read_proof(files, str(config.journal), stream, segment) is None:
                yield stream, segment


def _stored(checkpoint: Position | None, segment: int) -> bool:
    return checkpoint is not None and checkpoint.segment > segment


def _sealed_header(config: ArchiveConfig, path: Path) -> SealedHeader:
    """
    Raises:
        ArchiveDamaged: neither of its copies can be read.
    """
    segment = SealedSegment(OsFiles(), str(path), config.journal_keys)
    segment.close()
    if segment.sealed is None:
        raise ArchiveDamaged(f"{path}: its header cannot be read, so nothing can be proved")
    return segment.sealed
