"""Claims on VINs: at most one living session for each vehicle, over all processes of a port."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog

from voltward.base.clock import Clock
from voltward.gateway.online import (
    CAPACITY,
    FREE,
    PLATFORM,
    STANDINGS,
    VEHICLE,
    Region,
    masked,
    tail_of,
)
from voltward.gateway.register import Standing
from voltward.gateway.seats import NO_SLOT

log = structlog.get_logger(__name__)
GUARDED = -1  # in ``grants``: a vehicle whose every frame must be proved


@dataclass(frozen=True, slots=True)
class Older:
    """A living session of the same vehicle. ``stream`` is None when it is of this process."""

    stream: str | None
    link: int


@dataclass(frozen=True, slots=True)
class Claim:
    """``slot``: row of the new session, or NO_SLOT when an older one keeps the VIN."""

    slot: int
    older: Older | None = None


class Roster:
    """This process's rows, and sight of its siblings'. All claims are made under one file lock.

    Raises:
        OSError: the files cannot be had; ENOSPC: the disk has no room for them yet.
    """

    def __init__(self, folder: Path, stream: str, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._clock = clock
        self._lock = os.open(folder / "claims.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._name = f"{stream}.sessions"
        try:
            with self._locked():
                self.region = Region(folder / self._name, owned=True)
        except OSError:
            os.close(self._lock)
            raise
        # of platforms: 0 any vehicle, n its own; of vehicles: 0, or GUARDED
        self.grants = np.zeros(CAPACITY, np.int32)
        self.region.head["started_ns"] = clock.now_ns()
        self._slots: dict[bytes, int] = {}
        self._free: list[int] = []
        self._siblings: dict[str, Region] = {}
        self.beat()

    def __len__(self) -> int:
        """Vehicles with a living session here."""
        return len(self._slots)

    def beat(self) -> None:
        """Say that this process lives, and look for new siblings; call it every second."""
        self.region.head["beat_ns"] = self._clock.now_ns()
        self._folder_seen_ns = 0  # a folder's time is too coarse to be trusted alone

    def vehicle(
        self, vin: bytes, link: int, peer: str, edition: int, standing: Standing, *, replace: bool
    ) -> Claim:
        """Claim a VIN for a link. The newest wins, unless ``replace`` is false and one lives.

        An older session of this process stays in the table: the caller ends and releases it.
        One of a sibling process is told to go, and does so within a fraction of a second.
        """
        with self._locked():
            older = self._older(vin)
            if older is not None and older[0] is None and self._link_at(older[1]) == link:
                return Claim(older[1])  # a second login on the same link
            if older is not None and not replace:
                return Claim(NO_SLOT, self._named(older))
            slot = self._take(vin, link, peer, edition, standing, VEHICLE)
            if slot == NO_SLOT:
                return Claim(NO_SLOT)
            self._slots[vin] = slot
            if older is None:
                return Claim(slot)
            if older[0] is not None:
                older[0].rows["evict"][older[1]] = older[0].rows["link"][older[1]]
            return Claim(slot, self._named(older))

    def platform(self, code: bytes, link: int, peer: str, edition: int) -> int:
        """A row for a platform link; one platform may have several. NO_SLOT when full."""
        with self._locked():
            return self._take(code, link, peer, edition, Standing.REGISTERED, PLATFORM)

    def session_of(self, vin: bytes) -> tuple[int, int] | None:
        """Link and edition of a vehicle that is logged in here; None: it is not."""
        slot = self._slots.get(vin)
        if slot is None:
            return None
        return self._link_at(slot), int(self.region.rows["edition"][slot])

    def grant(self, slot: int, platform: int) -> None:
        """Which vehicles a platform's row may report: those of ``platform``, or any for 0."""
        self.grants[slot] = platform

    def guard(self, slot: int, is_guarded: bool) -> None:
        """Whether each frame of this row's vehicle goes through its session, to be proved."""
        self.grants[slot] = GUARDED if is_guarded else 0

    def release(self, slot: int) -> None:
        """The session of this row has ended."""
        vin = self.region.vins[slot].tobytes()
        self.region.rows["state"][slot] = FREE
        self.region.rows["evict"][slot] = 0
        if self._slots.get(vin) == slot:
            del self._slots[vin]
        self._free.append(slot)

    def evicted(self) -> list[tuple[int, int]]:
        """(row, link) of sessions whose vehicle came back through a sibling; each told once."""
        rows = self.region.rows[: self.region.high]
        marked = np.nonzero(rows["evict"])[0]
        found = []
        for slot in marked:
            link = int(rows["evict"][slot])
            rows["evict"][slot] = 0
            if rows["state"][slot] == VEHICLE and int(rows["link"][slot]) == link:
                found.append((int(slot), link))
        return found

    def close(self) -> None:
        self.region.rows["state"] = FREE
        self.region.head["beat_ns"] = 0
        for region in (self.region, *self._siblings.values()):
            region.close()
        os.close(self._lock)

    def _take(
        self, vin: bytes, link: int, peer: str, edition: int, standing: Standing, state: int
    ) -> int:
        high = self.region.high
        if not self._free and high == CAPACITY:
            return NO_SLOT
        slot = self._free.pop() if self._free else high
        now = self._clock.now_ns()
        self.region.vins[slot] = np.frombuffer(vin, np.uint8)
        row = self.region.rows[slot]
        row["since_ns"] = row["last_ns"] = now
        row["frames"], row["tail"], row["link"], row["evict"] = 0, tail_of(vin), link, 0
        row["edition"], row["standing"] = edition, STANDINGS.index(standing)
        row["peer"] = masked(peer).encode("ascii", "replace")
        self.grants[slot] = 0
        row["state"] = state  # last: from here on the row counts
        if slot == high:
            self.region.head["high"] = high + 1
        return slot

    def _older(self, vin: bytes) -> tuple[Region | None, int] | None:
        """Region (None: this one) and row of a living session of the vehicle."""
        if vin in self._slots:
            return None, self._slots[vin]
        now = self._clock.now_ns()
        for region in self._sibling_regions():
            row = region.find(vin)
            if row >= 0 and region.is_alive(now):
                return region, row
        return None

    def _named(self, older: tuple[Region | None, int]) -> Older:
        region, row = older
        if region is None:
            return Older(None, self._link_at(row))
        return Older(region.stream, int(region.rows["link"][row]))

    def _link_at(self, slot: int) -> int:
        return int(self.region.rows["link"][slot])

    def _sibling_regions(self) -> list[Region]:
        """Mapped once each; the folder is read again only when it changed."""
        try:
            changed_ns = self._folder.stat().st_mtime_ns
            if changed_ns != self._folder_seen_ns:
                self._folder_seen_ns = changed_ns
                for path in self._folder.iterdir():
                    if path.suffix == ".sessions" and path.name != self._name:
                        self._meet(path)
        except OSError as error:
            log.error("siblings_unseen", detail=str(error))
        return list(self._siblings.values())

    def _meet(self, path: Path) -> None:
        """Map a sibling's file; one that cannot be had now is tried again after the next beat."""
        if path.name in self._siblings:
            return
        try:
            self._siblings[path.name] = Region(path, owned=False)
        except ValueError:
            return  # another version's, or just being made
        except OSError as error:
            log.error("sibling_unseen", detail=str(error))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
