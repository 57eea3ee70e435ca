"""Keeps the archive up with the journal: each sealed segment goes there once the store has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from voltward.base.clock import Clock, SystemClock
from voltward.journal.expiry import ArchiveProof, read_proof, write_proof
from voltward.journal.files import OsFiles
from voltward.journal.format import sealed_name, segments_in
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.sealed import SealedSegment
from voltward.telemetry.archive.layout import Manifest
from voltward.telemetry.archive.parquet import ArchiveDamaged, file_sha256
from voltward.telemetry.archive.write import ArchiveConfig, archive_segment
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.decoding import Decoder

OWN_STREAMS = "quarantine-"


def archive_sealed(
    config: ArchiveConfig,
    processors: Path | None,
    *,
    clock: Clock | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Manifest]:
    """Archive, verify and prove every sealed segment that is not proved yet.

    ``processors``: the folder of their states; a segment waits until the checkpoint is behind it.
    None: segments do not wait (a journal without a store). ``stop`` is asked between segments.

    Raises:
        ArchiveDamaged, JournalError, OSError: nothing is proved of that segment; call again.
    """
    done = []
    clock = clock or SystemClock()
    reached = checkpoints(processors) if processors is not None else None
    decoder = Decoder(config.vehicle_key)
    with JournalReader(config.journal, keys=config.journal_keys) as reader:
        for stream, segment in _unproved(config, reader):
            if stop():
                break
            if reached is not None and not _stored(reached.get(stream), segment):
                continue
            manifest = archive_segment(config, reader, decoder, stream, segment, clock)
            _prove(config, manifest, clock)
            done.append(manifest)
    return done


def checkpoints(folder: Path) -> dict[str, Position]:
    """How far the store has each stream, as all processors' states together say."""
    found: dict[str, Position] = {}
    for path in sorted(folder.glob("*.state")):
        for stream, position in states.load(path).checkpoint.items():
            found[stream] = max(position, found.get(stream, position))
    return found


def archive_is_whole(archive: Path, proof: ArchiveProof) -> bool:
    """What a proof names is still there, byte for byte; asked again before a segment expires."""
    for path, size, sha256 in proof.files:
        file = archive / path
        if not file.is_file() or file.stat().st_size != size or file_sha256(file) != sha256:
            return False
    return True


def _unproved(config: ArchiveConfig, reader: JournalReader) -> Iterator[tuple[str, int]]:
    files = OsFiles()
    for stream in reader.streams():
        if stream.startswith(OWN_STREAMS):
            continue
        for segment, name in segments_in(files.names(f"{config.journal}/{stream}")).items():
            sealed = name == sealed_name(segment)
            if sealed and read_proof(files, str(config.journal), stream, segment) is None:
                yield stream, segment


def _stored(checkpoint: Position | None, segment: int) -> bool:
    return checkpoint is not None and checkpoint.segment > segment


def _prove(config: ArchiveConfig, manifest: Manifest, clock: Clock) -> None:
    """
    Raises:
        ArchiveDamaged: the segment's own header tells another number of records.
    """
    files = OsFiles()
    path = config.journal / manifest.stream / sealed_name(manifest.segment)
    segment = SealedSegment(files, str(path), config.journal_keys)
    try:
        sealed = segment.sealed
    finally:
        segment.close()
    if sealed is None or sealed.records != manifest.records:
        told = "nothing" if sealed is None else str(sealed.records)
        raise ArchiveDamaged(
            f"{manifest.name}: {manifest.records} records archived, its header tells {told}"
        )
    kept = tuple(
        (file.path, file.bytes, file.sha256) for file in (*manifest.raw, *manifest.decoded)
    )
    proof = ArchiveProof(
        manifest.stream, manifest.segment, sealed.end, sealed.records, clock.now_ns(), kept
    )
    write_proof(files, str(config.journal), proof)
