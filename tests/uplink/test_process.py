"""The process over real sockets: TCP and TLS, settings that change under way, an end in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.gateway.certificates import Authority
from tests.uplink.scene import KEY, LINK, Platform, report, vin
from tests.uplink.served import PATIENCE_S, Served

from voltward.columns.batch import FrameBatch
from voltward.journal.writer import JournalWriter
from voltward.uplink.links import Link, LinksFile, write_links, write_vehicles
from voltward.uplink.process import Crew, UplinkConfig

LINK_KEY = bytes(range(32))


class House:
    """A data folder with a gateway's journal, and an uplink over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal"
        self.writer = JournalWriter(self.journal, "gateway-0")
        self._generation = 0
        self._stopping = threading.Event()
        self.config = UplinkConfig(
            journal=self.journal,
            snapshots=folder / "snapshots",
            folder=folder / "uplink",
            status_of=lambda link: folder / "run" / f"uplink-{link}.json",
            archived=lambda _position: None,
            vehicle_key=KEY,
            link_key=LINK_KEY,
        )
        self.crew = Crew(self.config)
        self.thread = threading.Thread(target=self.crew.run, args=(self._stopping,))

    def say(self, *links: Link) -> None:
        self._generation += 1
        write_vehicles(self.folder / "snapshots", self._generation, [])
        write_links(self.folder / "snapshots", LinksFile(self._generation, links), LINK_KEY)

    def write(self, *frames: bytes) -> None:
        batch, count = FrameBatch.of(frames), len(frames)
        self.writer.append_many(
            batch.buffer,
            batch.offsets,
            np.ones(count, np.uint8),
            np.zeros(count, np.uint32),
            np.full(count, time.time_ns(), np.int64),
        )
        self.writer.commit()

    def status(self, name: str = LINK.name) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.config.status_of(name).read_text())
        except FileNotFoundError:
            return {}
        return found

    def wait(self, holds: Callable[[dict[str, Any]], bool], name: str = LINK.name) -> None:
        """Until the status file says so."""
        until_s, looked = time.monotonic() + PATIENCE_S, threading.Event()
        while not holds(self.status(name)):
            assert time.monotonic() < until_s, self.status(name)
            looked.wait(0.05)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self.thread.ident:
            self.thread.join(PATIENCE_S)
        self.writer.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served(Platform())
    yield made
    made.close()


def to(served: Served, **changes: Any) -> Link:
    return replace(LINK, **{"port": served.port, **changes})


def is_up(status: dict[str, Any]) -> bool:
    return status.get("state") == "up"


def test_frames_reach_the_platform_and_the_status_says_so(house: House, served: Served) -> None:
    house.say(to(served))
    house.start()
    house.wait(is_up)
    house.write(*(report(number, time.time()) for number in range(500)))
    served.wait(lambda: len(served.platform.accepted) == 500)
    house.wait(lambda status: status["accepted"] == 500)
    status = house.status()
    assert (status["in_flight"], status["due"], status["warned"]) == (0, 0, "")
    assert status["window"] == LINK.window
    house.stop()
    assert len(served.platform.logouts) == 1
    assert house.status()["state"] == "off"


def test_a_new_password_is_taken_up_without_a_restart_and_nothing_is_lost(
    house: House, served: Served
) -> None:
    house.say(to(served))
    house.start()
    house.wait(is_up)
    served.platform.logs_in = False
    served.cut()
    house.wait(lambda status: "refused" in status["error"])
    house.write(*(report(number, time.time()) for number in range(50)))
    house.wait(lambda status: status["due"] == 50)
    served.platform.logs_in = True
    house.say(to(served, password="rotated"))
    house.wait(is_up)
    served.wait(lambda: len(served.platform.accepted) == 50)
    assert b"rotated" in served.platform.logins[-1]


def test_links_come_pause_and_go_while_others_work(house: House, served: Served) -> None:
    other = Served(Platform())
    try:
        house.say(to(served))
        house.start()
        house.wait(is_up)
        local = to(other, name="local", number=1)
        house.say(to(served), local)
        house.wait(is_up, "local")
        house.say(to(served), replace(local, paused=True))
        house.wait(lambda status: status["state"] == "paused", "local")
        house.write(report(1, time.time()))
        served.wait(lambda: len(served.platform.accepted) == 1)
        house.wait(lambda status: status["due"] == 1, "local")
        house.say(to(served))
        house.wait(lambda status: status["state"] == "off", "local")
        assert is_up(house.status())
        assert served.connects == 1
    finally:
        other.close()


