"""Brings vehicles that the gateways admitted into the office: seen on the line, not yet on file."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import numpy as np

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import WrongState
from voltward.base.right_of_way import FINDINGS
from voltward.base.settings import Settings
from voltward.base.vin import VIN_LENGTH
from voltward.entry import places
from voltward.entry.stream_follower import StreamFollower
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.journal.reader import Records
from voltward.records import selectors

LOOK_EVERY_S = 0.5
READ_BYTES = 8 << 20
KIND_FRAME = 1
GATEWAY_STREAMS = "gateway-"
# offsets in a frame, GB/T 32960.3 table 2
_COMMAND_AT, _ANSWER_AT, _VIN_AT = 2, 3, 4
_OF_A_VEHICLE = (0x01, 0x02, 0x03, 0x04)  # login, real-time, reissue, logout: table 3
_IS_COMMAND = 0xFE  # answer flag of what is no answer, table 4


def follow(settings: Settings, stopping: Event, admitted: Callable[[int], None]) -> None:
    """Read the gateways' streams from this follower's own checkpoint until ``stopping``.

    The checkpoint moves after the database has the vehicles; repeating a stretch changes nothing.

    Raises:
        BadSetting: the journal's key file cannot be read.
    """
    follower = Follower(settings, admitted)
    with follower.reader:
        while not stopping.is_set():
            FINDINGS.give()
            if not follower.step():
                stopping.wait(LOOK_EVERY_S)


class Follower(StreamFollower):
    """``admitted`` is told how many came in."""

    name, prefixes, read_bytes = "newcomers", (GATEWAY_STREAMS,), READ_BYTES

    def __init__(self, settings: Settings, admitted: Callable[[int], None]) -> None:
        super().__init__(settings)
        self._settings, self._admitted = settings, admitted
        self._known: set[bytes] = {CANARY_VIN.encode()}  # it is nobody's vehicle

    def take(self, stream: str, records: Records) -> None:
        del stream
        fresh = vins_of(records) - self._known
        if fresh:
            self._admitted(_admit(self._settings, fresh))
        self._known |= fresh


def vins_of(records: Records) -> set[bytes]:
    """The unique ids, each 17 bytes, of the vehicles that the frames among ``records`` speak of.

    Only commands of a vehicle count: a platform logs in, answers and keeps its link alive under a
    code of its own, which may look like a VIN.
    """
    starts = records.offsets[:-1][records.kinds == KIND_FRAME]
    commands, answers = records.buffer[starts + _COMMAND_AT], records.buffer[starts + _ANSWER_AT]
    starts = starts[np.isin(commands, _OF_A_VEHICLE) & (answers == _IS_COMMAND)]
    if starts.size == 0:
        return set()
    rows = records.buffer[starts[:, None] + np.arange(_VIN_AT, _VIN_AT + VIN_LENGTH)]
    return {vin.ljust(VIN_LENGTH, b"\0") for vin in np.unique(rows.view(f"S{VIN_LENGTH}")).tolist()}


def _admit(settings: Settings, vins: set[bytes]) -> int:
    """How many were not on file.

    Raises:
        WrongState: nobody could own them yet.
    """
    maker = selectors.maker_first()
    if maker is None:
        raise WrongState("newly seen vehicles wait for the first maker")
    return vehicle_admit_unregistered(
        selectors.installation(),
        vins=[vin.decode("ascii", "replace") for vin in vins],
        key=places.vehicle_key(settings),
        fallback=maker,
    )
