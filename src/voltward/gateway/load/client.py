"""A client that costs little: poll, recv and send of libc from compiled loops, without the GIL.

Thousands of links in one thread, so that on two cores the server's core is the one that is busy.
Answers are counted by length: each is ANSWER bytes.
"""

from __future__ import annotations

import ctypes
import socket
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from voltward.gateway.load.frames import FRAME_BYTES, login, vin_of

ANSWER = 31
_POLLIN = 1
_DONTWAIT = int(socket.MSG_DONTWAIT)
_NOSIGNAL = int(socket.MSG_NOSIGNAL)
_RING = 1024  # frames that may be on their way on one link
_SAMPLES = 4_000_000

_libc = ctypes.CDLL(None)
_poll, _recv, _send, _clock = _libc.poll, _libc.recv, _libc.send, _libc.clock_gettime
_poll.argtypes = (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int)
_recv.argtypes = _send.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_recv.restype = _send.restype = ctypes.c_ssize_t
_clock.argtypes = (ctypes.c_int, ctypes.c_void_p)
_POLL_FD = np.dtype([("fd", "<i4"), ("events", "<i2"), ("revents", "<i2")])


@dataclass(frozen=True, slots=True)
class Outcome:
    """``answered`` frames in ``seconds``; ``waits_s`` f4: from due or sent to answered."""

    answered: int
    seconds: float
    waits_s: NDArray[np.float32]

    @property
    def per_s(self) -> float:
        return self.answered / self.seconds

    def wait_ms(self, pct: float) -> float:
        """Percentile of the answer time."""
        return float(np.percentile(self.waits_s, pct)) * 1e3 if self.waits_s.size else float("nan")


def connect(port: int, links: int, first: int = 0) -> list[socket.socket]:
    """Links that are logged in, one vehicle each."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(links)]
    for number, connection in enumerate(sockets, first):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(login(vin_of(number)))
    for connection in sockets:
        if len(connection.recv(ANSWER, socket.MSG_WAITALL)) != ANSWER:
            raise ConnectionError("a login was not answered")
    return sockets


def saturate(
    sockets: list[socket.socket], frames: NDArray[np.uint8], window: int, seconds: float
) -> Outcome:
    """Every link keeps ``window`` frames on their way: as much as the server can take."""
    table = _table(sockets)
    burst = np.repeat(frames[:, None, :], window, axis=1).reshape(len(sockets), -1).copy()
    waits = np.empty(_SAMPLES, np.float32)
    answered, spent = _saturate(table, burst, window, seconds, waits)
    return Outcome(answered, spent, waits[: min(answered, _SAMPLES)])


def pace(
    sockets: list[socket.socket], frames: NDArray[np.uint8], per_s: float, seconds: float
) -> Outcome:
    """Frames at even times, whatever the server does; the wait counts from when each was due."""
    table = _table(sockets)
    waits = np.empty(_SAMPLES, np.float32)
    answered, spent = _pace(table, frames, per_s, seconds, waits)
    return Outcome(answered, spent, waits[: min(answered, _SAMPLES)])


def drain(sockets: list[socket.socket], quiet_s: float = 0.3) -> None:
    """Read what is still coming, until nothing has come for ``quiet_s``."""
    table = _table(sockets)
    inbox, rest = np.empty(65_536, np.uint8), np.zeros(len(sockets), np.int64)
    while _poll(table.ctypes.data_as(ctypes.c_void_p), len(sockets), int(quiet_s * 1e3)) > 0:
        for link in np.flatnonzero(table["revents"]).tolist():
            _answers(int(table["fd"][link]), inbox, rest, link)


def _table(sockets: list[socket.socket]) -> NDArray[np.void]:
    table = np.zeros(len(sockets), _POLL_FD)
    table["fd"] = [connection.fileno() for connection in sockets]
    table["events"] = _POLLIN
    return table


@nb.njit(nogil=True)
def _now(words):  # type: ignore[no-untyped-def]
    _clock(1, words.ctypes)
    return words[0] + words[1] * 1e-9


@nb.njit(nogil=True)
def _answers(fd, inbox, rest, link):  # type: ignore[no-untyped-def]
    """Whole answers that have come in on a link since the last look."""
    got = _recv(fd, inbox.ctypes, inbox.size, _DONTWAIT)
    if got <= 0:
        return 0
    total = rest[link] + got
    rest[link] = total % ANSWER
    return total // ANSWER


@nb.njit(nogil=True)
def _saturate(table, burst, window, seconds, waits):  # type: ignore[no-untyped-def]
    links = table.size
    inbox, words = np.empty(65_536, np.uint8), np.zeros(2, np.int64)
    sent_s = np.zeros((links, window))
    head, rest = np.zeros(links, np.int64), np.zeros(links, np.int64)
    begun = _now(words)
    for link in range(links):
        _send(table[link]["fd"], burst[link].ctypes, window * FRAME_BYTES, _NOSIGNAL)
        sent_s[link, :] = begun
    answered, now = 0, begun
    while now - begun < seconds:
        _poll(table.ctypes, links, 10)
        for link in range(links):
            if table[link]["revents"] == 0:
                continue
            count = _answers(table[link]["fd"], inbox, rest, link)
            if count == 0:
                continue
            now = _now(words)
            for _ in range(count):
                place = head[link] % window
                waits[answered % waits.size] = now - sent_s[link, place]
                sent_s[link, place] = now
                head[link] += 1
                answered += 1
            _send(table[link]["fd"], burst[link].ctypes, count * FRAME_BYTES, _NOSIGNAL)
        now = _now(words)
    return answered, now - begun


@nb.njit(nogil=True)
def _pace(table, frames, per_s, seconds, waits):  # type: ignore[no-untyped-def]
    links = table.size
    inbox, words = np.empty(65_536, np.uint8), np.zeros(2, np.int64)
    due_s = np.zeros((links, _RING))
    head, tail = np.zeros(links, np.int64), np.zeros(links, np.int64)
    rest = np.zeros(links, np.int64)
    begun = _now(words)
    answered, sent, now = 0, 0, begun
    while now - begun < seconds + 1.0:
        while sent < (now - begun) * per_s and sent < seconds * per_s:
            link = sent % links
            due_s[link, tail[link] % _RING] = begun + sent / per_s
            tail[link] += 1
            _send(table[link]["fd"], frames[link].ctypes, FRAME_BYTES, _NOSIGNAL)
            sent += 1
        _poll(table.ctypes, links, 1)
        now = _now(words)
        for link in range(links):
            if table[link]["revents"] == 0:
                continue
            for _ in range(_answers(table[link]["fd"], inbox, rest, link)):
                waits[answered % waits.size] = now - due_s[link, head[link] % _RING]
                head[link] += 1
                answered += 1
        if answered >= seconds * per_s:
            break
    return answered, min(now - begun, seconds)
