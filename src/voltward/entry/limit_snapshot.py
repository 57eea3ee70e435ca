"""Carries approved limits to the engine: the limit book, written when limits or vehicles have changed."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.findings.limits import BOOK_FILE, BookFile, Group, write_book, write_groups
from voltward.monitoring.selectors.limit_groups import limit_groups, limit_members, limits_seen

LOOK_EVERY_S = 1.0  # approved limits begin two minutes later; the engine looks as often
# a change that commits behind a later one (a long import) is not seen by its number, but here
LOOK_ANYWAY_EVERY_S = 60.0
REST = (
    10.0  # after a snapshot, so many times as long as it took: a large fleet costs a tenth at most
)
_log = logging.getLogger(__name__)


def snapshot_folder(data: Path) -> Path:
    return data / "snapshots"


class LimitPublisher:
    """Writes the two files; knows what it wrote, so that what has not changed is not written again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: tuple[tuple[Group, ...], int] | None = None
        self._generation = 0

    def publish(self) -> bool:
        """Whether anything differed from what lies there.

        Raises:
            DatabaseError, OSError, Refused: the last files stay in force.
        """
        groups = limit_groups()
        members = _Counted(limit_members(groups))
        pairs = list(members)
        content = (tuple(groups.groups), members.check)
        if content == self._written and (self._folder / BOOK_FILE).exists():
            return False
        self._generation = max(self._generation + 1, time.time_ns() // 1_000_000)
        # the book first: a reader that sees the new groups of vehicles then knows them all
        write_book(self._folder, BookFile(self._generation, content[0]))
        write_groups(self._folder, self._generation, pairs)
        self._written = content
        return True


class _Counted:
    """Pairs that go by, with a checksum of all of them."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._pairs = pairs
        self.check = 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for pair in self._pairs:
            self.check = zlib.crc32(b"%d:%d " % pair, self.check)
            yield pair


def follow(folder: Path, stop: Event) -> None:
    """Write at once and after every change until ``stop``; outlives a database that is away, a full
    disk, and limits that cannot be written: the engine goes on with the last book.
    """
    publisher = LimitPublisher(folder)
    seen: tuple[int, ...] | None = None
    looked_at = float("-inf")
    while not stop.is_set():
        rest = LOOK_EVERY_S
        try:
            close_old_connections()
            now, began = limits_seen(), time.monotonic()
            if now != seen or began - looked_at > LOOK_ANYWAY_EVERY_S:
                if publisher.publish():
                    _log.info("the limit snapshot is written")
                seen, looked_at = now, began
                rest = max(rest, REST * (time.monotonic() - began))
        except DatabaseError as error:
            _log.warning("the limit snapshot waits for the database: %s", type(error).__name__)
        except (OSError, Refused) as error:
            _log.error("the limit snapshot is not written: %s", error)
        stop.wait(rest)
