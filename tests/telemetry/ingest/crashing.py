"""A processor process that kills itself at a given point, and builds that are broken on purpose.

Run as a module: ``python -m tests.telemetry.ingest.crashing FOLDER DATABASE URL BUILD POINT``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from tests.telemetry.ingest.scene import TOKEN, Patience, config_in

from voltward.telemetry.client import connect
from voltward.telemetry.ingest import state as states
from voltward.telemetry.ingest.batch import Batch
from voltward.telemetry.ingest.placing import Placed
from voltward.telemetry.ingest.process import opened
from voltward.telemetry.ingest.processor import Processor
from voltward.telemetry.ingest.sink import StoreSink

ROWS = 40  # frames in a plan
BUILDS = ("whole", "checkpoint-first", "no-token")


@dataclass
class Fuse:
    """Ends the world at the ``last``-th of the points where a kill could matter."""

    last: int
    end: Callable[[], None]
    passed: int = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            self.end()


class FusedSink(StoreSink):
    """A point before and after every insert."""

    fuse: Fuse
    with_tokens = True

    def insert_rows(self, rows: pa.Table, token: str) -> None:
        self.fuse.point()
        super().insert_rows(rows, token if self.with_tokens else uuid4().hex)
        self.fuse.point()


class FusedProcessor(Processor):
    """A point before and after everything that is written down."""

    fuse: Fuse

    def _save(self, state: states.State) -> None:
        self.fuse.point()
        super()._save(state)
        self.fuse.point()


class CheckpointFirst(FusedProcessor):
    """Broken: believes in an insert that has not been made yet."""

    def _into_store(self, batch: Batch, stopping: Patience) -> Placed:  # type: ignore[override]
        states.save(self.config.state_file, self.state.finished({}))
        return super()._into_store(batch, stopping)


def work(folder: Path, sink: FusedSink, build: str, fuse: Fuse) -> None:
    """Bring everything in the journal into the store, unless the fuse blows."""
    sink.fuse = fuse
    sink.with_tokens = build != "no-token"
    with opened(config_in(folder, rows=ROWS), sink) as processor:
        processor.__class__ = CheckpointFirst if build == "checkpoint-first" else FusedProcessor
        processor.fuse = fuse  # type: ignore[attr-defined]
        processor.drain(Patience(100))


def process(folder: Path, database: str, url: str, build: str, point: int) -> int:
    """Run ``work`` in a process of its own; its exit status."""
    arguments = [str(folder), database, url, build, str(point)]
    command = [sys.executable, "-m", "tests.telemetry.ingest.crashing", *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": "src"}, check=False).returncode


def main() -> None:
    folder, database, url, build, point = sys.argv[1:]
    sink = FusedSink(lambda: connect(url, TOKEN, database=database))
    fuse = Fuse(int(point), lambda: os.kill(os.getpid(), signal.SIGKILL))
    work(Path(folder), sink, build, fuse)


if __name__ == "__main__":
    main()
