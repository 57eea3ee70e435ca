"""Carries approved links to the uplink: settings with sealed passwords, and which vehicle goes over which."""

from __future__ import annotations

import logging
import time
import zlib
from dataclasses import replace
from pathlib import Path
from threading import Event

from django.db import DatabaseError, close_old_connections

from voltward.base.errors import Refused
from voltward.exchange.models import PlatformRevision
from voltward.exchange.platform_links import link_of
from voltward.exchange.selectors.link_members import (
    USAGES,
    choice_of,
    has_one_maker,
    link_members,
    links_in_force,
    links_seen,
)
from voltward.exchange.selectors.platforms import left_out_on
from voltward.exchange.services.platform_secrets import data_key_of, password_of
from voltward.records.days import today
from voltward.uplink.links import (
    LINKS_FILE,
    VEHICLES_FILE,
    Link,
    LinksFile,
    checked,
    vehicle_table,
    write_links,
    write_table,
)

LOOK_EVERY_S = 1.0  # the uplink looks as often: what was approved is in use two seconds later
# days begin without a change, and what commits behind a later change is not seen by its number
LOOK_ANYWAY_EVERY_S = 60.0
REST = 10.0  # after writing, so many times as long as it took: a large fleet costs a tenth at most
_log = logging.getLogger(__name__)


class LinkPublisher:
    """Writes the two files; knows what it wrote, so that what has not changed is not written again.

    ``key``: 32 bytes, under which passwords are sealed in the file.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key
        self._links: tuple[Link, ...] | None = None
        self._vehicles: int | None = None
        self._generation = 0

    def publish(self) -> bool:
        """Whether anything differed from what lies there.

        Raises:
            DatabaseError, OSError, Refused: the last files stay in force.
        """
        revisions = links_in_force()
        one_maker = has_one_maker()
        links = tuple(
            found for one in revisions if (found := _link(one, one_maker=one_maker)) is not None
        )
        table = vehicle_table(link_members([choice_of(one) for one in revisions]))
        check = zlib.crc32(table.tobytes())
        written = False
        self._generation = max(self._generation + 1, time.time_ns() // 1_000_000)
        # vehicles first: a link that begins finds its own
        if check != self._vehicles or not (self._folder / VEHICLES_FILE).exists():
            write_table(self._folder, self._generation, table)
            self._vehicles, written = check, True
        if links != self._links or not (self._folder / LINKS_FILE).exists():
            file = LinksFile(self._generation, links, USAGES)
            write_links(self._folder, file, self._key)
            self._links, written = links, True
        return written


def _link(revision: PlatformRevision, *, one_maker: bool) -> Link | None:
    """None: it cannot be sent to; one link must not keep the others from their changes."""
    platform = revision.platform
    try:
        link = link_of(
            platform, revision, password=password_of(revision), data_key=data_key_of(revision),
            left_out=left_out_on(revision, today()),
        )  # fmt: skip
        link = checked(link)
    except Refused as refusal:
        _log.error("left out of the links: %s: %s", platform.name, refusal)
        return None
    # "all" asks no list, so that a vehicle's very first frame goes; beside another maker's it must
    return replace(link, all_vehicles=link.all_vehicles and one_maker)


def follow(folder: Path, key: bytes, stop: Event) -> None:
    """Write at once and after every change until ``stop``; outlives a database that is away, a full
    disk, and links that cannot be written: the uplink goes on with the last files.
    """
    publisher = LinkPublisher(folder, key)
    seen: tuple[int, ...] | None = None
    looked_at = float("-inf")
    while not stop.is_set():
        rest = LOOK_EVERY_S
        try:
            close_old_connections()
            now, began = links_seen(), time.monotonic()
            if now != seen or began - looked_at > LOOK_ANYWAY_EVERY_S:
                if publisher.publish():
                    _log.info("the links are written")
                seen, looked_at = now, began
                rest = max(rest, REST * (time.monotonic() - began))
        except DatabaseError as error:
            _log.warning("the links wait for the database: %s", type(error).__name__)
        except (OSError, Refused) as error:
            _log.error("the links are not written: %s", error)
        stop.wait(rest)
