"""What the sessions of one batch want done: records to write now, the rest after the commit."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from voltward.gateway.reasons import RecordKind, Refusal

_NOISE_BYTES = 1 << 20  # of one record
SECURITY_EVENTS = frozenset({"possible_clone", "activation", "key_exchange", "replayed_login"})
SECURITY_REASONS = frozenset(
    one.word
    for one in (
        Refusal.UNKNOWN_VIN,
        Refusal.WRONG_VIN,
        Refusal.BAD_SECRET,
        Refusal.BAD_SIGNATURE,
        Refusal.UNSIGNED,
        Refusal.DOWNGRADE,
        Refusal.NO_VALID_KEY,
        Refusal.DECRYPTION,
    )
)


class AnswerKind(Enum):
    """How an answer is released."""

    PLAIN = 0  # after the commit
    CLOCK = 1  # after the commit, with the time of that moment; ``data`` is the command
    ALIVE = 2  # heartbeat: it vouches for no data, so it may leave while the disk is full (R5)


class Answer(NamedTuple):
    link: int
    data: bytes
    kind: AnswerKind = AnswerKind.PLAIN


class Record(NamedTuple):
    kind: RecordKind
    link: int
    data: bytes


@dataclass(slots=True)
class Outbox:
    """Filled in the order in which things happened.

    ``replaced``: (older link, link that
    took its VIN or 0 when that one is on another process, VIN) of links that must go.
    ``refusals``: for the counters. ``alerts``: those of the events that are about security, for a
    small stream of their own. ``downlink``: news of commands to vehicles, for another.
    """

    records: list[Record] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    replaced: list[tuple[int, int, bytes]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    alerts: list[bytes] = field(default_factory=list)
    downlink: list[bytes] = field(default_factory=list)

    def frame(self, link: int, data: bytes) -> None:
        self.records.append(Record(RecordKind.FRAME, link, data))

    def sealed(self, link: int, data: bytes) -> None:
        """A frame as it came, before it was decrypted: what its sender signed for with its key."""
        self.records.append(Record(RecordKind.SEALED, link, data))

    def noise(self, link: int, reason: int, data: bytes) -> None:
        for at in range(0, len(data), _NOISE_BYTES):
            piece = bytes((reason,)) + data[at : at + _NOISE_BYTES]
            self.records.append(Record(RecordKind.NOISE, link, piece))

    def refused(self, link: int, reason: Refusal, data: bytes) -> None:
        self.records.append(Record(RecordKind.REFUSED, link, bytes((reason,)) + data))
        self.refusals.append(reason)

    def event(self, link: int, name: str, **facts: object) -> None:
        """A session event; ``facts`` are text, numbers and booleans."""
        entry = {"event": name, "link": link, **facts}
        data = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        self.records.append(Record(RecordKind.EVENT, link, data))
        if name in SECURITY_EVENTS or facts.get("reason") in SECURITY_REASONS:
            self.alerts.append(data)

    def command(self, link: int, data: bytes) -> None:
        """A command to a vehicle: written, and only then sent."""
        self.records.append(Record(RecordKind.COMMAND, link, data))
        self.answers.append(Answer(link, data))

    def tell_downlink(self, name: str, **facts: object) -> None:
        """What became of a command to a vehicle; ``facts`` are text, numbers and booleans."""
        entry = {"event": name, **facts}
        self.downlink.append(json.dumps(entry, separators=(",", ":")).encode())

    def answer(self, link: int, data: bytes, kind: AnswerKind = AnswerKind.PLAIN) -> None:
        self.answers.append(Answer(link, data, kind))
