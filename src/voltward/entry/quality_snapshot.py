"""Carries approved limits of data quality, and vehicles' drive types, to the engine that counts it."""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from threading import Event
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.exchange.selectors.quality_limits import quality_groups, quality_members
from voltward.findings.limits import BOOK_FILE, BookFile, Group, write_book, write_groups

LOOK_EVERY_S: Final = (
    60.0  # a limit holds from a day on, a vehicle's first minute counts by the defaults
)
REST: Final = 10.0  # so many times as long as it took: a large fleet costs a tenth at most
_log = structlog.get_logger("voltward.office")


class QualityPublisher:
    """Writes the two files of the limit book; what has not changed is not written again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: tuple[tuple[Group, ...], int] | None = None
        self._generation = 0

    def publish(self) -> bool:
        """Whether anything differed from what lies there.

        Raises:
            DatabaseError, OSError, Refused: the last files stay in force.
        """
        groups = quality_groups()
        members = list(quality_members(groups))
        check = 0
        for pair in members:
            check = zlib.crc32(b"%d:%d " % pair, check)
        content = (tuple(groups.groups), check)
        if content == self._written and (self._folder / BOOK_FILE).exists():
            return False
        self._generation = max(self._generation + 1, time.time_ns() // 1_000_000)
        # the book first: a reader that sees the new groups of vehicles then knows them all
        write_book(self._folder, BookFile(self._generation, content[0]))
        write_groups(self._folder, self._generation, members)
        self._written = content
        return True


def follow(folder: Path, stopping: Event) -> None:
    """Write at once and after every change until ``stopping``; outlives a database that is away and a
    full disk: the engine goes on with the last book."""
    publisher = QualityPublisher(folder)
    while not stopping.is_set():
        began = time.monotonic()
        try:
            close_old_connections()
            publisher.publish()
        except (DatabaseError, OSError, Refused) as error:
            _log.warning(
                "the limits of data quality wait", error=f"{type(error).__name__}: {error}"
            )
        stopping.wait(max(LOOK_EVERY_S, REST * (time.monotonic() - began)))
