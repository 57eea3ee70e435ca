"""What the vehicle side offers the pages; ``entry/`` hands it in at start.

The pages ask through these functions only, so no page opens a journal, a session table or a store
by itself, and every one of them can be away without a page failing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from voltward.base.errors import BadSetting, Refused
from voltward.telemetry.client import Client
from voltward.telemetry.ingest.status import Status
from voltward.telemetry.raw import RawFrame
from voltward.watchdog.availability import Day
from voltward.watchdog.status import Status as WatchdogStatus


class FramesUnreadable(Refused):
    """Raw frames that are kept cannot be read: damage, a missing key, or a fault of the disk."""

    code = "frames_unreadable"


class Online(Protocol):
    """One link that is logged in now."""

    @property
    def vin(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def peer(self) -> str: ...
    @property
    def edition(self) -> int: ...
    @property
    def since(self) -> datetime: ...
    @property
    def last_frame(self) -> datetime: ...
    @property
    def frames(self) -> int: ...


@dataclass(frozen=True)
class Ports:
    """``frames(vin, start, end, limit)``: raw frames in order of receipt, newest last; it and
    ``frame_at`` raise FramesUnreadable, and BadInput for a text that is no position. ``frame_of_row``:
    of a row of the store, by its ``stream`` and ``frame_position``; it raises FramesUnreadable.

    ``watchdog``: what it last said; ``availability(year, month)``: seconds by day and stage.
    ``fire_again``: starts the demo's fire once more; None outside the demo. ``fire_vin``: its vehicle.
    """

    client: Callable[[], Client]
    online: Callable[[], Sequence[Online]]
    status: Callable[[], Status | None]
    frames: Callable[[str, datetime, datetime, int], Sequence[RawFrame]]
    frame_at: Callable[[str], RawFrame | None]
    frame_of_row: Callable[[int, int], RawFrame | None] = lambda stream, position: None  # noqa: ARG005
    fire_again: Callable[[], None] | None = None
    fire_vin: str = ""
    watchdog: Callable[[], WatchdogStatus | None] = lambda: None
    availability: Callable[[int, int], Mapping[date, Day]] = lambda year, month: {}  # noqa: ARG005


_handed_in: list[Ports] = []


def hand_in(ports: Ports) -> None:
    _handed_in[:] = [ports]


def ports() -> Ports:
    """
    Raises:
        BadSetting: the process that serves pages did not hand them in.
    """
    if not _handed_in:
        raise BadSetting("the telemetry ports were not handed in")
    return _handed_in[0]
