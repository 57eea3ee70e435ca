"""The gateway over real sockets: answers only what is on disk, and lets nobody hold it up."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import FOREIGN_VIN, OK, OTHER_VIN, VIN, Car
from tests.gateway.certificates import Authority
from tests.gateway.servers import (
    PATIENCE_S,
    Phone,
    Process,
    Running,
    config_for,
    events,
    eventually,
    frames,
    gateway,
    records,
)

from voltward.base.errors import BadSetting
from voltward.gateway.config import Limits, Tls
from voltward.gateway.hub import Hub
from voltward.gateway.intake import Intake
from voltward.gateway.link import Link
from voltward.gateway.online import read_online
from voltward.gateway.reasons import RecordKind
from voltward.gateway.registry import RegistryEntry, write_snapshot
from voltward.gateway.session import Session
from voltward.journal.files import OsFiles

REALTIMES = [Car().realtime(number) for number in range(50)]


class Gated(OsFiles):
    """Syncs of content wait until they are let through."""

    def __init__(self) -> None:
        self.waiting = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def sync_data(self, handle: int) -> None:
        self.waiting.set()
        assert self.gate.wait(PATIENCE_S)
        super().sync_data(handle)


def answers_only_what_is_on_disk(journal: Path) -> bool:
    """While the sync is held up, is there silence? And an answer when it is done?"""
    files = Gated()
    with gateway(journal, files) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        files.gate.clear()
        files.waiting.clear()
        phone.sends(Car().realtime(1))
        assert files.waiting.wait(PATIENCE_S)
        is_silent = phone.hears_nothing_yet()
        files.gate.set()
        return is_silent and phone.hears().flag == OK


def test_no_answer_leaves_before_the_sync_that_holds_its_frame(tmp_path: Path) -> None:
    assert answers_only_what_is_on_disk(tmp_path)


def test_a_build_that_answers_first_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voltward.gateway.hub.Committer", broken.AnswersFirst)
    files = Gated()
    with gateway(tmp_path, files) as server, Phone(server.port) as phone:
        files.gate.clear()
        assert phone.asks(Car().login()).flag == OK
        files.gate.set()


def test_every_answered_frame_is_in_the_journal_when_its_answer_arrives(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for frame in REALTIMES:
            assert phone.asks(frame).flag == OK
            assert frames(tmp_path)[-1] == frame


def test_frames_sent_in_one_breath_are_answered_in_their_order(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.sends(Car().login(), *REALTIMES, Car().heartbeat(), Car().logout())
        heard = [phone.hears().command for _ in range(53)]
    assert heard == [1] + [2] * 50 + [7, 4]
    assert frames(tmp_path) == [Car().login(), *REALTIMES, Car().heartbeat(), Car().logout()]


def test_what_was_sent_before_hanging_up_is_kept_without_an_answer(tmp_path: Path) -> None:
    with gateway(tmp_path) as server:
        with Phone(server.port) as phone:
            phone.sends(Car().login(), Car().realtime(1), Car().realtime(2)[:30])
        eventually(lambda: events(tmp_path, "close"))
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)]
    noise = b"".join(data[1:] for kind, _, data in records(tmp_path) if kind == RecordKind.NOISE)
    assert noise == Car().realtime(2)[:30]


def test_random_bytes_on_one_link_do_not_disturb_another(tmp_path: Path) -> None:
    noise = bytes(range(256)) * 60
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().login())
        for _ in range(5):
            with Phone(server.port) as stranger:
                stranger.sends(noise)
            assert phone.asks(Car().realtime(1)).flag == OK
        assert server.figure("faults_total") == 0.0


def test_both_ends_of_a_restart_keep_every_answered_frame(tmp_path: Path) -> None:
    for _ in range(2):
        with gateway(tmp_path) as server, Phone(server.port) as phone:
            phone.asks(Car().login())
            assert phone.asks(Car().realtime(1)).flag == OK
            with Phone(server.port):
                assert server.stop() == 0
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)] * 2
    assert [len(events(tmp_path, name)) for name in ("start", "stop")] == [2, 2]


# R12, R13: who holds a link without speaking


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


def test_a_peer_that_does_not_read_its_answers_is_not_read_either(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as deaf, Phone(server.port) as honest:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        honest.asks(Car(OTHER_VIN).login())
        deaf.sends(Car().login())
        deaf.socket.settimeout(0.3)
        burst = b"".join(REALTIMES) * 40_000
        with pytest.raises(TimeoutError):
            deaf.sends(burst)
        assert honest.asks(Car(OTHER_VIN).heartbeat()).flag == OK


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


# sessions


def test_the_newest_login_wins_and_two_living_sources_are_a_possible_clone(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as old, Phone(server.port) as new:
        old.asks(Car().login())
        assert new.asks(Car().login()).flag == OK
        assert old.is_hung_up_on()
        (event,) = eventually(lambda: events(tmp_path, "possible_clone"))
        assert event["vin"] == VIN
        assert new.asks(Car().heartbeat()).flag == OK


def test_a_vehicle_that_vanished_and_came_back_is_no_clone(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as new:
        old = Phone(server.port)
        old.asks(Car().login())
        old.vanishes()
        assert new.asks(Car().login()).flag == OK
        eventually(lambda: server.figure("links") == 1.0)
        assert new.asks(Car().heartbeat()).flag == OK
    assert events(tmp_path, "possible_clone") == []
    assert events(tmp_path, "close")[0]["reason"] == "replaced"


def test_a_vehicle_that_comes_back_through_another_process_leaves_the_first(
    tmp_path: Path,
) -> None:
    with (
        gateway(tmp_path) as first,
        gateway(tmp_path, number=1) as second,
        Phone(first.port) as old,
        Phone(second.port) as new,
    ):
        old.asks(Car().login())
        assert new.asks(Car().login()).flag == OK
        assert old.is_hung_up_on()
        assert [session.stream for session in read_online(tmp_path)] == ["gateway-1"]
        eventually(lambda: events(tmp_path, "possible_clone"))
        assert new.asks(Car().heartbeat()).flag == OK


def test_processes_share_one_port_and_both_take_links(tmp_path: Path) -> None:
    with gateway(tmp_path) as first:
        shared = f"127.0.0.1:{first.port}"
        with gateway(tmp_path, number=1, listen=shared) as second:
            phones = [Phone(first.port) for _ in range(40)]
            for number, phone in enumerate(phones):
                assert phone.asks(Car(f"LVWSHARE{number:09d}").login()).flag == OK
            assert first.figure("links") + second.figure("links") == 40.0
            assert min(first.figure("links"), second.figure("links")) > 0.0
            assert len(read_online(tmp_path)) == 40
            for phone in phones:
                phone.socket.close()


def test_who_is_online_is_readable_while_it_is_so(tmp_path: Path) -> None:
    with gateway(tmp_path) as server:
        with Phone(server.port) as phone:
            phone.asks(Car().login())
            phone.asks(Car().realtime(1))
            (session,) = read_online(tmp_path)
            assert (session.vin, session.frames, session.peer) == (VIN, 1, "127.0.0.x")
        eventually(lambda: read_online(tmp_path) == [])


def test_a_change_of_the_registry_is_seen_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "registry.snapshot"
    journal = tmp_path / "journal"
    with gateway(journal, registry=path, auto_register=False) as server:
        with Phone(server.port) as phone:
            assert phone.asks(Car(FOREIGN_VIN).login()).flag != OK
            write_snapshot(path, [RegistryEntry(FOREIGN_VIN), RegistryEntry(VIN)], [], 1)
            eventually(lambda: server.figure("registry_generation") == 1.0)
            assert phone.asks(Car(FOREIGN_VIN).login()).flag == OK
            with Phone(server.port) as other:
                assert other.asks(Car().login()).flag == OK
                write_snapshot(path, [RegistryEntry(VIN)], [], 2)
                assert phone.is_hung_up_on()
                assert other.asks(Car().heartbeat()).flag == OK
        assert events(journal, "close")[0]["reason"] == "no_longer_admitted"


def test_a_damaged_registry_changes_nothing_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "registry.snapshot"
    write_snapshot(path, [RegistryEntry(VIN)], [], 1)
    with gateway(tmp_path / "journal", registry=path, auto_register=False) as server:
        damaged = tmp_path / "damaged"
        damaged.write_bytes(b"garbage")
        damaged.replace(path)  # a snapshot is put in place whole, never written over
        eventually(lambda: server.figure('faults_total{code="registry"}') == 1.0)
        with Phone(server.port) as phone:
            assert phone.asks(Car().login()).flag == OK


def test_the_counters_tell_what_happened(tmp_path: Path) -> None:
    with gateway(tmp_path) as server, Phone(server.port) as phone:
        phone.asks(Car().realtime(1))
        phone.asks(Car().login())
        phone.asks(Car().realtime(1))
        phone.asks(Car().heartbeat())
        phone.sends(b"noise")
        phone.asks(Car().heartbeat())
        assert server.figure('frames_total{command="02",edition="2016"}') == 1.0
        assert server.figure('frames_total{command="07",edition="2016"}') == 2.0
        assert server.figure('refused_total{reason="not_logged_in"}') == 1.0
        assert server.figure('noise_bytes_total{reason="2"}') == 5.0
        assert server.figure("answers_total") == 5.0
        assert server.figure("serving") == 1.0
        assert server.figure("fsync_seconds_count") > 0.0
        assert server.figure("clock_seconds") > 1.7e9


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secured(tmp_path: Path, authority: Authority) -> Iterator[Running]:
    certificate, key = authority.issue("localhost")
    tls = Tls("127.0.0.1:0", certificate, key, client_ca=authority.path)
    with gateway(tmp_path, tls=tls) as server:
        yield server


def tls_phone(server: Running, context: ssl.SSLContext) -> Phone:
    assert server.state is not None
    assert server.state.tls_port is not None
    plain = socket.create_connection(("127.0.0.1", server.state.tls_port))
    return Phone(0, context.wrap_socket(plain, server_hostname="localhost"))


def test_a_vehicle_with_a_certificate_speaks_over_mutual_tls(
    tmp_path: Path, secured: Running, authority: Authority
) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    context.load_cert_chain(*authority.issue(VIN))
    with tls_phone(secured, context) as phone:
        assert phone.asks(Car().login()).flag == OK
        assert phone.asks(Car().realtime(1)).flag == OK
    assert frames(tmp_path) == [Car().login(), Car().realtime(1)]


def test_a_vehicle_without_a_certificate_is_turned_away_by_mutual_tls(
    tmp_path: Path, secured: Running, authority: Authority
) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    with pytest.raises((ssl.SSLError, ConnectionError)), tls_phone(secured, context) as phone:
        phone.asks(Car().login())
    assert frames(tmp_path) == []


def test_tls_alone_asks_for_no_certificate(tmp_path: Path, authority: Authority) -> None:
    tls = Tls("127.0.0.1:0", *authority.issue("localhost"))
    with gateway(tmp_path, tls=tls) as server:
        context = ssl.create_default_context(cafile=str(authority.path))
        with tls_phone(server, context) as phone, Phone(server.port) as plain:
            assert phone.asks(Car().login()).flag == OK
            assert plain.asks(Car(OTHER_VIN).login()).flag == OK


def test_old_tls_is_refused(secured: Running, authority: Authority) -> None:
    context = ssl.create_default_context(cafile=str(authority.path))
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        tls_phone(secured, context)


def test_settings_that_cannot_be_used_are_named(tmp_path: Path, authority: Authority) -> None:
    missing = Tls("127.0.0.1:0", tmp_path / "none.pem", tmp_path / "none.key")
    with pytest.raises(BadSetting, match=r"none\.pem"):
        Running(config_for(tmp_path, tls=missing)).start()
    with pytest.raises(BadSetting, match="HOST:PORT"):
        Running(config_for(tmp_path, listen="nowhere")).start()
    with pytest.raises(BadSetting, match=r"192\.0\.2\.1"):
        Running(config_for(tmp_path, listen="192.0.2.1:0")).start()


# R9


def test_sigterm_answers_what_was_received_and_loses_nothing(tmp_path: Path) -> None:
    process = Process(config_for(tmp_path)).start()
    with Phone(process.port) as phone:
        phone.asks(Car().login())
        phone.sends(*REALTIMES)
        first = phone.hears()
        assert process.terminate() == 0
        answers = 1
        try:
            while phone.hears().flag == OK:
                answers += 1
        except ConnectionError:
            pass
    assert first.flag == OK
    assert frames(tmp_path)[1 : answers + 1] == REALTIMES[:answers]
    assert events(tmp_path, "close")[0]["reason"] in ("shutdown", "peer")
