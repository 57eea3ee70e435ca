"""What the office does for the watchdog, and watches of it: a heartbeat, the file of contacts, a look."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.monitoring.models import PhoneEntry
from voltward.monitoring.selectors.phones import phones_of_platform
from voltward.monitoring.services.watchdog import watchdog_silent_tell
from voltward.pages.room import Job
from voltward.records.models import Channel
from voltward.records.notice_ports import ports
from voltward.records.protection.ciphers import Unreadable
from voltward.records.selectors import installation
from voltward.records.selectors.notices import channels_of_all
from voltward.records.services.protection import protected_used
from voltward.records.services.sealing import channel_secrets
from voltward.watchdog.contacts import ROBOTS, TELEPHONES, Contacts, Way, write_contacts
from voltward.watchdog.status import beat, read_status

BEAT_EVERY_S: Final = 5.0
CONTACTS_EVERY_S: Final = 30.0
LOOK_EVERY_S: Final = 20.0
SILENT_AFTER_S: Final = 60.0
START_GRACE_S: Final = 120.0  # the office starts before the watchdog
_log = structlog.get_logger("voltward.watchdog")


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Each holds a lock of the database while it runs: its heartbeat proves that as well."""
    return (
        Job("watchdog.beat", BEAT_EVERY_S, partial(_beat, settings)),
        Job("watchdog.contacts", CONTACTS_EVERY_S, ContactsFile(settings).renew),
        Job("watchdog.look", LOOK_EVERY_S, Look(settings).look),
    )


def _beat(settings: Settings) -> int:
    installation()
    beat(places.office_beat(settings), time.time())
    return 1


class ContactsFile:
    """Written when channels, the phone tree or allowed hosts changed: opening a number leaves a trace."""

    def __init__(self, settings: Settings) -> None:
        self._path = places.watchdog_contacts(settings)
        self._written = ""

    def renew(self) -> int:
        """1 when it was written."""
        channels = list(channels_of_all([*ROBOTS, *TELEPHONES]))
        entries = phones_of_platform()
        now = _fingerprint(channels, entries)
        if now == self._written and self._path.exists():
            return 0
        given = ports()
        write_contacts(
            self._path,
            Contacts(
                ways=tuple(way for one in channels if (way := _way(one)) is not None),
                phones=tuple(text for one in entries if (text := _number(one))),
                hosts=tuple(sorted(given.hosts)),
                private_hosts=tuple(sorted(given.private_hosts)),
                origin=given.origin,
            ),
        )
        self._written = now
        return 1


def _fingerprint(channels: list[Channel], entries: list[PhoneEntry]) -> str:
    given = ports()
    parts: list[object] = [sorted(given.hosts), sorted(given.private_hosts), given.origin]
    parts += [(one.pk, one.name, one.settings, bytes(one.sealed or b"")) for one in channels]
    parts += [(one.pk, one.position) for one in entries]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _way(channel: Channel) -> Way | None:
    try:
        secrets = channel_secrets(channel)
    except BadSetting as error:
        _log.error("a channel is left out of the watchdog's contacts", error=str(error))
        return None
    return Way(channel.kind, channel.name, dict(channel.settings), secrets)


def _number(entry: PhoneEntry) -> str:
    if entry.number:
        return entry.number
    if not entry.personal_number:
        return ""
    try:
        return protected_used(
            installation(),
            record=entry,
            field="personal_number",
            purpose="contacts of the watchdog",
        )
    except Unreadable as error:
        _log.error("a number is left out of the watchdog's contacts", error=str(error))
        return ""


class Look:
    """Whether somebody watches; ``now_s``: unix seconds."""

    def __init__(self, settings: Settings, now_s: Callable[[], float] = time.time) -> None:
        self._settings, self._now_s, self._begun_s = settings, now_s, now_s()

    def look(self) -> int:
        """How many makers were told that nobody does."""
        now_s = self._now_s()
        if not self._settings.watchdog or now_s - self._begun_s < START_GRACE_S:
            return 0
        status = read_status(places.watchdog_status(self._settings))
        since_s = self._begun_s if status is None else status.at_s
        if now_s - since_s < SILENT_AFTER_S:
            return 0
        _log.error("the watchdog is silent", seconds=round(now_s - since_s))
        return watchdog_silent_tell(datetime.fromtimestamp(since_s, UTC))
