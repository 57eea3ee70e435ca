"""A frame on its way to a platform, and the forms that it can take there."""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from voltward.base.errors import BadInput
from voltward.frames.editions import EDITION_OF, PLAIN
from voltward.frames.grammar import Edition
from voltward.frames.header import HEADER
from voltward.frames.moments import MOMENT
from voltward.uplink.links import Link
from voltward.uplink.proof import LEFT_OUT, NOT_EXPRESSIBLE, UNREADABLE

COMMAND_AT, ENCRYPTION_AT = 2, 21  # offsets in the head, GB/T 32960.3 table 2
_ID_STOP: Final = 21
_EDITIONS = {2016: Edition.Y2016, 2025: Edition.Y2025}


class Source(IntEnum):
    """Where a frame came from, which says where it goes when it cannot be sent."""

    LIVE = 0
    DUE = 1
    HELD = 2
    REPORT = 3  # of GB/T 45688: ``report_desk``
    ASKED = 4


@dataclass(slots=True, eq=False)
class Item:
    """``data``: as it is sent. ``name``: command and unique id, ``time``: six bytes; answers repeat
    them. ``moment_s``: see ``due.DUE``; ``place``: its row in the minute that is being sent.
    ``refused``: error answers so far; ``tries``: times sent; ``now_tries``: on this connection;
    ``sent_s``: monotonic."""

    data: bytes
    name: bytes
    time: bytes
    stream: int
    position: int
    vehicle: int
    moment_s: int
    received_s: int
    collected_s: int
    command: int
    source: Source
    lost: int = 0
    place: int = -1
    refused: int = 0
    tries: int = 0
    now_tries: int = 0
    sent_s: float = 0.0
    sent_ms: int = 0

    @property
    def row(self) -> tuple[int, int, int, int, int, int]:
        """As an entry of ``due.DUE``."""
        return (
            self.position,
            self.vehicle,
            self.moment_s,
            self.stream,
            self.command,
            min(self.refused, 255),
        )


class Reencoded(Protocol):
    """``frame`` None: nothing of it can be said. ``lost``: what could not be said of the rest."""

    @property
    def frame(self) -> bytes | None: ...

    @property
    def lost(self) -> Sized: ...


class Reencode(Protocol):
    """Makes a frame anew for another edition, or without some information types.

    Raises:
        BadInput: its units are broken.
    """

    def __call__(
        self, frame: bytes, *, edition: int, left_out: Collection[int], command: int
    ) -> Reencoded: ...


@dataclass(frozen=True, slots=True)
class Form:
    """``data`` None: not sent, ``outcome`` says why. ``lost``: items that were left out of it."""

    data: bytes | None
    lost: int = 0
    outcome: int = 0


def left_out(link: Link, usage: str) -> frozenset[int]:
    """Information types that the link does not send of vehicles of a usage class."""
    return frozenset((*link.left_out.get("", ()), *link.left_out.get(usage, ())))


def form_of(
    frame: bytes, link: Link, command: int, without: Collection[int], reencode: Reencode | None
) -> Form:
    """The frame as the link's platform takes it, under ``command``.

    Without ``reencode`` only what needs no other form can be said.
    """
    if frame[ENCRYPTION_AT] != PLAIN:
        return Form(None, outcome=UNREADABLE)
    same = EDITION_OF.get(frame[:2]) is _EDITIONS[link.edition]
    if same and not without:
        return Form(with_command(frame, command))
    if reencode is None:
        return Form(None, outcome=LEFT_OUT if same else NOT_EXPRESSIBLE)
    try:
        made = reencode(frame, edition=link.edition, left_out=without, command=command)
    except BadInput:
        return Form(None, outcome=UNREADABLE)
    if made.frame is None:
        return Form(None, len(made.lost), NOT_EXPRESSIBLE if made.lost else LEFT_OUT)
    return Form(made.frame, len(made.lost))


def with_command(frame: bytes, command: int) -> bytes:
    """The same frame under another command; its check byte follows."""
    before = frame[COMMAND_AT]
    if before == command:
        return frame
    check = frame[-1] ^ before ^ command
    return b"%b%c%b%c" % (frame[:COMMAND_AT], command, frame[COMMAND_AT + 1 : -1], check)


def item_of(
    data: bytes, row: tuple[int, ...], times: tuple[int, int], source: Source, lost: int
) -> Item:
    """``row``: of ``due.DUE``, its command as ``data`` has it; ``times``: of receipt and collection."""
    position, vehicle, moment_s, stream, command, refused = row
    received_s, collected_s = times
    return Item(
        data,
        name_of(data),
        time_of(data),
        stream,
        position,
        vehicle,
        moment_s,
        received_s,
        collected_s,
        command,
        source,
        lost,
        refused=refused,
        tries=refused,
    )


def name_of(frame: bytes) -> bytes:
    """Command and unique id: what every answer repeats."""
    return frame[COMMAND_AT : COMMAND_AT + 1] + frame[COMMAND_AT + 2 : _ID_STOP]


def time_of(frame: bytes) -> bytes:
    """The time of a data unit; empty in answers without one."""
    return frame[HEADER : HEADER + MOMENT] if len(frame) > HEADER + MOMENT else b""
