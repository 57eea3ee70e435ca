"""What a processor must not forget: how far it is, and which insert it was about to make.

One file per processor, replaced as a whole, with a checksum. It is written twice per insert at
most: the plan before the insert, the checkpoint after it; when more frames wait already, the
checkpoint and the next plan go in one write.
"""

import fcntl
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from voltward.base.durable import replace_durably
from voltward.base.errors import Refused
from voltward.journal.position import Position
from voltward.telemetry.ingest.plan import Plan, plan_from_json, plan_to_json

VERSION = 1


class StateDamaged(Refused):
    """The state file is not what a processor wrote."""

    code = "state_damaged"


class ProcessorRuns(Refused):
    """Another process works with this processor's state."""

    code = "processor_runs"


class RebuildInterrupted(Refused):
    """A rebuild was begun and not ended; the store lacks rows until it is run again."""

    code = "rebuild_interrupted"


@dataclass(frozen=True, slots=True)
class State:
    """``checkpoint``: per stream the first position whose record is not yet in the store for sure.

    ``totals`` are counted once per record however often the process dies: they move with the
    checkpoint, in the same write.
    """

    generation: int = 1
    checkpoint: Mapping[str, Position] = field(default_factory=dict)
    plan: Plan | None = None
    totals: Mapping[str, int] = field(default_factory=dict)

    def planned(self, plan: Plan) -> "State":
        return replace(self, plan=plan)

    def finished(self, counts: Mapping[str, int]) -> "State":
        """The plan's rows are on the store's disk: move on behind it."""
        assert self.plan is not None
        reached = {part.stream: part.stop for part in self.plan.ranges}
        totals = dict(self.totals)
        for name, count in counts.items():
            totals[name] = totals.get(name, 0) + count
        return replace(self, checkpoint={**self.checkpoint, **reached}, plan=None, totals=totals)


def load(path: Path) -> State:
    """The state last saved, or a first one.

    Raises:
        StateDamaged: the content does not fit its checksum or this version.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return State()
    checksum, _, body = content.partition(b"\n")
    if checksum != b"%08x" % zlib.crc32(body):
        raise StateDamaged(f"{path}: checksum does not fit; restore it or run `voltward rebuild`")
    found = json.loads(body)
    if found["version"] != VERSION:
        raise StateDamaged(f"{path}: version {found['version']}, expected {VERSION}")
    return State(
        found["generation"],
        {stream: Position.parse(text) for stream, text in found["checkpoint"].items()},
        plan_from_json(found["plan"]) if found["plan"] else None,
        found["totals"],
    )


def save(path: Path, state: State) -> None:
    """On return ``state`` is what the next start finds, power cut or not."""
    body = json.dumps(
        {
            "version": VERSION,
            "generation": state.generation,
            "checkpoint": {stream: str(at) for stream, at in state.checkpoint.items()},
            "plan": plan_to_json(state.plan) if state.plan else None,
            "totals": dict(state.totals),
        },
        separators=(",", ":"),
    ).encode()
    replace_durably(path, b"%08x\n" % zlib.crc32(body) + body)


@contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """Keep other processes from working with the same state.

    Raises:
        ProcessorRuns: one does already.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise ProcessorRuns(
                f"{lock_file}: process {owner} runs this processor; stop it first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
