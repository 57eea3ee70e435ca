"""Carries vehicles' keys to the gateways: a file, written when keys or agreements have changed."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date
from pathlib import Path
from threading import Event
from typing import Final

from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.exchange.selectors.terminal_keys import key_generation, vehicle_keys
from voltward.records.days import today
from voltward.seals.key_file import write_keys

LOOK_EVERY_S: Final = 1.0
WRITE_EVERY_S: Final = 5.0  # data keys of a whole fleet rotate; each gateway knows its own at once
_log = logging.getLogger(__name__)


class KeySnapshot:
    """The registry's follower writes it too, before it says that a vehicle is enrolled."""

    def __init__(self, path: Path, seal_key: bytes) -> None:
        self._path, self._seal_key = path, seal_key
        self._lock = threading.Lock()
        self._written: tuple[int, date] | None = None

    def publish(self) -> None:
        """Write what holds now, unless it is written already.

        Raises:
            DatabaseError, OSError, BadInput: the last file stays in force.
        """
        with self._lock:
            now = key_generation(), today()  # agreements begin with a day
            if now != self._written:
                write_keys(self._path, now[0], vehicle_keys(now[1], self._seal_key), self._seal_key)
                self._written = now

    def follow(self, stop: Event) -> None:
        """Write after changes until ``stop``; outlives a database that is away and a full disk."""
        due_s = 0.0
        while not stop.is_set():
            if time.monotonic() >= due_s:
                before = self._written
                try:
                    close_old_connections()
                    self.publish()
                except DatabaseError as error:
                    _log.warning("the keys wait for the database: %s", type(error).__name__)
                except (OSError, Refused) as error:
                    _log.error("the file of keys is not written: %s", error)
                if self._written != before:
                    due_s = time.monotonic() + WRITE_EVERY_S
            stop.wait(LOOK_EVERY_S)
