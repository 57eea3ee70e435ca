"""A real ``voltward processor`` to be killed: ``python processor_process.py BUILD``.

``honest``: the processor as it is, but that its engine saves its memory twice a second (else every
ten seconds), so that kills meet that moment too. ``checkpoint-first``: a broken build, which makes
durable that it has judged rows before it makes durable what it found in them.
"""

from __future__ import annotations

import sys

from voltward.entry.cli.main import main
from voltward.entry.processes import processor
from voltward.findings import follower
from voltward.findings.follower import FindingsFollower


class CheckpointFirst(FindingsFollower):
    """Saves its memory while findings wait; the stream has them a step later."""

    _saved_before = False

    def _write(self) -> int:
        if self._saved_before:
            self._saved_before = False
            return super()._write()
        waiting, self._waiting = self._waiting, []
        self._save()
        self._waiting, self._saved_before = waiting, True
        return 0


if __name__ == "__main__":
    follower.CHECKPOINT_EVERY_S = 0.5  # type: ignore[misc]
    if sys.argv.pop() == "checkpoint-first":
        processor.FindingsFollower = CheckpointFirst  # type: ignore[misc]
    sys.argv[1:] = ["processor"]
    main()
