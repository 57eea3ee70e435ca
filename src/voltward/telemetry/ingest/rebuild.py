"""The store made anew from the archive and the journal: it is their projection, nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from voltward.base.durable import replace_durably, sync_folder
from voltward.base.errors import Refused
from voltward.journal.position import Position
from voltward.journal.reader import Records
from voltward.telemetry.archive.layout import Manifest
from voltward.telemetry.archive.read import archived_records
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.batch import Part, batch_of
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.decoding import DECODE
from voltward.telemetry.ingest.expired import SegmentsRead, only_archived
from voltward.telemetry.ingest.plan import Plan, Range
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.processor import Processor
from voltward.telemetry.ingest.sink import StoreSink

Progress = Callable[[int, int], None]


class RebuildStandsStill(Refused):
    """Records wait in the journal and yet none comes out of it."""

    code = "rebuild_stands_still"


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
    shares are; their checkpoints are moved along. What the gateways write meanwhile is left to
    the processors.

    Raises:
        ProcessorRuns: a processor works with this folder; nothing was touched.
        StoreUnwell: the store went away; call again.
        ArchiveDamaged, JournalError, LookupError, OSError: content cannot be read; call again.
        RebuildStandsStill: the journal gives no more before its end.
    """
    everything = replace(config, streams=("*",))
    with ExitStack() as stack:
        for name in _processors(config):  # before anything is emptied
            stack.enter_context(states.only_one(replace(config, name=name).lock_file))
        generation, done = _begun(config, sink)
        processor = stack.enter_context(opened(everything, sink, decoder=decoder, rebuilding=True))
        if processor.state.generation != generation:
            processor.restart(generation)
        filling = _Filling(config, archive, processor, generation, done, progress)
        filling.from_archive()
        filling.from_journal()
        filling.from_archive()  # what expired while the journal was read
        processor.settle()
        _share_out(config, processor.state)
        totals = dict(processor.state.totals)
        config.rebuild_file.unlink()
        sync_folder(config.folder)
    return Rebuilt(generation, len(filling.done), totals)


class _Filling:
    """The rows of archive and journal on their way into the empty store."""

    def __init__(
        self,
        config: ProcessorConfig,
        archive: Path,
        processor: Processor,
        generation: int,
        done: set[str],
        progress: Progress | None,
    ) -> None:
        self.done = done  # archived segments that are in
        self._config = config
        self._archive = archive
        self._processor = processor
        self._generation = generation
        self._read = SegmentsRead()
        self._note_read()
        self._progress = progress
        self._counted = 0
        self._about = sum(one.records for one in self._left()) + processor.lag()[0]

    def from_archive(self) -> None:
        """Segments that have expired from the journal, until no further one has meanwhile."""
        while left := self._left():
            for manifest in left:
                self._insert(manifest)
                self.done.add(manifest.name)
                _remember(self._config, self._generation, self.done)
                self._more(manifest.records)

    def from_journal(self) -> None:
        """All that the journal holds now, behind the checkpoint."""
        ends = self._processor.ends()
        while not self._processor.has_reached(ends):
            before = self._processor.state.checkpoint
            self._more(self._processor.forward(Event()))
            self._note_read()
            if self._processor.state.checkpoint == before:
                places = ", ".join(f"{at}" for at in before.values()) or "the beginning"
                raise RebuildStandsStill(f"{self._config.journal}: nothing comes after {places}")

    def _left(self) -> list[Manifest]:
        expired = only_archived(self._config.journal, self._archive)
        return [manifest for manifest in expired if manifest.name not in self.done]

    def _insert(self, manifest: Manifest) -> None:
        for records in archived_records(self._archive, manifest, self._config.journal_keys):
            rest = self._read.rest(manifest.stream, manifest.segment, records)
            if len(rest):
                _insert_records(self._processor, manifest.stream, rest, self._generation)

    def _note_read(self) -> None:
        for reached in self._processor.state.checkpoint.values():
            self._read.note(reached)

    def _more(self, records: int) -> None:
        self._counted += records
        if self._progress is not None:
            self._progress(self._counted, max(self._about, self._counted))


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


def _insert_records(processor: Processor, stream: str, records: Records, generation: int) -> None:
    part = Part(Range(stream, _first(stream, records), records.next), records)
    processor.insert_apart(batch_of([part]), Plan(generation, (part.range,)))


def _first(stream: str, records: Records) -> Position:
    return Position.of_number(stream, int(records.positions[0]))


def _processors(config: ProcessorConfig) -> list[str]:
    """Names of all processors of the folder; one that has stored nothing yet has only its lock."""
    found = {path.stem for kind in ("state", "lock") for path in config.folder.glob(f"*.{kind}")}
    return sorted({config.name, *found})


def _share_out(config: ProcessorConfig, state: states.State) -> None:
    """Processors of single streams go on where the rebuild ended."""
    for path in config.folder.glob("*.state"):
        if path == config.state_file:
            continue
        kept = states.load(path)
        at = {stream: state.checkpoint.get(stream, old) for stream, old in kept.checkpoint.items()}
        states.save(path, replace(kept, generation=state.generation, checkpoint=at, plan=None))