def test_a_platform_with_its_own_authority_is_reached_by_tls(house: House, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    served = Served(Platform(), authority.issue("localhost"))
    try:
        house.say(to(served, host="localhost", tls=True, ca_pem=authority.path.read_text()))
        house.start()
        house.wait(is_up)
        house.write(report(1, time.time()))
        served.wait(lambda: len(served.platform.accepted) == 1)
    finally:
        served.close()


def test_a_certificate_of_another_authority_is_refused_with_its_reason(
    house: House, tmp_path: Path
) -> None:
    certificate = Authority(tmp_path).issue("localhost")
    other = Authority(tmp_path)
    served = Served(Platform(), certificate)
    try:
        house.say(to(served, host="localhost", tls=True, ca_pem=other.path.read_text()))
        house.start()
        house.wait(lambda status: "certificate" in status.get("error", "").lower())
        assert served.platform.logins == []
    finally:
        served.close()


def test_without_links_the_process_idles_and_a_damaged_file_changes_nothing(
    house: House, served: Served
) -> None:
    house.start()
    house.say(to(served))
    house.wait(is_up)
    (house.folder / "snapshots" / "links.json").write_text("damaged")
    house.write(report(1, time.time()))
    served.wait(lambda: len(served.platform.accepted) == 1)
    assert is_up(house.status())


def test_a_checkpoint_that_is_damaged_stops_the_link_and_no_other(
    house: House, served: Served
) -> None:
    folder = house.folder / "uplink" / "local"
    folder.mkdir(parents=True)
    (folder / "checkpoint.json").write_text("damaged")
    house.say(to(served), to(served, name="local", number=1))
    house.start()
    house.wait(is_up)
    house.wait(lambda status: "checksum" in status.get("reason", ""), "local")


def test_a_killed_process_loses_nothing_and_repeats_at_most_a_window(
    house: House, served: Served
) -> None:
    """``voltward uplink`` itself, killed under load again and again."""
    from voltward.base.settings import Settings
    from voltward.entry import places

    settings = Settings(data=house.folder)
    house.say()
    write_links(
        house.folder / "snapshots",
        LinksFile(1, (to(served, live_s=3600),)),
        places.link_key(settings),
    )
    kills, sent, moment = 2, 0, time.time()
    for number in range(kills + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "voltward.entry.cli.main", "uplink"],
            env={**os.environ, "VOLTWARD_DATA": str(house.folder), "VOLTWARD_LOG_LEVEL": "ERROR"},
        )
        try:
            served.wait(lambda: len(served.platform.logins) > number)  # noqa: B023
            for _ in range(
                10
            ):  # each frame with a time of its own, whatever the clock does meanwhile
                moment -= 1
                house.write(*(report(car, moment) for car in range(20)))
            sent += 200
            enough = sent - 100 if number < kills else sent
            served.wait(lambda: len(names(served)) >= enough)  # noqa: B023
        finally:
            process.send_signal(signal.SIGKILL if number < kills else signal.SIGTERM)
            process.wait(PATIENCE_S)
    served.wait(lambda: len(names(served)) == sent)
    repeats = len(served.platform.accepted) - sent
    assert repeats <= kills * LINK.window
    assert {one.vin for one in served.platform.accepted} == {vin(car) for car in range(20)}


def names(served: Served) -> set[tuple[str, bytes]]:
    return {(one.vin, one.time) for one in served.platform.accepted}


def test_the_journal_keeps_what_a_link_has_not_read(house: House, served: Served) -> None:
    from voltward.base.settings import Settings
    from voltward.entry import places
    from voltward.entry.processes.uplink import followers

    settings = Settings(data=house.folder)
    house.write(report(1, time.time()))
    assert followers(settings, "gateway-0") == {}
    write_links(house.folder / "snapshots", LinksFile(1, (to(served),)), places.link_key(settings))
    assert followers(settings, "gateway-0") == {"link national": None}
    assert followers(settings, "findings-main") == {}
    house.say(to(served))
    house.start()
    house.wait(is_up)
    write_links(house.folder / "snapshots", LinksFile(2, (to(served),)), places.link_key(settings))
    assert followers(settings, "gateway-0") == {"link national": house.writer.end}
