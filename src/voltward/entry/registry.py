"""Carries the set of vehicles to the gateway: a snapshot file, written when the set has changed."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event

from django.db import DatabaseError, close_old_connections

from voltward.fleet import selectors
from voltward.fleet.registry import registry
from voltward.gateway.registry import write_snapshot

LOOK_EVERY_S = 1.0  # seen by the gateway within 5 s, its own look included
_log = logging.getLogger(__name__)


def snapshot_path(data: Path) -> Path:
    return data / "snapshots" / "registry.snapshot"


def publish(path: Path) -> int:
    """Write the snapshot; returns its generation."""
    path.parent.mkdir(parents=True, exist_ok=True)
    now = registry()
    entries = ((entry.vin, entry.flags) for entry in now.entries())
    write_snapshot(path, entries, now.wmis, now.generation)
    return now.generation


def follow(path: Path, stop: Event) -> None:
    """Write at once and after every change until ``stop``; outlives a database that is away."""
    written = -1
    while not stop.is_set():
        try:
            close_old_connections()
            if selectors.registry_generation() != written:
                written = publish(path)
        except DatabaseError as error:
            _log.warning("the registry snapshot waits for the database: %s", type(error).__name__)
        stop.wait(LOOK_EVERY_S)
