"""R11-R13, R25: who stalls, dribbles, lies or floods holds nobody up but himself."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, OTHER_VIN, Car
from tests.gateway.servers import (
    PATIENCE_S,
    Gated,
    Phone,
    Running,
    events,
    eventually,
    frames,
    gateway,
)

from voltward.gateway.config import Limits
from voltward.gateway.hub import Hub
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link
from voltward.gateway.session import Session

REALTIMES = [Car().realtime(number) for number in range(50)]


def is_hung_up_on_without_a_login(journal: Path, patience_s: float = PATIENCE_S) -> bool:
    """Dribbling one byte at a time: does the gateway end it?"""
    limits = Limits(login_deadline_s=0.3)
    with gateway(journal, limits=limits) as server, Phone(server.port) as phone:
        phone.socket.settimeout(0.05)
        for _ in range(int(patience_s / 0.05)):
            try:
                phone.sends(b"#")
                if not phone.socket.recv(1):
                    return True
            except TimeoutError:
                continue
            except ConnectionError:
                return True
    return False


def test_a_link_that_dribbles_instead_of_logging_in_is_ended(tmp_path: Path) -> None:
    assert is_hung_up_on_without_a_login(tmp_path)
    assert events(tmp_path, "close")[0]["reason"] == "login_deadline"


def test_a_build_that_minds_silence_only_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "overdue", broken.minds_silence_only)
    assert not is_hung_up_on_without_a_login(tmp_path, patience_s=1.5)


def is_cut_off_for_talking_before_its_login(journal: Path) -> bool:
    """A frame of 60,000 bytes is announced and sent; nobody has logged in."""
    limits = Limits(pre_login_bytes=4096, login_deadline_s=1.0)
    with gateway(journal, limits=limits) as server, Phone(server.port) as phone:
        phone.sends(Car().realtime(1)[:22] + (60_000).to_bytes(2, "big") + bytes(50_000))
        phone.is_hung_up_on()
    return events(journal, "close")[0]["reason"] == "pre_login_bytes"


def test_a_link_that_sends_too_much_before_its_login_is_ended(tmp_path: Path) -> None:
    assert is_cut_off_for_talking_before_its_login(tmp_path)


def test_a_build_without_the_early_cap_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Link, "_count_early", broken.counts_no_early_bytes)
    assert not is_cut_off_for_talking_before_its_login(tmp_path)


def test_a_login_may_be_followed_by_a_large_backlog_in_the_same_breath(tmp_path: Path) -> None:
    backlog = [Car().reissue(number) for number in range(1500)]
    limits = Limits(pre_login_bytes=1024)
    with gateway(tmp_path, limits=limits) as server, Phone(server.port) as phone:
        phone.sends(Car().login(), *backlog)
        assert {phone.hears().flag for _ in range(1501)} == {OK}
    assert frames(tmp_path) == [Car().login(), *backlog]


def test_silence_ends_a_session(tmp_path: Path) -> None:
    with gateway(tmp_path, limits=Limits(idle_close_s=0.3)) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        assert phone.is_hung_up_on()
    assert events(tmp_path, "close")[0]["reason"] == "idle"


def finds_the_frame_behind_a_lying_length(journal: Path) -> bool:
    """R11: a header that claims 60,000 bytes stands in front of a good frame."""
    limits = Limits(frame_deadline_s=0.3, idle_close_s=2.0)
    with gateway(journal, limits=limits) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        phone.sends(Car().realtime(1)[:22] + (60_000).to_bytes(2, "big"), Car().realtime(2))
        try:
            return phone.hears().flag == OK
        except ConnectionError:
            return False


def test_a_lying_length_swallows_no_good_frame(tmp_path: Path) -> None:
    assert finds_the_frame_behind_a_lying_length(tmp_path)


def test_a_build_that_waits_for_ever_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Intake, "give_up", broken.waits_for_ever)
    assert not finds_the_frame_behind_a_lying_length(tmp_path)


def test_one_link_too_many_is_ended_and_the_others_stay(tmp_path: Path) -> None:
    with gateway(tmp_path, limits=Limits(links=2)) as server:
        with Phone(server.port) as first, Phone(server.port) as second:
            first.asks(Car().login())
            second.asks(Car(OTHER_VIN).login())
            with Phone(server.port) as third:
                assert third.is_hung_up_on()
            assert first.asks(Car().heartbeat()).flag == OK
        assert server.figure('closed_total{reason="link_limit"}') == 1.0


def test_links_that_hold_the_memory_wait_and_honest_ones_are_answered(tmp_path: Path) -> None:
    limits = Limits(pre_login_bytes=70_000, buffered_bytes=200_000, login_deadline_s=600.0)
    announced = Car().realtime(1)[:22] + (65_000).to_bytes(2, "big")
    with gateway(tmp_path, limits=limits) as server, Phone(server.port) as honest:
        honest.asks(Car().login())
        stalled = [Phone(server.port) for _ in range(8)]
        for phone in stalled:
            phone.sends(announced, bytes(60_000))
        eventually(lambda: server.figure("buffered_bytes") >= 200_000)
        for number in range(20):
            assert honest.asks(Car().realtime(number)).flag == OK
        assert server.figure("buffered_bytes") < 8 * 60_000 + 1000
        for phone in stalled:
            phone.socket.close()


def stops_reading_who_does_not_read(journal: Path) -> bool:
    """Frames without end, a piece when the one before is on disk, and no answer is fetched."""
    piece = b"".join(REALTIMES) * 140
    with gateway(journal) as server, Phone(server.port) as deaf, Phone(server.port) as honest:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        honest.asks(Car(OTHER_VIN).login())
        deaf.sends(Car().login())
        is_read = True
        for taken in range(64):  # the system keeps 4 MiB of answers for it, of 17 pieces
            deaf.sends(piece)
            is_read = is_reached(server, "bytes_written_total", (taken + 1) * len(piece))
            if not is_read:
                break
        assert honest.asks(Car(OTHER_VIN).heartbeat()).flag == OK
        return not is_read


def is_reached(server: Running, name: str, value: float) -> bool:
    try:
        eventually(lambda: server.figure(name) >= value, 1.5)
    except AssertionError:
        return False
    return True


def test_a_peer_that_does_not_read_its_answers_is_not_read_either(tmp_path: Path) -> None:
    assert stops_reading_who_does_not_read(tmp_path)


def test_a_build_that_reads_on_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Link, "pause_writing", broken.reads_on)
    assert not stops_reading_who_does_not_read(tmp_path)


def holds_a_backlog_back_while_it_is_behind(journal: Path) -> bool:
    """R25: a disk that stalls makes the process late; who waits then, backlog or live frame?"""
    files, other = Gated(), Car(OTHER_VIN)
    with (
        gateway(journal, files, commit_every_ms=0.2) as server,  # late means over one millisecond
        Phone(server.port) as backlog,
        Phone(server.port) as live,
    ):
        backlog.asks(Car().login())
        live.asks(other.login())
        files.gate.clear()
        files.waiting.clear()
        live.sends(other.realtime(0))
        assert files.waiting.wait(PATIENCE_S)
        backlog.sends(*[Car().reissue(number) for number in range(2000)])
        for _ in range(5):
            eventually(lambda: server.figure("buffered_bytes") > 70_000)
        files.gate.set()
        live.hears()
        for _ in range(2000):
            backlog.hears()
        backlog.sends(Car().reissue(2000))
        for number in range(10):
            assert live.asks(other.realtime(number)).flag == OK
        return backlog.hears_nothing_yet()


def test_a_backlog_waits_for_live_frames_while_the_process_is_behind(tmp_path: Path) -> None:
    assert holds_a_backlog_back_while_it_is_behind(tmp_path)


def test_a_build_that_serves_first_come_first_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hub, "_hold_reissue", broken.serves_first_come_first)
    assert not holds_a_backlog_back_while_it_is_behind(tmp_path)
