"""Answers leave at once where a socket takes them, in order everywhere, and to nobody else."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.batching import Bench, Wire
from tests.gateway.car import VIN, Car, answers_in
from tests.gateway.house_of_tests import house

from voltward.gateway.link import Link
from voltward.gateway.reasons import CloseReason
from voltward.gateway.sending import send_answers


class Queueing(Wire):
    """A transport that keeps what it is given until it is told to write."""

    def __init__(self) -> None:
        self.queued = b""
        self.closing = False

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return len(self.queued)

    def write(self, data: bytes) -> None:
        self.queued += data


@dataclass
class Spoken:
    """One logged-in link over a small real socket."""

    bench: Bench
    link: Link
    wire: Queueing
    peer: socket.socket
    sent: int = 0
    heard: bytes = b""

    def report(self, count: int) -> None:
        """Frames that can be told apart by their time, cut and answered as one batch."""
        for _ in range(count):
            minutes, second = divmod(self.sent, 60)
            time = bytes((26, 3, 15, minutes // 60, minutes % 60, second))
            self.link.data_received(Car().says(0x02, time))
            self.sent += 1
        send_answers(self.bench.cut())

    def read(self) -> None:
        """All that has arrived."""
        while True:
            try:
                self.heard += self.peer.recv(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return

    def numbers(self) -> list[int]:
        units = [answer.unit for answer in answers_in(self.heard)]
        return [(unit[3] * 60 + unit[4]) * 60 + unit[5] for unit in units]


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    here, there = socket.socketpair()
    with here, there, house(answer_realtime="always") as home:
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        bench = Bench(home)
        link = bench.connect(1)
        link.data_received(Car().login())
        bench.cut()
        link.transport = wire = Queueing()  # type: ignore[assignment]
        link.descriptor = here.fileno()
        yield Spoken(bench, link, wire, there)


def test_answers_to_plain_frames_do_not_wait_for_the_transport(spoken: Spoken) -> None:
    spoken.report(20)
    spoken.read()
    assert spoken.numbers() == list(range(20))
    assert spoken.wire.queued == b""


def test_what_a_full_socket_does_not_take_follows_in_order(spoken: Spoken) -> None:
    spoken.report(2000)
    assert spoken.wire.queued  # the socket took a part only
    before = len(spoken.wire.queued)
    spoken.read()  # there is room again, but the transport comes first
    spoken.report(3)
    assert len(spoken.wire.queued) == before + 3 * 31
    spoken.read()
    spoken.heard += spoken.wire.queued
    spoken.wire.queued = b""
    spoken.report(1)
    spoken.read()
    assert spoken.numbers() == list(range(2004))


def nothing_leaves(spoken: Spoken) -> bool:
    spoken.wire.closing = True
    spoken.report(1)
    spoken.read()
    return spoken.heard == b""


def test_a_closing_link_writes_to_no_descriptor_that_may_be_anothers(spoken: Spoken) -> None:
    assert nothing_leaves(spoken)


def test_a_build_that_trusts_old_descriptors_is_caught(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Link, "open_descriptor", broken.trusts_old_descriptors)
    assert not nothing_leaves(spoken)


def test_a_link_that_is_gone_is_answered_no_more(spoken: Spoken) -> None:
    spoken.link.data_received(Car(VIN).realtime())
    batch = spoken.bench.cut()
    spoken.link.gone = CloseReason.PEER
    send_answers(batch)
    spoken.read()
    assert (spoken.heard, spoken.wire.queued) == (b"", b"")


def test_a_dead_socket_is_left_to_its_transport(spoken: Spoken) -> None:
    spoken.peer.close()
    spoken.report(1)
    assert len(spoken.wire.queued) == 31


def test_a_warm_process_compiles_nothing_when_the_first_frames_come() -> None:
    """A compilation under load would hold every answer up for seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.gateway.first_batches"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == []
