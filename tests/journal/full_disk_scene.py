"""A writer on a small disk of its own that fills up and is freed again: R5.

``python full_disk_scene.py FOLDER CYCLES BUILD`` prints what it saw as JSON. The caller has
mounted a small file system on FOLDER.
"""

import json
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.journal.building import read_all
from tests.journal.writer_process import STREAM, append, payload

from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.position import Position
from voltward.journal.stats import disk_stats
from voltward.journal.writer import JournalOptions, JournalWriter

PATIENCE_S = 5.0
BATCH = 100


class RetriesForever(JournalWriter):
    """The broken build: waits for space inside the commit and tells nobody."""

    def commit(self) -> Position:
        while True:
            try:
                return super().commit()
            except (JournalFull, JournalBroken):
                with suppress(JournalFull, JournalBroken):
                    self.recover()


def commit_in_time(writer: JournalWriter) -> str:
    """``ok``, ``full`` or ``broken``; ``silent`` when no answer comes within ``PATIENCE_S``."""
    outcome: list[str] = []

    def attempt() -> None:
        try:
            writer.commit()
            outcome.append("ok")
        except (JournalFull, JournalBroken):
            outcome.append(writer.state.value)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return outcome[0] if outcome else "silent"


@dataclass
class Scene:
    """What happened. ``outcomes``: of the commit that met the full disk, and of one more try."""

    outcomes: list[str] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    reserves: list[float] = field(default_factory=list)
    resumed_s: list[float] = field(default_factory=list)
    answered: int = 0
    stored_is_answered: bool = False

    def fill(self, writer: JournalWriter, folder: Path) -> int:
        """Commit until the disk is full; how many records were sent in all."""
        free, total = disk_stats(folder).free_bytes, disk_stats(folder).total_bytes
        (folder / "ballast").write_bytes(bytes(max(0, free - total // 4)))
        sent, outcome = self.answered, "ok"
        while outcome == "ok":
            self.answered = sent
            append(writer, 0, sent, BATCH)
            sent += BATCH
            outcome = commit_in_time(writer)
        self.outcomes.append(outcome)
        return sent

    def free(self, writer: JournalWriter, folder: Path, sent: int) -> None:
        """Try once more in vain; then give the space back and go on."""
        disk = disk_stats(folder)
        self.levels.append(disk.level)
        self.reserves.append(disk.free_bytes / disk.total_bytes)
        with suppress(JournalFull, JournalBroken):
            writer.recover()
        self.outcomes.append(writer.state.value)
        (folder / "ballast").unlink()
        began_s = time.monotonic()
        writer.recover()
        writer.commit()
        self.resumed_s.append(time.monotonic() - began_s)
        self.answered = sent
        for path in sorted((folder / STREAM).glob("*.log"))[:-2]:
            path.unlink()  # what a real journal expires, so that the next cycle has room


def main() -> None:
    folder, cycles, build = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    kind = RetriesForever if build == "forever" else JournalWriter
    # Three quarters of the disk go to the ballast, a tenth stays free for everybody else.
    writer = kind(folder, STREAM, JournalOptions(segment_bytes=200_000, reserve_share=0.1))
    scene = Scene()
    for _ in range(cycles):
        sent = scene.fill(writer, folder)
        if scene.outcomes[-1] == "silent":
            break
        scene.free(writer, folder, sent)
    else:
        stored = list(read_all(folder).values())
        first = scene.answered - len(stored)
        kept = [payload(0, number) for number in range(first, scene.answered)]
        scene.stored_is_answered = stored == kept and len(stored) > 0
    sys.stdout.write(json.dumps(asdict(scene)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
