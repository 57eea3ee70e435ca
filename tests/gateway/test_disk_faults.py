"""R4, R5: a full or broken disk: no false answer, a clear alarm, service resumes by itself."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, OTHER_VIN, Car
from tests.gateway.servers import Phone, Running, eventually, frames, gateway

from voltward.gateway import server as process
from voltward.gateway.config import Limits
from voltward.gateway.online import read_online
from voltward.journal.errors import JournalFull
from voltward.journal.files import OsFiles
from voltward.journal.types import ReadOnlyBytes

NO_SPACE, BAD_DISK = errno.ENOSPC, errno.EIO


class Failing(OsFiles):
    """Content cannot be written, or not synced, while ``code`` says so, or at the Nth call only.

    The marker of the live end is written elsewhere; only records go through a sync of content.
    """

    def __init__(self) -> None:
        self.write_code = self.sync_code = 0
        self.fail_at = -1
        self.calls = 0
        self.failures = 0
        self._lock = threading.Lock()

    def write_at(self, handle: int, offset: int, data: ReadOnlyBytes) -> None:
        self._maybe_fail(self.write_code)
        super().write_at(handle, offset, data)

    def sync_data(self, handle: int) -> None:
        self._maybe_fail(self.sync_code)
        super().sync_data(handle)

    def _maybe_fail(self, code: int) -> None:
        with self._lock:
            self.calls += 1
            fails = code and (self.fail_at < 0 or self.calls == self.fail_at)
            self.failures += bool(fails)
        if fails:
            raise OSError(code, "the test's disk")


def fills(files: Failing) -> None:
    files.write_code = NO_SPACE


def breaks_at_write(files: Failing) -> None:
    files.write_code = BAD_DISK


def breaks_at_sync(files: Failing) -> None:
    files.sync_code = BAD_DISK


def heals(files: Failing) -> None:
    files.write_code = files.sync_code = 0


FAULTS = pytest.mark.parametrize("fault", [fills, breaks_at_write, breaks_at_sync])


def tells_the_truth(journal: Path, fault: Callable[[Failing], None]) -> bool:
    """Is every answer given during and after the fault that of a frame on disk?"""
    files = Failing()
    with gateway(journal, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        fault(files)
        phone.sends(*[Car().realtime(number) for number in range(5)])
        eventually(lambda: files.failures > 1)
        is_silent = phone.hears_nothing_yet()
        heals(files)
        for number in range(5):
            phone.hears()
            if Car().realtime(number) not in frames(journal):
                return False
    return is_silent


@FAULTS
def test_nothing_is_answered_while_the_disk_refuses_and_everything_after(
    tmp_path: Path, fault: Callable[[Failing], None]
) -> None:
    assert tells_the_truth(tmp_path, fault)
    assert frames(tmp_path) == [Car().login(), *[Car().realtime(number) for number in range(5)]]


@FAULTS
def test_a_build_that_swallows_faults_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Failing], None]
) -> None:
    monkeypatch.setattr("voltward.gateway.server.JournalWriter", broken.SwallowsFaults)
    files = Failing()
    with gateway(tmp_path, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        fault(files)
        assert phone.asks(Car().realtime(1)).flag == OK
        assert Car().realtime(1) not in frames(tmp_path)


def says_so_and_keeps_its_links(journal: Path) -> bool:
    """While the disk is full: alarm in the metrics, connections and heartbeats kept."""
    files = Failing()
    with gateway(journal, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        fills(files)
        phone.sends(Car().realtime(1))
        try:
            eventually(lambda: server.figure("serving") == 0.0, patience_s=3.0)
            phone.socket.settimeout(3.0)
            alive = phone.asks(Car().heartbeat())
            is_kept = len(read_online(journal)) == 1
        except (AssertionError, TimeoutError):
            return False
        finally:
            heals(files)
        return alive.command == 0x07 and is_kept and phone.hears().command == 0x02


def test_a_full_disk_raises_an_alarm_and_keeps_connections_and_heartbeats(tmp_path: Path) -> None:
    assert says_so_and_keeps_its_links(tmp_path)


def test_a_build_that_tries_in_silence_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.gateway.server.JournalWriter", broken.TriesInSilence)
    assert not says_so_and_keeps_its_links(tmp_path)


def test_service_resumes_by_itself_for_old_and_new_links_alike(tmp_path: Path) -> None:
    files = Failing()
    with gateway(tmp_path, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for _ in range(3):
            fills(files)
            phone.sends(Car().realtime(1))
            eventually(lambda: server.figure("serving") == 0.0)
            with Phone(server.port) as late:
                late.sends(Car(OTHER_VIN).login())
                heals(files)
                assert phone.hears().flag == OK
                assert late.hears().vin == OTHER_VIN
            eventually(lambda: server.figure("serving") == 1.0)
        assert server.figure('faults_total{code="journal_full"}') >= 3.0


def test_memory_is_bounded_while_the_disk_is_full(tmp_path: Path) -> None:
    files = Failing()
    limits = Limits(buffered_bytes=300_000)
    with gateway(tmp_path, files, limits=limits) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        fills(files)
        flood = threading.Thread(target=_flood, args=(phone,), daemon=True)
        flood.start()
        eventually(lambda: server.figure("buffered_bytes") >= 300_000)
        assert server.figure("buffered_bytes") < 300_000 + 2 * 262_144  # one read beyond it
        heals(files)
        eventually(lambda: server.figure("buffered_bytes") == 0.0)
        flood.join()


def _flood(phone: Phone) -> None:
    count = 40_000
    phone.sends(*[Car().realtime(number) for number in range(count)])
    for _ in range(count):
        assert phone.hears().flag == OK


def test_every_single_failing_call_is_survived_without_a_false_answer(tmp_path: Path) -> None:
    """R4: the Nth write or sync fails, for every N of a short run."""
    files = Failing()
    with gateway(tmp_path, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for nth in range(1, 17):
            files.fail_at = files.calls + 1 + nth % 8
            files.write_code = files.sync_code = NO_SPACE if nth > 8 else BAD_DISK
            for number in range(4 * nth, 4 * nth + 4):
                assert phone.asks(Car().realtime(number)).flag == OK
                assert Car().realtime(number) in frames(tmp_path)
    assert files.failures > 8


def test_a_disk_that_is_full_at_the_start_is_waited_for(tmp_path: Path) -> None:
    files = Failing()
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
    fills(files)
    waiting = Running(server.config, files)
    starter = threading.Thread(target=waiting.start)
    starter.start()
    eventually(lambda: files.failures >= 2)
    heals(files)
    starter.join()
    with Phone(waiting.port) as phone:
        assert phone.asks(Car().login()).flag == OK
    assert waiting.stop() == 0


def test_a_disk_without_room_for_the_session_file_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R5: a hole in that file would kill the process at a login; so it is an error at the start."""
    tries: list[int] = []
    reserve = os.posix_fallocate

    def full_at_first(descriptor: int, offset: int, size: int) -> None:
        tries.append(size)
        if len(tries) < 3:
            raise OSError(NO_SPACE, "the test's disk")
        reserve(descriptor, offset, size)

    monkeypatch.setattr(os, "posix_fallocate", full_at_first)
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        assert phone.asks(Car().login()).flag == OK
    assert len(tries) == 3


