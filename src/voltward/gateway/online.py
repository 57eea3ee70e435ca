"""Who is connected now: one mapped file per gateway process, readable by all others.

The process that owns the file writes it as sessions begin and end and at every batch, so the
file is the online state itself, not a copy of it. Other gateway processes of the same journal
look a VIN up in it (a vehicle may come back through another process of the port), the office
reads it for its pages. Claims are made under one lock file, so two processes never both admit
an enrolled vehicle. ``evict`` is the only column that strangers write.
"""

from __future__ import annotations

import errno
import mmap
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np

from voltward.base.clock import utc
from voltward.base.vin import VIN_LENGTH

CAPACITY = 32_768
STALE_S = 10.0  # a process beats every second
FREE, VEHICLE, PLATFORM = 0, 1, 2
_MAGIC = 0x3130_4E4F_5756  # "VWON01"
HEADER = np.dtype(
    [("magic", "<u8"), ("pid", "<u8"), ("beat_ns", "<i8"), ("high", "<u8"), ("started_ns", "<i8")]
)
ROW = np.dtype(
    [
        ("since_ns", "<i8"),
        ("last_ns", "<i8"),
        ("frames", "<u8"),
        ("tail", "<u8"),  # the last eight characters of the VIN: a quick look-up
        ("link", "<u4"),
        ("evict", "<u4"),  # link number that must go: its vehicle is on another process
        ("edition", "<u2"),
        ("state", "u1"),
        ("standing", "u1"),
        ("peer", "S44"),
    ]
)  # 88 bytes, every number on its own boundary
_AT_ROWS = 4096
_AT_VINS = _AT_ROWS + CAPACITY * ROW.itemsize
FILE_BYTES = _AT_VINS + CAPACITY * VIN_LENGTH
_CANNOT_RESERVE = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)
STANDINGS = ("registered", "auto", "unregistered")


@dataclass(frozen=True, slots=True)
class OnlineSession:
    """One link that is logged in. ``peer`` is masked; ``frames`` counts since its login."""

    vin: str
    kind: Literal["vehicle", "platform"]
    stream: str
    link: int
    peer: str
    standing: str
    edition: int
    since: datetime
    last_frame: datetime
    frames: int


class Region:
    """One process's file, mapped: ``rows`` ``(CAPACITY,)`` and ``vins`` u1 ``(CAPACITY, 17)``.

    Raises:
        OSError: no such file, or for one's own no space for it (ENOSPC).
        ValueError: another version's file.
    """

    def __init__(self, path: Path, *, owned: bool) -> None:
        flags = os.O_RDWR | (os.O_CREAT if owned else 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if owned:
                _reserve(descriptor, path)
            elif os.fstat(descriptor).st_size != FILE_BYTES:
                raise ValueError(f"{path}: not a session file of this version")
            data = mmap.mmap(descriptor, FILE_BYTES)
        finally:
            os.close(descriptor)
        self.path = path
        self.head = np.frombuffer(data, HEADER, 1)
        self.rows = np.frombuffer(data, ROW, CAPACITY, _AT_ROWS)
        self.vins = np.frombuffer(data, np.uint8, CAPACITY * VIN_LENGTH, _AT_VINS)
        self.vins = self.vins.reshape(CAPACITY, VIN_LENGTH)
        if owned:
            self._begin()

    def close(self) -> None:
        """Let go of the file; there are no rows afterwards."""
        self.head, self.rows = self.head[:0].copy(), self.rows[:0].copy()
        self.vins = self.vins[:0].copy()  # the last view: the mapping ends with it

    def _begin(self) -> None:
        """Forget what an earlier process of this name left; a new file is all zeros."""
        self.rows["state"][: self.high] = FREE
        self.rows["evict"][: self.high] = 0
        self.head["high"] = 0
        self.head["pid"] = os.getpid()
        self.head["magic"] = _MAGIC

    @property
    def stream(self) -> str:
        return self.path.name.removesuffix(".sessions")

    @property
    def high(self) -> int:
        """Rows that were ever used."""
        return min(int(self.head["high"][0]), CAPACITY)

    def is_alive(self, now_ns: int) -> bool:
        """Its process runs and beats; a killed one leaves its rows behind."""
        if self.head["magic"][0] != _MAGIC or now_ns - int(self.head["beat_ns"][0]) > STALE_S * 1e9:
            return False
        try:
            os.kill(int(self.head["pid"][0]), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # it runs, as another user
        return True

    def find(self, vin: bytes) -> int:
        """Row of a vehicle's living session, or -1."""
        high = self.high
        hits = np.nonzero(self.rows["tail"][:high] == tail_of(vin))[0]
        for row in hits:
            if self.rows["state"][row] == VEHICLE and self.vins[row].tobytes() == vin:
                return int(row)
        return -1


def _reserve(descriptor: int, path: Path) -> None:
    """The whole file on disk before it is mapped.

    A hole is filled when a login first touches it, and on a full disk that kills the process
    (SIGBUS) where a call would have failed.
    """
    try:
        os.ftruncate(descriptor, min(os.fstat(descriptor).st_size, FILE_BYTES))
        try:
            os.posix_fallocate(descriptor, 0, FILE_BYTES)
        except OSError as error:
            if error.errno not in _CANNOT_RESERVE:
                raise
            _write_zeros(descriptor)
    except OSError as error:
        text = f"session file of {FILE_BYTES} bytes: {error.strerror}"
        raise OSError(error.errno, text, str(path)) from error


def _write_zeros(descriptor: int) -> None:
    done = 0
    while done < FILE_BYTES:
        done += os.pwrite(descriptor, bytes(FILE_BYTES - done), done)


def tail_of(vin: bytes) -> int:
    return int.from_bytes(vin[-8:], "little")


def masked(peer: str) -> str:
    """An address without its last part, and without the port: ``203.0.113.x``."""
    host = peer.rpartition(":")[0] or peer
    for mark in (".", ":"):
        if mark in host:
            return f"{host.rpartition(mark)[0]}{mark}x"
    return "x"


def read_online(journal: Path, now_ns: int | None = None) -> list[OnlineSession]:
    """Every session of every living gateway process that writes to ``journal``, oldest first."""
    now_ns = time.time_ns() if now_ns is None else now_ns
    found: list[OnlineSession] = []
    for path in sorted((journal / ".run").glob("*.sessions")):
        try:
            region = Region(path, owned=False)
        except (OSError, ValueError):
            continue  # another version's, or just being made
        if region.is_alive(now_ns):
            found += _sessions(region)
    return sorted(found, key=lambda session: session.since)


def _sessions(region: Region) -> list[OnlineSession]:
    rows, vins = region.rows[: region.high].copy(), region.vins[: region.high].copy()
    sessions = []
    for row in np.nonzero(rows["state"])[0]:
        vin = vins[row].tobytes()
        if int(rows["tail"][row]) != tail_of(vin):
            continue  # caught while it was being written
        entry = rows[row]
        sessions.append(
            OnlineSession(
                vin=vin.rstrip(b"\0 ").decode("ascii", "replace"),
                kind="vehicle" if entry["state"] == VEHICLE else "platform",
                stream=region.stream,
                link=int(entry["link"]),
                peer=entry["peer"].decode("ascii", "replace"),
                standing=STANDINGS[entry["standing"] % len(STANDINGS)],
                edition=int(entry["edition"]),
                since=utc(int(entry["since_ns"])),
                last_frame=utc(int(entry["last_ns"])),
                frames=int(entry["frames"]),
            )
        )
    return sessions
