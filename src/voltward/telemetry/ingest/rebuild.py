"""The store made anew from the archive and the journal: it is their projection, nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from voltward.journal.format import segments_in
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.telemetry.archive.layout import Manifest, manifests
from voltward.telemetry.archive.read import archived_records
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.batch import Part, batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import DECODE
from voltward.telemetry.ingest.durable import replace_durably, sync_folder
from voltward.telemetry.ingest.plan import Plan, Range
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.processor import Processor
from voltward.telemetry.ingest.sink import StoreSink

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``totals``: what became of the records of the journal and of the archived segments."""

    generation: int
    archived_segments: int
    totals: dict[str, int]


def rebuild(
    config: ProcessorConfig,
    sink: StoreSink,
    archive: Path,
    *,
    progress: Progress | None = None,
    decoder: str = DECODE,
) -> Rebuilt:
    """Empty the store's tables and fill them again; processors must not run.

    ``progress(done, about)`` counts records. Killed in between, the next call goes on; until then
    processors refuse to start. All streams of the journal are followed, whatever the processors'
    shares are; their checkpoints are moved along.

    Raises:
        ProcessorRuns: a processor works with this folder.
        StoreUnwell: the store went away; call again.
        ArchiveDamaged, JournalError: content cannot be read.
    """
    everything = replace(config, streams=("*",))
    with ExitStack() as stack:
        others = _other_processors(config)
        for name in others:
            stack.enter_context(states.only_one(replace(config, name=name).lock_file))
        generation, done = _begun(config, sink)
        processor = stack.enter_context(opened(everything, sink, decoder=decoder, rebuilding=True))
        if processor.state.generation != generation:
            processor.restart(generation)
        left = _only_archived(config, archive)
        about = sum(manifest.records for manifest in left) + processor.lag()[0]
        counted = _Counted(progress, about)
        for manifest in left:
            if manifest.name not in done:
                _insert_segment(processor, manifest, archive, config.journal_keys, generation)
                done.add(manifest.name)
                _remember(config, generation, done)
            counted.more(manifest.records)
        while frames := processor.step(Event()):
            counted.more(frames)
        processor.settle()
        _share_out(config, processor.state, others)
        totals = dict(processor.state.totals)
        config.rebuild_file.unlink()
        sync_folder(config.folder)
    return Rebuilt(generation, len(left), totals)


@dataclass
class _Counted:
    progress: Progress | None
    about: int
    done: int = 0

    def more(self, records: int) -> None:
        self.done += records
        if self.progress is not None:
            self.progress(self.done, max(self.about, self.done))


def _begun(config: ProcessorConfig, sink: StoreSink) -> tuple[int, set[str]]:
    """Generation and segments done of the rebuild under way; begins one if there is none."""
    path = config.rebuild_file
    if path.exists():
        found = json.loads(path.read_bytes())
        generation, done = int(found["generation"]), found["done"]
    else:
        generation, done = 1 + _last_generation(config), None
        _remember(config, generation, done)  # from here on no processor may start
    if done is None:
        sink.empty()
        _remember(config, generation, set())
    return generation, set(done or ())


def _last_generation(config: ProcessorConfig) -> int:
    files = config.folder.glob("*.state")
    return max((states.load(file).generation for file in files), default=0)


def _remember(config: ProcessorConfig, generation: int, done: set[str] | None) -> None:
    """``done``: archived segments that are in; None while the tables may not be empty yet."""
    config.folder.mkdir(parents=True, exist_ok=True)
    body = {"generation": generation, "done": None if done is None else sorted(done)}
    replace_durably(config.rebuild_file, json.dumps(body).encode())


def _only_archived(config: ProcessorConfig, archive: Path) -> Sequence[Manifest]:
    """Archived segments that the journal no longer holds."""
    found = []
    for manifest in manifests(archive):
        folder = config.journal / manifest.stream
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        if manifest.segment not in segments_in(names):
            found.append(manifest)
    return found


def _insert_segment(
    processor: Processor, manifest: Manifest, archive: Path, keys: KeyRing, generation: int
) -> None:
    for records in archived_records(archive, manifest, keys):
        if len(records):
            part = Part(_range(manifest.stream, records), records)
            processor.insert_apart(batch_of([part]), Plan(generation, (part.range,)))


def _range(stream: str, records: Records) -> Range:
    return Range(stream, Position.of_number(stream, int(records.positions[0])), records.next)


def _other_processors(config: ProcessorConfig) -> list[str]:
    names = {path.stem for path in config.folder.glob("*.state")}
    return sorted(names - {config.name})


def _share_out(config: ProcessorConfig, state: states.State, others: Sequence[str]) -> None:
    """Processors of single streams go on where the rebuild ended."""
    for name in others:
        path = replace(config, name=name).state_file
        kept = states.load(path)
        at = {stream: state.checkpoint.get(stream, old) for stream, old in kept.checkpoint.items()}
        states.save(path, replace(kept, generation=state.generation, checkpoint=at, plan=None))
