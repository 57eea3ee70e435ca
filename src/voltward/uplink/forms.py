"""The forms that a frame can take on its way to a platform: as it came, or made anew."""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from voltward.base.errors import BadInput
from voltward.columns.batch import Bytes, FrameBatch, Indices
from voltward.frames.editions import EDITION_OF, PLAIN, START
from voltward.frames.grammar import Edition
from voltward.uplink.links import Link
from voltward.uplink.proof import LEFT_OUT, NOT_EXPRESSIBLE, UNREADABLE

COMMAND_AT, ENCRYPTION_AT = 2, 21  # offsets in the head, GB/T 32960.3 table 2
_EDITIONS: Final = {2016: Edition.Y2016, 2025: Edition.Y2025}


class Reencoded(Protocol):
    """``frame`` None: nothing of it can be said. ``lost``: what could not be said of the rest.
    ``thermal_as_3``: a thermal event is said as level 3."""

    @property
    def frame(self) -> bytes | None: ...

    @property
    def lost(self) -> Sized: ...

    @property
    def thermal_as_3(self) -> bool: ...


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
    """``data`` None: not sent, ``outcome`` says why. ``lost``: items that were left out of it.
    ``lowered``: it tells of a thermal event as level 3."""

    data: bytes | None
    lost: int = 0
    outcome: int = 0
    lowered: bool = False


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
    return Form(made.frame, len(made.lost), lowered=made.thermal_as_3)


def with_command(frame: bytes, command: int) -> bytes:
    """The same frame under another command; its check byte follows."""
    before = frame[COMMAND_AT]
    if before == command:
        return frame
    check = frame[-1] ^ before ^ command
    return b"%b%c%b%c" % (frame[:COMMAND_AT], command, frame[COMMAND_AT + 1 : -1], check)


def set_commands(frames: FrameBatch, places: Indices, commands: NDArray[Any]) -> None:
    """As ``with_command``, in place, for the frames ``places`` ``(m,)`` of a batch."""
    starts, checks = frames.offsets[:-1][places] + COMMAND_AT, frames.offsets[1:][places] - 1
    frames.buffer[checks] ^= frames.buffer[starts] ^ commands
    frames.buffer[starts] = commands


def goes_as_it_is(link: Link, buffer: Bytes, starts: Indices) -> NDArray[np.bool_]:
    """Plain frames of the platform's own edition ``(n,)``: all of them need no other form."""
    start = START[_EDITIONS[link.edition]]
    as_it_is: NDArray[np.bool_] = buffer[starts + ENCRYPTION_AT] == PLAIN
    as_it_is &= (buffer[starts] == start[0]) & (buffer[starts + 1] == start[1])
    return as_it_is
