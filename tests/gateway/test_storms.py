"""R12, R13, R23-R25 in full numbers (nightly): what a crowd may do to one process.

Each prints its figures. Sockets are opened from this process: the file limit bounds the crowd.
"""

from __future__ import annotations

import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, Car
from tests.gateway.servers import Phone, Process, config_for, eventually

from voltward.gateway.config import Limits
from voltward.gateway.link import Link
from voltward.gateway.load.frames import login, vin_of
from voltward.gateway.online import read_online

pytestmark = pytest.mark.t2
ANSWER = 31


@pytest.fixture(autouse=True)
def _files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def tell(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


def resident_mib(process: Process) -> float:
    pid = process._process.pid
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


def crowd(port: int, count: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]


def dismiss(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


class Honest:
    """A vehicle that sends on, in a thread, and notes how long each answer takes."""

    def __init__(self, port: int) -> None:
        self.waits_s: list[float] = []
        self.refused = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(port,), daemon=True)
        self._thread.start()

    def _run(self, port: int) -> None:
        with Phone(port) as phone:
            phone.asks(Car().login())
            number = 0
            while not self._stop.wait(0.02):
                begun = time.perf_counter()
                self.refused += phone.asks(Car().realtime(number)).flag != OK
                self.waits_s.append(time.perf_counter() - begun)
                number += 1

    def stop(self) -> float:
        """The 99th percentile of its waits, in seconds."""
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        assert self.refused == 0
        return float(np.percentile(self.waits_s, 99))


def test_five_thousand_lying_lengths_cost_little_and_hold_up_nobody(tmp_path: Path) -> None:
    """R12: each declares 65,531 bytes, sends what it may, and stalls."""
    process = Process(config_for(tmp_path, metrics_port=None)).start()
    honest = Honest(process.port)
    liars = crowd(process.port, 5000)
    lie = Car().realtime()[:22] + (65_531).to_bytes(2, "big") + bytes(16_000)
    for liar in liars:
        liar.sendall(lie)
    peak_mib = resident_mib(process)
    p99_s = honest.stop()
    dismiss(liars)
    process.kill()
    tell(f"R12: 5,000 liars, {peak_mib:.0f} MiB resident, honest p99 {p99_s * 1e3:.0f} ms")
    assert peak_mib <= 1024
    assert p99_s <= 1.0


def test_ten_thousand_slow_sockets_are_gone_in_time(tmp_path: Path) -> None:
    """R13: a byte now and then, never a login."""
    process = Process(config_for(tmp_path, metrics_port=None)).start()
    honest = Honest(process.port)
    begun = time.monotonic()
    slow = crowd(process.port, 10_000)
    pause = threading.Event()
    while slow and time.monotonic() - begun < 40:
        slow = [each for each in slow if still_open(each)]
        pause.wait(1.0)  # between the bytes of each
    spent_s = time.monotonic() - begun
    p99_s = honest.stop()
    process.kill()
    tell(f"R13: 10,000 slow sockets gone after {spent_s:.1f} s, honest p99 {p99_s * 1e3:.0f} ms")
    assert not slow
    assert p99_s <= 1.0


def still_open(each: socket.socket) -> bool:
    """Send a byte; is anybody there?"""
    each.setblocking(False)
    try:
        each.send(b"#")
        if each.recv(1, socket.MSG_DONTWAIT):
            return True
    except BlockingIOError:
        return True
    except OSError:
        pass
    each.close()
    return False


def test_ten_thousand_connections_cost_at_most_thirty_kib_each(tmp_path: Path) -> None:
    """R23."""
    limits = Limits(login_deadline_s=60.0)
    process = Process(config_for(tmp_path, metrics_port=None, limits=limits)).start()
    before = resident_mib(process)
    sockets = crowd(process.port, 10_000)
    for number, each in enumerate(sockets):
        each.sendall(login(vin_of(number)))
    for each in sockets:
        assert len(each.recv(ANSWER, socket.MSG_WAITALL)) == ANSWER
    kib_each = (resident_mib(process) - before) * 1024 / len(sockets)
    assert len(read_online(tmp_path)) == 10_000
    dismiss(sockets)
    eventually(lambda: read_online(tmp_path) == [])
    process.kill()
    tell(f"R23: 10,000 connections, {kib_each:.1f} KiB each")
    assert kib_each <= 30


def test_memory_does_not_grow_with_links_that_come_and_go(tmp_path: Path) -> None:
    """R23, the leak: the same thousand vehicles come back again and again."""
    process = Process(config_for(tmp_path, metrics_port=None)).start()
    grown: list[float] = []
    for _ in range(12):
        sockets = crowd(process.port, 1000)
        for number, each in enumerate(sockets):
            each.sendall(login(vin_of(number)))
        for each in sockets:
            assert len(each.recv(ANSWER, socket.MSG_WAITALL)) == ANSWER
        dismiss(sockets)
        eventually(lambda: read_online(tmp_path) == [])
        grown.append(resident_mib(process))
    process.kill()
    tell(f"R23: {grown[2]:.1f} MiB after 3,000 links, {grown[-1]:.1f} MiB after 12,000")
    assert grown[-1] - grown[2] <= 2.0


def test_ten_thousand_vehicles_come_back_at_once(tmp_path: Path) -> None:
    """R24: all at once, without jitter, while one vehicle goes on sending."""
    limits = Limits(login_deadline_s=60.0)
    process = Process(config_for(tmp_path, metrics_port=None, limits=limits)).start()
    honest = Honest(process.port)
    begun = time.monotonic()
    sockets = crowd(process.port, 10_000)
    for number, each in enumerate(sockets):
        each.sendall(login(vin_of(number)))
    for each in sockets:
        assert len(each.recv(ANSWER, socket.MSG_WAITALL)) == ANSWER
    spent_s = time.monotonic() - begun
    p99_s = honest.stop()
    dismiss(sockets)
    process.kill()
    tell(f"R24: 10,000 logins in {spent_s:.1f} s, data of others p99 {p99_s * 1e3:.0f} ms")
    assert spent_s <= 10.0
    assert p99_s <= 1.0


def live_p99_beside_a_flood(journal: Path, seconds: float, build: object = None) -> float:
    """R25: fifty links pour reissued frames without end; how long does a live frame wait?"""
    limits = Limits(buffered_bytes=64 << 20)
    config = config_for(journal, metrics_port=None, limits=limits, commit_every_ms=20.0)
    process = Process(config, build).start()  # type: ignore[arg-type]
    floods = crowd(process.port, 50)
    stop = threading.Event()
    threads = [
        threading.Thread(target=pour, args=(each, number, stop), daemon=True)
        for number, each in enumerate(floods)
    ]
    for thread in threads:
        thread.start()
    honest = Honest(process.port)
    stop.wait(seconds)
    p99_s = honest.stop()
    stop.set()
    dismiss(floods)
    for thread in threads:
        thread.join(30)
    process.kill()
    return p99_s


def pour(each: socket.socket, number: int, stop: threading.Event) -> None:
    car = Car(f"LVWFLOOD{number:09d}")
    each.settimeout(1.0)
    burst = car.reissue(number) * 500
    try:
        each.sendall(car.login())
        while not stop.is_set():
            try:
                each.send(burst)
                each.recv(1 << 20)
            except TimeoutError:
                continue
    except OSError:
        return


def test_a_flood_of_reissued_frames_does_not_hold_up_live_ones(tmp_path: Path) -> None:
    p99_s = live_p99_beside_a_flood(tmp_path, 8.0)
    tell(f"R25: live p99 {p99_s * 1e3:.0f} ms beside fifty links of reissue")
    assert p99_s <= 1.0


def test_a_crowd_without_the_early_cap_is_noticed(tmp_path: Path) -> None:
    """R12's broken build: the liars' bytes stay in memory."""
    process = Process(config_for(tmp_path, metrics_port=None), without_the_early_cap).start()
    before = resident_mib(process)
    liars = crowd(process.port, 1000)
    lie = Car().realtime()[:22] + (65_531).to_bytes(2, "big") + bytes(60_000)
    for liar in liars:
        liar.sendall(lie)
    grown_mib = eventually(lambda: max(0.0, resident_mib(process) - before - 40)) + 40
    dismiss(liars)
    process.kill()
    tell(f"R12, no cap: {grown_mib:.0f} MiB more with 1,000 liars")
    assert grown_mib > 40


def without_the_early_cap() -> None:
    Link._count_early = broken.counts_no_early_bytes  # type: ignore[method-assign]
