"""A writer on a small disk of its own that fills up and is freed again: R5.

``python full_disk_scene.py FOLDER CYCLES BUILD`` prints what it saw as JSON. The caller has
mounted a small file system on FOLDER.
"""

import json
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from tests.journal.building import read_all
from tests.journal.writer_process import STREAM, append, payload

from voltward.journal.errors import JournalBroken, JournalFull
from voltward.journal.position import Position
from voltward.journal.stats import disk_stats
from voltward.journal.writer import JournalOptions, JournalWriter

PATIENCE_S = 5.0


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


def main() -> None:
    folder, cycles, build = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    kind = RetriesForever if build == "forever" else JournalWriter
    # Half of what the disk holds goes to the ballast, a tenth stays free for everybody else.
    options = JournalOptions(segment_bytes=200_000, reserve_share=0.1)
    writer = kind(folder, STREAM, options)
    ballast = folder / "ballast"
    sent = answered = 0
    outcomes, levels, reserves, resumed_s = [], [], [], []
    for _ in range(cycles):
        free, total = writer._files.space_bytes(str(folder))
        ballast.write_bytes(np.zeros(max(0, free - total // 4), np.uint8).tobytes())
        outcome = "ok"
        while outcome == "ok":
            append(writer, 0, sent, 20)
            sent += 20
            outcome = commit_in_time(writer)
            answered = sent if outcome == "ok" else answered
        outcomes.append(outcome)
        if outcome == "silent":
            break
        levels.append(disk_stats(folder).level)
        reserves.append(disk_stats(folder).free_bytes / disk_stats(folder).total_bytes)
        with suppress(JournalFull, JournalBroken):
            writer.recover()
        outcomes.append(writer.state.value)
        ballast.unlink()
        began_s = time.monotonic()
        writer.recover()
        writer.commit()
        resumed_s.append(time.monotonic() - began_s)
        answered = sent
        for path in sorted((folder / STREAM).glob("*.log"))[:-2]:
            path.unlink()  # what a real journal expires, so that the next cycle has room
    stored = list(read_all(folder).values()) if "silent" not in outcomes else []
    kept = [payload(0, number) for number in range(answered - len(stored), answered)]
    print(  # noqa: T201 - what the caller reads
        json.dumps(
            {
                "outcomes": outcomes,
                "levels": levels,
                "reserves": reserves,
                "resumed_s": resumed_s,
                "answered": answered,
                "stored_is_answered": stored == kept and len(stored) > 0,
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
