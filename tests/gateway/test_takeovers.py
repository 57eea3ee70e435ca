"""Vehicles that come back, processes that share a port, and a registry that changes."""

from __future__ import annotations

from pathlib import Path

from tests.gateway.car import FOREIGN_VIN, OK, VIN, Car
from tests.gateway.servers import (
    Phone,
    events,
    eventually,
    gateway,
)

from voltward.gateway.online import read_online
from voltward.gateway.registry import RegistryEntry, write_snapshot


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
