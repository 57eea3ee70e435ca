"""A client that costs little: epoll, recv and send of libc from compiled loops, without the GIL.

Thousands of links in one thread, so that on two cores the server's core is the one that is busy.
Answers are looked at in the order in which they came, a few at a time: what a link waits while
others are looked at would count as the server's. They are counted by length: each is ANSWER bytes.
"""

from __future__ import annotations

import ctypes
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from voltward.gateway.load.frames import FRAME_BYTES, login, vin_of

ANSWER = 31
_DONTWAIT = int(socket.MSG_DONTWAIT)
_NOSIGNAL = int(socket.MSG_NOSIGNAL)
_RING = 1024  # frames that may be on their way on one link
_SAMPLES = 4_000_000
_AT_ONCE = 64  # links that one look is told of

_libc = ctypes.CDLL(None)
_wait, _recv, _send, _clock = _libc.epoll_wait, _libc.recv, _libc.send, _libc.clock_gettime
_wait.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
_recv.argtypes = _send.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_recv.restype = _send.restype = ctypes.c_ssize_t
_clock.argtypes = (ctypes.c_int, ctypes.c_void_p)
_EVENT = np.dtype([("events", "<u4"), ("fd", "<u4"), ("spare", "<u4")])  # packed, as on x86-64


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
    burst = np.repeat(frames[:, None, :], window, axis=1).reshape(len(sockets), -1).copy()
    waits = np.empty(_SAMPLES, np.float32)
    with _watched(sockets) as watched:
        answered, spent = _saturate(*watched, burst, window, seconds, waits)
    return Outcome(answered, spent, waits[: min(answered, _SAMPLES)])


def pace(
    sockets: list[socket.socket], frames: NDArray[np.uint8], per_s: float, seconds: float
) -> Outcome:
    """Frames at even times, whatever the server does; the wait counts from when each was due."""
    waits = np.empty(_SAMPLES, np.float32)
    with _watched(sockets) as watched:
        answered, spent = _pace(*watched, frames, per_s, seconds, waits)
    return Outcome(answered, spent, waits[: min(answered, _SAMPLES)])


def drain(sockets: list[socket.socket], quiet_s: float = 0.3) -> None:
    """Read what is still coming, until nothing has come for ``quiet_s``."""
    by_descriptor = {connection.fileno(): connection for connection in sockets}
    with select.epoll() as poller:
        for descriptor in by_descriptor:
            poller.register(descriptor, select.EPOLLIN)
        while ready := poller.poll(quiet_s):
            for descriptor, _ in ready:
                by_descriptor[descriptor].recv(65_536)


@contextmanager
def _watched(
    sockets: list[socket.socket],
) -> Iterator[tuple[int, NDArray[np.int32], NDArray[np.int32]]]:
    """Descriptors of an epoll set and of its links, and the link of each descriptor."""
    descriptors = np.array([connection.fileno() for connection in sockets], np.int32)
    link_of = np.zeros(descriptors.max() + 1, np.int32)
    link_of[descriptors] = np.arange(len(sockets))
    with select.epoll() as poller:
        for descriptor in descriptors.tolist():
            poller.register(descriptor, select.EPOLLIN)
        yield poller.fileno(), descriptors, link_of


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
def _saturate(poller, descriptors, link_of, burst, window, seconds, waits):  # type: ignore[no-untyped-def]
    links = descriptors.size
    inbox, words = np.empty(65_536, np.uint8), np.zeros(2, np.int64)
    events = np.empty(_AT_ONCE, _EVENT)
    sent_s = np.zeros((links, window))
    head, rest = np.zeros(links, np.int64), np.zeros(links, np.int64)
    begun = _now(words)
    for link in range(links):
        sent_s[link, :] = _now(words)
        _send(descriptors[link], burst[link].ctypes, window * FRAME_BYTES, _NOSIGNAL)
    answered, now = 0, begun
    while now - begun < seconds:
        for ready in range(_wait(poller, events.ctypes, _AT_ONCE, 10)):
            link = link_of[events[ready]["fd"]]
            count = _answers(descriptors[link], inbox, rest, link)
            if count == 0:
                continue
            now = _now(words)
            for _ in range(count):
                place = head[link] % window
                waits[answered % waits.size] = now - sent_s[link, place]
                sent_s[link, place] = now
                head[link] += 1
                answered += 1
            _send(descriptors[link], burst[link].ctypes, count * FRAME_BYTES, _NOSIGNAL)
        now = _now(words)
    return answered, now - begun


@nb.njit(nogil=True)
def _pace(poller, descriptors, link_of, frames, per_s, seconds, waits):  # type: ignore[no-untyped-def]
    links = descriptors.size
    inbox, words = np.empty(65_536, np.uint8), np.zeros(2, np.int64)
    events = np.empty(_AT_ONCE, _EVENT)
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
            _send(descriptors[link], frames[link].ctypes, FRAME_BYTES, _NOSIGNAL)
            sent += 1
        for ready in range(_wait(poller, events.ctypes, _AT_ONCE, 1)):
            link = link_of[events[ready]["fd"]]
            count = _answers(descriptors[link], inbox, rest, link)
            now = _now(words)
            for _ in range(count):
                waits[answered % waits.size] = now - due_s[link, head[link] % _RING]
                head[link] += 1
                answered += 1
        now = _now(words)
        if answered >= seconds * per_s:
            break
    return answered, min(now - begun, seconds)
