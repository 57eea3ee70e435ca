"""What a platform feeds back of its own judging (GB/T 45688 table B.7): on disk, then answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voltward.base.clock import Clock
from voltward.frames.header import HEADER
from voltward.journal.writer import JournalWriter, State
from voltward.telemetry.ingest.quarantine import write_records
from voltward.uplink.messages import ERROR, SUCCESS
from voltward.uplink.reports import FEEDBACK_BYTES, FEEDBACK_PREFIX, KIND_FEEDBACK, answer_of


class FeedbackStream:
    """Opens its stream when the first feedback comes; most platforms never send one."""

    def __init__(self, journal: Path, link: str, clock: Clock) -> None:
        self.name = f"{FEEDBACK_PREFIX}{link}"
        self._journal, self._clock = journal, clock
        self._writer: JournalWriter | None = None

    def take(self, frames: Sequence[bytes]) -> list[bytes]:
        """Keep whole frames as they came, and give the answers: an error where the body is too short.

        Raises:
            JournalError: nothing is kept, so nothing may be answered; the platform sends it again.
        """
        if self._writer is not None and self._writer.state is not State.SERVING:
            self.close()
        if self._writer is None:
            self._writer = JournalWriter(self._journal, self.name, clock=self._clock)
        now_ns = self._clock.now_ns()
        write_records(self._writer, frames, KIND_FEEDBACK, [now_ns] * len(frames))
        return [answer_of(frame, SUCCESS if _is_whole(frame) else ERROR) for frame in frames]

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _is_whole(frame: bytes) -> bool:
    return len(frame) - HEADER - 1 >= FEEDBACK_BYTES
