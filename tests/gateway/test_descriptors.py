"""R23: vehicles never take the descriptors that the journal needs."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, OTHER_VIN, Car
from tests.gateway.servers import Build, Phone, Process, config_for, eventually

from voltward.gateway import server
from voltward.gateway.config import Limits
from voltward.gateway.descriptors import RESERVE, fitted

FEW = RESERVE + 40


@pytest.fixture
def hard() -> Iterator[int]:
    """The hard limit; the soft one is put back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_is_raised_to_the_hard_one(hard: int, tmp_path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 512), hard))
    fitted(config_for(tmp_path))
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_fewer_links_than_set_are_taken_and_told_of_when_they_would_not_fit(
    hard: int, tmp_path: Path
) -> None:
    config = config_for(tmp_path, limits=Limits(links=hard, idle_close_s=7.0))
    with capture_logs() as log:
        found = fitted(config)
    assert found == replace(config, limits=Limits(links=hard - RESERVE, idle_close_s=7.0))
    assert [(each["event"], each["log_level"]) for each in log] == [("links_limited", "warning")]


def test_a_limit_that_fits_is_left_as_it_is_in_silence(hard: int, tmp_path: Path) -> None:
    config = config_for(tmp_path, limits=Limits(links=hard - RESERVE))
    with capture_logs() as log:
        assert fitted(config) is config
    assert log == []


def with_few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))


def with_few_descriptors_and_no_limit() -> None:
    with_few_descriptors()
    server.fitted = broken.leaves_it_to_the_system  # type: ignore[assignment]


def serves_beside_a_crowd(journal: Path, build: Build) -> bool:
    """More connections than descriptors, and the journal needs new segments all the while."""
    config = config_for(journal, metrics_port=None, segment_bytes=12_000)
    process = Process(config, build).start()
    crowd: list[socket.socket] = []
    try:
        with Phone(process.port) as honest:
            honest.asks(Car().login())
            honest.socket.settimeout(3.0)
            crowd += [socket.create_connection(("127.0.0.1", process.port)) for _ in range(FEW)]
            for number in range(20):
                honest.sends(*[Car().realtime(50 * number + each) for each in range(50)])
                if {honest.hears().flag for _ in range(50)} != {OK}:
                    return False
    except OSError:
        return False
    finally:
        for each in crowd:
            each.close()
        is_clean = process.terminate() == 0
    return is_clean


def test_a_crowd_beyond_the_descriptors_starves_neither_the_journal_nor_who_is_there(
    tmp_path: Path,
) -> None:
    assert serves_beside_a_crowd(tmp_path, with_few_descriptors)
    assert len(list((tmp_path / "gateway-0").glob("*.log"))) > 4


def test_a_build_that_leaves_it_to_the_system_is_caught(tmp_path: Path) -> None:
    assert not serves_beside_a_crowd(tmp_path, with_few_descriptors_and_no_limit)


def test_new_vehicles_are_taken_again_when_the_crowd_has_gone(tmp_path: Path) -> None:
    process = Process(config_for(tmp_path, metrics_port=None), with_few_descriptors).start()
    for each in [socket.create_connection(("127.0.0.1", process.port)) for _ in range(2 * FEW)]:
        each.close()
    assert eventually(lambda: is_taken(process.port))
    assert process.terminate() == 0


def is_taken(port: int) -> bool:
    """Does a vehicle that comes now get in? The crowd's end may not have been seen yet."""
    try:
        with Phone(port) as phone:
            return phone.asks(Car(OTHER_VIN).login()).flag == OK
    except ConnectionError:
        return False
