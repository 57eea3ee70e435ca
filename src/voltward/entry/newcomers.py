"""Brings vehicles that the gateways admitted into the office: seen on the line, not yet on file."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import numpy as np
import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.base.vin import VIN_LENGTH
from voltward.entry import places
from voltward.fleet.services import vehicle_admit_unregistered
from voltward.journal.cursor import Checkpoint, Cursor
from voltward.journal.reader import JournalReader, Records
from voltward.records import selectors

LOOK_EVERY_S = 0.5
READ_BYTES = 8 << 20
KIND_FRAME = 1
GATEWAY_STREAMS = "gateway-"
_VIN_AT = 4  # offset of the unique id in a frame, GB/T 32960.3 table 2
_log = structlog.get_logger("voltward.office")


def follow(settings: Settings, stopping: Event, admitted: Callable[[int], None]) -> None:
    """Read the gateways' streams from this follower's own checkpoint until ``stopping``.

    The checkpoint moves after the database has the vehicles; repeating a stretch changes nothing.
    """
    journal = places.journal_folder(settings)
    cursor = Cursor(settings.data / "office", "newcomers")
    positions = dict(cursor.load().positions)
    known: set[bytes] = set()
    with JournalReader(journal) as reader:
        while not stopping.is_set():
            moved = False
            for stream in reader.streams():
                if not stream.startswith(GATEWAY_STREAMS):
                    continue
                records = reader.read(positions.get(stream), stream, READ_BYTES)
                fresh = vins_of(records) - known
                if fresh:
                    if not _admit(settings, fresh, admitted):
                        break  # the database is away: the same stretch again later
                    known |= fresh
                if positions.get(stream) != records.next:
                    positions[stream], moved = records.next, True
            if moved:
                cursor.save(Checkpoint(positions))
            else:
                stopping.wait(LOOK_EVERY_S)


def vins_of(records: Records) -> set[bytes]:
    """The unique ids of the frames among ``records``, each 17 bytes."""
    starts = records.offsets[:-1][records.kinds == KIND_FRAME]
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
