"""R4, R9, R11: a disk that neither takes a commit nor refuses it is told of, and outlived."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, OTHER_VIN, Car
from tests.gateway.servers import PATIENCE_S, Gated, Phone, eventually, frames, gateway

from voltward.gateway import server as process
from voltward.gateway import watch
from voltward.gateway.committer import HANGS_S, Committer
from voltward.gateway.config import Limits
from voltward.gateway.seats import Seats
from voltward.gateway.watch import Watch


def hang(files: Gated, phone: Phone, data: bytes) -> None:
    """The commit that holds ``data`` does not end until the gate is opened."""
    files.gate.clear()
    files.waiting.clear()
    phone.sends(data)
    assert files.waiting.wait(PATIENCE_S)


def tells_of_a_hanging_commit(journal: Path) -> bool:
    """An alarm while it lasts, in the log once and in the metrics; and word that it is over."""
    files = Gated()
    with gateway(journal, files) as server, Phone(server.port) as phone, capture_logs() as log:
        phone.asks(Car().login())
        hang(files, phone, Car().realtime(1))

        def said(event: str) -> int:
            return sum(entry["event"] == event for entry in log)

        try:
            eventually(lambda: said("commit_hangs"), 3.0)
            eventually(lambda: server.figure("commit_waiting_seconds") >= 1.5)
            is_serving = server.figure("serving") == 1.0
            files.gate.set()
            assert phone.hears().flag == OK
            eventually(lambda: said("commit_hangs_no_more"), 3.0)
            eventually(lambda: server.figure("serving") == 1.0)
        except AssertionError:
            return False
        finally:
            files.gate.set()
        return said("commit_hangs") == 1 and not is_serving


def test_a_commit_that_hangs_raises_one_alarm_and_its_end_is_told(tmp_path: Path) -> None:
    assert tells_of_a_hanging_commit(tmp_path)


def test_the_alarm_comes_within_a_second() -> None:
    assert HANGS_S + watch._STEP_S <= 1.0


def test_a_build_that_notices_no_hang_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "commit", broken.notices_no_hang)
    assert not tells_of_a_hanging_commit(tmp_path)


def ends_although_the_disk_hangs(
    journal: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> bool:
    """SIGTERM in the middle of a hang: does the process end by itself, and with an error?"""
    monkeypatch.setattr(process, "_PATIENCE_S", 0.2)  # of each step
    files = Gated()
    with gateway(journal, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        hang(files, phone, Car().realtime(1))
        try:
            assert server._loop is not None
            assert server._stop is not None
            server._loop.call_soon_threadsafe(server._stop.set)
            server._thread.join(patience_s)
            return not server._thread.is_alive() and server.status == 1
        finally:
            files.gate.set()


def test_a_stop_on_a_hanging_disk_ends_in_bounded_time_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ends_although_the_disk_hangs(tmp_path, monkeypatch, PATIENCE_S)


def test_a_build_that_waits_for_the_disk_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Committer, "stop", broken.waits_for_the_disk)
    assert not ends_although_the_disk_hangs(tmp_path, monkeypatch, patience_s=3.0)


def costs_no_vehicle_its_frame_or_its_login(journal: Path) -> bool:
    """Half a frame before, the rest and a login during a hang longer than both deadlines."""
    files, frame, late = Gated(), Car().realtime(7), Car("LVWTEST0900000077")
    limits = Limits(frame_deadline_s=1.5, login_deadline_s=1.5)
    with (
        gateway(journal, files, limits=limits) as server,
        Phone(server.port) as phone,
        Phone(server.port) as other,
    ):
        phone.asks(Car().login())
        other.asks(Car(OTHER_VIN).login())
        phone.sends(frame[:20])
        hang(files, other, Car(OTHER_VIN).realtime(1))
        try:
            phone.sends(frame[20:])
            with Phone(server.port) as newcomer:
                newcomer.sends(late.login())
                eventually(lambda: server.figure("commit_waiting_seconds") > 3.0)
                files.gate.set()
                answers = newcomer.hears().flag, phone.hears().flag
        except ConnectionError:
            return False
        finally:
            files.gate.set()
    return answers == (OK, OK) and frame in frames(journal)


def test_a_hang_costs_no_vehicle_its_frame_or_its_login(tmp_path: Path) -> None:
    assert costs_no_vehicle_its_frame_or_its_login(tmp_path)


def test_a_build_that_lets_links_pay_for_a_hang_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seats, "excuse", broken.excuses_nobody)
    assert not costs_no_vehicle_its_frame_or_its_login(tmp_path)