def test_waiting_for_a_full_disk_leaves_nothing_behind() -> None:
    tasks: list[int] = []

    def full() -> bool:
        tasks.append(len(asyncio.all_tasks()))
        if len(tasks) < 6:
            raise JournalFull("the test's disk")
        return True

    async def waited() -> bool | None:
        return await process._had(full, 0.001, asyncio.Event())

    assert asyncio.run(waited())
    assert tasks == [1] * 6


def test_a_stop_during_a_fault_answers_nothing_that_was_held(tmp_path: Path) -> None:
    files = Failing()
    with gateway(tmp_path, files) as server:
        with Phone(server.port) as phone:
            phone.asks(Car().login())
            fills(files)
            phone.sends(Car().realtime(1))
            eventually(lambda: files.failures > 0)
            assert server.stop() == 0
            with pytest.raises(ConnectionError):
                phone.hears()
        heals(files)
    assert frames(tmp_path) == [Car().login()]


def test_a_fault_of_our_own_ends_the_process_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Buggy(broken.JournalWriter):
        def commit(self) -> broken.Position:
            raise ZeroDivisionError("planted")

    monkeypatch.setattr("voltward.gateway.server.JournalWriter", Buggy)
    with gateway(tmp_path) as server:
        server._thread.join(20)
        assert server.status == 1
    assert frames(tmp_path) == []
