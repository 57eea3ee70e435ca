"""What one link has on disk, and the order in which it gets there.

Outcomes first (proof stream), then due files lose what has one, then the checkpoint moves. Each
step may be the last before a power cut; the next start finds out from the proof stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltward.base.clock import Clock
from voltward.journal.keys import KeyRing
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter
from voltward.uplink import checkpoint as checkpoints
from voltward.uplink.checkpoint import Checkpoint, Logins
from voltward.uplink.due import DueFiles, MinuteFiles, Rows, names_of, no_rows
from voltward.uplink.held import Holds
from voltward.uplink.incoming import reissued
from voltward.uplink.items import ITEM, Source, entries_of, items_of, with_outcome
from voltward.uplink.live import LiveReader
from voltward.uplink.outcomes import ProofStream, done_since
from voltward.uplink.proof import OUTCOMES

Opened = Callable[[], JournalWriter]


@dataclass(frozen=True, slots=True)
class Place:
    """``folder``: of this link alone, DATA/uplink/<link>; ``requests``: the office's, of expired frames."""

    journal: Path
    folder: Path
    link: str
    vehicle_key: bytes = field(repr=False)
    journal_keys: KeyRing = field(default_factory=KeyRing)
    requests: Path | None = None


class Books:
    """One thread works on them.

    Raises (on opening):
        BadInput: the checkpoint is damaged: it is not guessed what was sent.
        JournalError, OSError: not now.
    """

    def __init__(self, place: Place, clock: Clock, opened: Opened | None = None) -> None:
        self.place, self.clock = place, clock
        place.folder.mkdir(parents=True, exist_ok=True)
        self.reader = JournalReader(place.journal, keys=place.journal_keys)
        self.proofs = ProofStream(place.journal, place.link, clock, opened)
        self.logins = Logins(place.folder / "logins.json")
        self.due = DueFiles(place.folder / "due")
        self.holds = Holds(MinuteFiles(place.folder / "held"))
        self.totals: Counter[str] = Counter()
        self._pending: list[Rows] = []  # of ``ITEM``, with their outcome
        self._taken_at: Position | None = None
        self._floor: Position | None = None  # of outcomes that a kill may make us need again
        self.live = LiveReader(self.reader, place.vehicle_key, {}, clock)

    @property
    def path(self) -> Path:
        return self.place.folder / checkpoints.CHECKPOINT_FILE

    @property
    def unsettled(self) -> int:
        """Frames with an outcome that is not on disk yet."""
        return sum(len(rows) for rows in self._pending)

    def pending(self) -> Rows:
        """Those frames, rows of ``ITEM``."""
        return np.concatenate([np.zeros(0, ITEM), *self._pending])

    def begin(self, retry_s: float) -> None:
        """Take up where the last run ended, however it ended."""
        found = checkpoints.load(self.path)
        if found is None:
            self.live.begin_at_ends()
            found = Checkpoint(self.live.positions, self.proofs.end())
        done = done_since(self.reader, self.proofs.name, found.proof)
        self.totals.update(found.totals)
        self._tidy(found.sending, done)
        now_s, now = self.clock.monotonic_s(), self.clock.now_ns() / 1e9
        held = self.holds.load(
            now_s, now, retry_s, lambda minute: np.concatenate([self._due_names(minute), done])
        )
        self.live.positions = dict(found.positions)
        self.live.skipped = np.concatenate([done, held])
        self.due.add(reissued(found.open[~np.isin(names_of(found.open), self.live.skipped)]))
        self._floor = found.proof
        self.checkpoint(no_rows())

    def pend(self, rows: Rows) -> None:
        """Outcomes that ``settle`` makes durable; ``rows`` of ``ITEM``, in their order."""
        if len(rows):
            self._pending.append(rows)

    def settle(self) -> None:
        """
        Raises:
            JournalError, OSError: all of it is tried again.
        """
        if not self.unsettled:
            return
        rows = self.pending()
        self.proofs.write(entries_of(rows))
        for outcome, count in zip(*np.unique(rows["outcome"], return_counts=True), strict=True):
            self.totals[OUTCOMES[int(outcome)]] += int(count)
        self._pending = []
        self._forget(rows)

    def take_minute(self) -> bool:
        """Begin the next one; first what is new to it, and what comes back to it, is there.

        True: there is one, and a checkpoint must name it before anything of it is sent.
        """
        self._let_come_back()
        self.due.flush()
        self._taken_at = self.proofs.end()
        return self.due.take() is not None

    def moved(self, places: NDArray[Any]) -> None:
        """Rows of the minute that lie elsewhere durably."""
        if self.due.sending is not None:
            self.due.sending.settle(places)
            self._finish_minute()

    def checkpoint(self, unsent: Rows) -> None:
        """``unsent``: live frames that are queued or in flight. Settle first.

        Raises:
            JournalError, OSError: the last one stands.
        """
        self.due.flush()
        sending = self.due.sending
        # frames that a kill makes us read again are known by what stands behind the old place
        proof = self._floor if len(self.live.skipped) else None
        proof = proof or (self._taken_at if sending is not None else None) or self.proofs.end()
        checkpoints.save(
            self.path,
            Checkpoint(
                dict(self.live.positions),
                proof,
                unsent,
                -1 if sending is None else sending.minute,
                dict(self.totals),
            ),
        )

    def expire_held(self, before_s: float, outcome: int) -> None:
        """Held frames that came too late for any platform get their outcome, a minute at a time."""
        rows = self.holds.expired(before_s)
        if len(rows):
            self.settle()
            self.pend(with_outcome(items_of(rows, Source.HELD), outcome))
            self.settle()

    def close(self) -> None:
        """What is not on disk by now is found out again at the next start."""
        self.proofs.close()
        self.reader.close()

    def _forget(self, rows: Rows) -> None:
        held = rows[rows["source"] == Source.HELD]
        if len(held):
            self.holds.remove(held)
        if self.due.sending is not None:
            self.due.sending.settle(rows["place"][rows["source"] == Source.DUE])
            self._finish_minute()

    def _finish_minute(self) -> None:
        if self.due.sending is not None and not self.due.sending.left:
            self.due.finish()

    def _let_come_back(self) -> None:
        if self.holds.returning:
            self.settle()  # the frame that was accepted is not one of them any more
            self.holds.come_back(self._put_back)

    def _put_back(self, rows: Rows) -> None:
        self.due.add(rows)
        self.due.flush()

    def _tidy(self, minute: int, done: NDArray[Any]) -> None:
        """Take from a minute's file what has its outcome."""
        rows = self.due.files.read(minute) if minute in self.due.files.counts else no_rows()
        left = rows[~np.isin(names_of(rows), done)]
        if len(left) != len(rows):
            self.due.files.replace(minute, left)

    def _due_names(self, minute: int) -> NDArray[Any]:
        return names_of(self.due.files.read(minute))
