"""What a gateway does by the clock: deadlines, sessions taken over elsewhere, a new registry."""

from __future__ import annotations

import asyncio
import os
from itertools import count
from pathlib import Path

import structlog

from voltward.base.errors import BadInput
from voltward.gateway.downlink import Downlink, read_wanted
from voltward.gateway.hub import Hub
from voltward.gateway.link import Link, Pause
from voltward.gateway.online import STANDINGS
from voltward.gateway.reasons import CloseReason
from voltward.gateway.register import Standing
from voltward.gateway.registry import RegistrySnapshot
from voltward.seals.key_file import read_keys

log = structlog.get_logger(__name__)

_STEP_S = 0.2
_STEPS_A_SECOND = 5
_LATE_S = 1.0  # from here on the process, not the link, is what is being waited for
_DISK_ALARMS_PCT = (95.0, 90.0, 80.0)  # R5


class Watch:
    """Runs beside the hub in its loop until it is cancelled."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._registry_seen: tuple[int, int, int] | None = None
        self._keys_seen: tuple[int, int, int] | None = None
        self._downlink_seen: tuple[int, int, int] | None = None
        self._downlink = Downlink()
        self._disk_alarm_pct = 0.0
        self._is_disk_seen = True
        self._hanging_since_s: float | None = None
        self._attended_s = hub.now_s()

    async def run(self) -> None:
        for step in count(1):
            await asyncio.sleep(_STEP_S)
            self.attention()
            self.commit()
            self.evictions()
            await self.commands()
            if step % _STEPS_A_SECOND == 0:
                self._hub.house.roster.beat()
                self.deadlines()
                self.disk()
                await self.keys()
                await self.registry()

    def attention(self) -> None:
        """Take off all deadlines the time in which we ourselves read or cut nothing (R5, R27).

        A step that comes over a second late counts as one second: however busy the process is,
        deadlines come (R13).
        """
        now_s = self._hub.now_s()
        passed_s, self._attended_s = now_s - self._attended_s, now_s
        is_attended = self._hub.intake.unattended_s() <= _LATE_S
        lost_s = passed_s - _LATE_S if is_attended else passed_s
        if lost_s > 0.0:
            self._hub.house.seats.excuse(lost_s, now_s)

    def commit(self) -> None:
        """Say so once when a commit hangs, and when it is over: no error will tell of it (R4)."""
        hub, since_s = self._hub, self._hanging_since_s
        if hub.is_hanging and since_s is None:
            self._hanging_since_s = hub.now_s() - hub.commit_waiting_s
            log.critical("commit_hangs", seconds=round(hub.commit_waiting_s, 1))
        elif since_s is not None and not hub.is_hanging:
            self._hanging_since_s = None
            log.warning("commit_hangs_no_more", seconds=round(hub.now_s() - since_s, 1))

    def evictions(self) -> None:
        """Vehicles that came back through a sibling process: their links here must go."""
        hub = self._hub
        for _, number in hub.house.roster.evicted():
            hub.house.sessions[number].replaced(0, hub.side)
        if hub.side.records:
            hub.arm()

    def deadlines(self) -> None:
        """Links that are overdue, and frames that have been waited for too long (R13)."""
        hub = self._hub
        now_s = hub.now_s()
        latest = now_s - hub.config.limits.frame_deadline_s
        waiting = hub.house.seats.waiting_since_s
        for link in list(hub.links.values()):
            if link.gone is not None:
                continue
            reason = link.session.overdue()
            if reason is not None:
                hub.drop(link, reason)
            elif waiting[link.seat] > 0.0 and link.pauses & Pause.REISSUE:
                waiting[link.seat] = now_s  # the rest may be there: it is we who do not read
            elif 0.0 < waiting[link.seat] <= latest:
                hub.intake.give_up(link)

    async def registry(self) -> None:
        """Map a new snapshot when there is one; a damaged one changes nothing."""
        path = self._hub.config.registry
        seen = None if path is None else _seen(path)
        if path is None or seen is None or seen == self._registry_seen:
            return
        self._registry_seen = seen
        try:
            snapshot = await self._hub.loop.run_in_executor(None, RegistrySnapshot.load, path)
        except (BadInput, OSError, ValueError) as error:
            self._hub.figures.faults["registry"] += 1
            log.error("registry_unusable", path=str(path), detail=str(error))
            return
        self._hub.house.register.snapshot = snapshot
        self._hub.figures.registry_generation = snapshot.generation
        self._review()

    async def keys(self) -> None:
        """Put a new file of vehicles' keys in force; a damaged one changes nothing."""
        source = self._hub.config.keys
        seen = None if source is None else _seen(source.path)
        if source is None or seen is None or seen == self._keys_seen:
            return
        self._keys_seen = seen
        try:
            book = await self._hub.loop.run_in_executor(
                None, read_keys, source.path, source.seal_key
            )
        except (BadInput, OSError) as error:
            self._hub.figures.faults["keys"] += 1
            log.error("keys_unusable", path=str(source.path), detail=str(error))
            return
        self._hub.house.keys.take(book)
        self._hub.figures.keys_generation = book.generation
        self._review()

    async def commands(self) -> None:
        """Send what the office wants told to vehicles that are here; a damaged file changes nothing."""
        source, hub = self._hub.config.downlink, self._hub
        if source is None:
            return
        seen = _seen(source.path)
        if seen is not None and seen != self._downlink_seen:
            self._downlink_seen = seen
            try:
                self._downlink.use(
                    await hub.loop.run_in_executor(None, read_wanted, source.path, source.key)
                )
            except (BadInput, OSError) as error:
                hub.figures.faults["downlink"] += 1
                log.error("downlink_unusable", path=str(source.path), detail=str(error))
        if hub.is_serving and self._downlink.step(hub.house, hub.side):
            hub.arm()

    def disk(self) -> None:
        """Say so when the journal's disk fills: at 80, 90 and 95 %."""
        try:
            found = os.statvfs(Path(self._hub.config.journal))
        except OSError as error:
            self._hub.figures.faults["disk_unseen"] += 1
            if self._is_disk_seen:
                log.error("disk_unseen", detail=str(error))
            self._is_disk_seen = False
            return
        self._is_disk_seen = True
        used_pct = 100.0 * (1.0 - found.f_bavail / max(1, found.f_blocks))
        self._hub.figures.disk_used_pct = used_pct
        passed = next((limit for limit in _DISK_ALARMS_PCT if used_pct >= limit), 0.0)
        if passed > self._disk_alarm_pct:
            log.critical("disk_filling", used_pct=round(used_pct, 1), passed_pct=passed)
        self._disk_alarm_pct = passed

    def _review(self) -> None:
        """Judge every living session by the new registry."""
        for link in list(self._hub.links.values()):
            if link.gone is None and link.session.is_logged_in and not self._still_admitted(link):
                self._hub.drop(link, CloseReason.NO_LONGER_ADMITTED)

    def _still_admitted(self, link: Link) -> bool:
        session, register = link.session, self._hub.house.register
        if session.grant is not None:
            return register.still_holds(session.grant)
        standing = register.vehicle(session.vin).standing
        if standing is Standing.REFUSED:
            return False
        row = self._hub.house.roster.region.rows[session.slot]
        row["standing"] = STANDINGS.index(standing)
        house = self._hub.house
        house.roster.guard(session.slot, house.prover.is_guarded(session.vin))
        return True


def _seen(path: Path) -> tuple[int, int, int] | None:
    """What tells one file of a name from the next; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
