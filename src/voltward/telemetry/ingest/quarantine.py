"""Frames that the decoder or the store cannot take: kept in a journal stream of their own.

A record of kind 5 is one line of JSON (where the frame lies, which step failed, why, after how
many tries) and the frame. Session events that the store refuses are kept likewise. A record of
kind 6, in a stream that only the replay writes, says that a frame has been replayed. A frame may
be written twice when a process dies in between; readers take the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from voltward.columns.batch import FrameBatch
from voltward.journal.options import State
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader
from voltward.journal.writer import JournalWriter

SET_ASIDE, REPLAYED = 5, 6  # record kinds
DECODE, INSERT, INSERT_EVENT = "decode", "insert", "insert event"  # steps that fail
REPLAYED_STREAM = "quarantine-replayed"
PREFIX = "quarantine-"
_READ_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Poison:
    """A frame, or an event, that failed in ``step``; ``received_ns``: when it came in.

    ``link``: of an event, which does not tell it itself.
    """

    position: Position
    received_ns: int
    step: str
    reason: str
    tries: int
    frame: bytes
    link: int = 0

    def record(self) -> bytes:
        head = {
            "position": str(self.position),
            "step": self.step,
            "reason": self.reason,
            "tries": self.tries,
            "link": self.link,
        }
        return json.dumps(head, ensure_ascii=False).encode() + b"\n" + self.frame

    @staticmethod
    def of(record: bytes, received_ns: int) -> Poison:
        line, _, frame = record.partition(b"\n")
        head = json.loads(line)
        return Poison(
            Position.parse(head["position"]),
            received_ns,
            head["step"],
            head["reason"],
            head["tries"],
            frame,
            head.get("link", 0),  # not told by earlier releases
        )


class Quarantine:
    """The writing side, owned by one processor; ``opened`` is called for the first frame."""

    def __init__(self, opened: Callable[[], JournalWriter]) -> None:
        self._opened = opened
        self._writer: JournalWriter | None = None

    def set_aside(self, poisons: Sequence[Poison]) -> None:
        """On return the frames and their reasons are on disk.

        Raises:
            JournalError: they are not; the plan must be tried again later.
        """
        if self._writer is None:
            self._writer = self._opened()
        elif self._writer.state is not State.SERVING:
            self._writer.recover()
        write_records(
            self._writer,
            [poison.record() for poison in poisons],
            SET_ASIDE,
            [poison.received_ns for poison in poisons],
        )

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def write_records(
    writer: JournalWriter, payloads: Sequence[bytes], kind: int, received_ns: Sequence[int]
) -> None:
    """Append and commit records of one kind; they come from no link."""
    batch = FrameBatch.of(payloads)
    writer.append_many(
        batch.buffer,
        batch.offsets,
        np.full(len(payloads), kind, np.uint8),
        np.zeros(len(payloads), np.uint32),
        np.asarray(received_ns, np.int64),
    )
    writer.commit()


def set_aside(reader: JournalReader) -> list[Poison]:
    """All frames in quarantine that have not been replayed, each once, oldest first by stream."""
    streams = [stream for stream in reader.streams() if stream.startswith(PREFIX)]
    replayed = {
        str(json.loads(body)["position"])
        for stream in streams
        if stream == REPLAYED_STREAM
        for kind, body, _ in _records(reader, stream)
        if kind == REPLAYED
    }
    found: dict[str, Poison] = {}
    for stream in streams:
        for kind, body, received_ns in _records(reader, stream):
            if kind == SET_ASIDE:
                poison = Poison.of(body, received_ns)
                found.setdefault(str(poison.position), poison)
    return [poison for position, poison in found.items() if position not in replayed]


def _records(reader: JournalReader, stream: str) -> Iterator[tuple[int, bytes, int]]:
    at: Position | None = None
    while True:
        records = reader.read(at, stream, _READ_BYTES)
        for i in range(len(records)):
            yield int(records.kinds[i]), records.payload(i), int(records.received_ns[i])
        if records.next == at or not len(records):
            return
        at = records.next
