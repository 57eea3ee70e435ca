"""Carries the set of vehicles to the gateway: a snapshot file, written when the set has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from threading import Event

from django.db import DatabaseError, close_old_connections

from voltward.base.canary import CANARY_VIN
from voltward.base.errors import Refused
from voltward.base.vin import VIN_LENGTH
from voltward.exchange.selectors.terminal_keys import enrolled_vins
from voltward.fleet import selectors
from voltward.fleet.registry import registry
from voltward.gateway.registry import ENROLLED, REGISTERED, write_snapshot

WMI_LENGTH = 3
LOOK_EVERY_S = 1.0  # seen by the gateway within 5 s, its own look included
_log = logging.getLogger(__name__)


def snapshot_path(data: Path) -> Path:
    return data / "snapshots" / "registry.snapshot"


def publish(path: Path) -> int:
    """Write the snapshot; returns its generation. What cannot stand in it is left out and logged.

    Raises:
        DatabaseError, OSError: the last snapshot stays in force.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    now, enrolled = registry(), enrolled_vins()
    entries = chain(
        (
            (entry.vin, entry.flags | ENROLLED if entry.vin in enrolled else entry.flags)
            for entry in now.entries()
            if fits(entry.vin, VIN_LENGTH)
        ),
        [(CANARY_VIN, REGISTERED)],  # on no maker's books, so that no figure ever counts it
    )
    wmis = [code for code in now.wmis if fits(code, WMI_LENGTH)]
    write_snapshot(path, entries, wmis, now.generation)
    return now.generation


def fits(code: str, length: int) -> bool:
    """Whether a VIN or WMI can stand in a snapshot; one that cannot must not keep the others out."""
    if len(code) == length and code.isascii():
        return True
    _log.error("left out of the registry snapshot: %r, expected %d ASCII characters", code, length)
    return False


def follow(path: Path, stop: Event, first: Callable[[], None] = lambda: None) -> None:
    """Write at once and after every change until ``stop``; outlives a database that is away, a full
    disk, and a registry that cannot be written: the gateways go on with the last snapshot.

    ``first`` writes the keys: no vehicle is asked for a signature before its key is there.
    """
    written = -1
    while not stop.is_set():
        try:
            close_old_connections()
            if selectors.registry_generation() != written:
                first()
                written = publish(path)
        except DatabaseError as error:
            _log.warning("the registry snapshot waits for the database: %s", type(error).__name__)
        except (OSError, Refused) as error:
            _log.error("the registry snapshot is not written: %s", error)
        stop.wait(LOOK_EVERY_S)
