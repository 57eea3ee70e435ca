"""Brings vehicles that the gateways admitted into the office: seen on the line, not yet on file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event

import numpy as np
import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import Refused
from voltward.base.right_of_way import FINDINGS
from voltward.base.settings import Settings
from voltward.base.vin import VIN_LENGTH
from voltward.entry import places
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.errors import JournalDamaged, JournalError
from voltward.journal.position import Position
from voltward.journal.reader import JournalReader, Records
from voltward.records import selectors

LOOK_EVERY_S = 0.5
READ_BYTES = 8 << 20
KIND_FRAME = 1
GATEWAY_STREAMS = "gateway-"
# offsets in a frame, GB/T 32960.3 table 2
_COMMAND_AT, _ANSWER_AT, _VIN_AT = 2, 3, 4
_OF_A_VEHICLE = (0x01, 0x02, 0x03, 0x04)  # login, real-time, reissue, logout: table 3
_IS_COMMAND = 0xFE  # answer flag of what is no answer, table 4
_log = structlog.get_logger("voltward.office")


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


class Follower:
    """What the follower remembers. A stream that cannot be read holds up no other."""

    def __init__(self, settings: Settings, admitted: Callable[[int], None]) -> None:
        self.reader = JournalReader(
            places.journal_folder(settings), keys=places.journal_keys(settings)
        )
        self._settings, self._admitted = settings, admitted
        self._cursor = Cursor(settings.data / "office", "newcomers")
        self._positions = self._begun()
        self._known: set[bytes] = {CANARY_VIN.encode()}  # it is nobody's vehicle
        self._told: dict[str, str] = {}

    def step(self) -> bool:
        """Take the next stretch of each stream; False: it is better to wait before the next step."""
        before, is_well = dict(self._positions), True
        for stream in self.reader.streams():
            if stream.startswith(GATEWAY_STREAMS):
                is_well &= self._tried(stream, partial(self._take, stream))
        if self._positions == before:
            return False
        return self._tried("checkpoint", self._save) and is_well

    def _take(self, stream: str) -> bool:
        """False: the database is away; the same stretch again later."""
        records = self.reader.read(self._positions.get(stream), stream, READ_BYTES)
        fresh = vins_of(records) - self._known
        if fresh and not _admit(self._settings, fresh, self._admitted):
            return False
        self._known |= fresh
        self._positions[stream] = records.next
        return True

    def _save(self) -> bool:
        self._cursor.save(Checkpoint(dict(self._positions)))
        return True

    def _tried(self, name: str, work: Callable[[], bool]) -> bool:
        """Whether it could be done; what fails is told once and tried again."""
        try:
            done = work()
        except (JournalError, OSError) as error:
            if self._told.get(name) != str(error):
                _log.error("newly seen vehicles wait", of=name, error=str(error))
            self._told[name] = str(error)
            return False
        self._told.pop(name, None)
        return done

    def _begun(self) -> dict[str, Position]:
        try:
            return dict(self._cursor.load().positions)
        except JournalDamaged as error:
            _log.error("newly seen vehicles are looked for from the start", error=str(error))
            return {}


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


def _admit(settings: Settings, vins: set[bytes], admitted: Callable[[int], None]) -> bool:
    try:
        close_old_connections()
        maker = selectors.maker_first()
        if maker is None:
            return False
        count = vehicle_admit_unregistered(
            selectors.installation(),
            vins=[vin.decode("ascii", "replace") for vin in vins],
            key=places.vehicle_key(settings),
            fallback=maker,
        )
    except (DatabaseError, Refused) as error:
        _log.warning("newly seen vehicles wait for the database", error=type(error).__name__)
        return False
    admitted(count)
    return True
