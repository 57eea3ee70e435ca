"""The ``voltward uplink`` process: every link that the office has approved, each in its thread."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from voltward.base.errors import BadInput
from voltward.journal.keys import KeyRing
from voltward.seals.own_keys import OwnKeys
from voltward.uplink.books import Place
from voltward.uplink.forms import Reencode
from voltward.uplink.incoming import Table
from voltward.uplink.links import (
    LINKS_FILE,
    VEHICLES_FILE,
    LinksFile,
    read_links,
    read_vehicles,
)
from voltward.uplink.metrics import LinksCollector
from voltward.uplink.requests import FOLDER
from voltward.uplink.runner import Runner, RunnerPlaces
from voltward.uplink.sources import Archived

LOOK_EVERY_S: Final = 0.5
_log = structlog.get_logger("voltward.uplink")


@dataclass(frozen=True, slots=True)
class UplinkConfig:
    """``snapshots``: where the office puts its files; ``folder``: of cursors and backlogs;
    ``scale``: of all retry times, 1 as the standard has them; ``own``: our private keys."""

    journal: Path
    snapshots: Path
    folder: Path
    status_of: Callable[[str], Path]
    archived: Archived
    vehicle_key: bytes = field(repr=False)
    link_key: bytes = field(repr=False)
    journal_keys: KeyRing = field(default_factory=KeyRing)
    reencode: Reencode | None = None
    scale: float = 1.0
    metrics_port: int | None = None
    own: OwnKeys | None = None

    def place_of(self, link: str) -> Place:
        requests = self.snapshots / FOLDER / link
        folder = self.folder / link
        return Place(self.journal, folder, link, self.vehicle_key, self.journal_keys, requests)


def run(config: UplinkConfig) -> int:
    """Work until SIGTERM or SIGINT; the exit status, 1 after a fault of ours."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    crew = Crew(config)
    if config.metrics_port is not None:
        registry = CollectorRegistry()
        registry.register(LinksCollector(crew.statuses))
        start_http_server(config.metrics_port, "127.0.0.1", registry)
    _log.info("uplink follows", journal=str(config.journal))
    return crew.run(stopping)


class Crew:
    """A runner for each link of the office's file."""

    def __init__(self, config: UplinkConfig) -> None:
        self._config = config
        self._places = RunnerPlaces(
            config.place_of, config.status_of, config.archived, config.reencode, config.scale,
            config.own,
        )  # fmt: skip
        self._runners: dict[str, Runner] = {}
        self._seen: tuple[int, int] = (-1, -1)
        self._lock = threading.Lock()

    def run(self, stopping: Event) -> int:
        """Until ``stopping``, or until a runner ended by a fault."""
        while not stopping.is_set() and not self._faults():
            self.look()
            stopping.wait(LOOK_EVERY_S)
        faults = list(self._faults())
        self._part_with(set(self._runners))
        return 1 if faults else 0

    def look(self) -> None:
        """Take over what the office has changed."""
        folder = self._config.snapshots
        seen = (_changed_ns(folder / LINKS_FILE), _changed_ns(folder / VEHICLES_FILE))
        if seen == self._seen or not seen[0]:
            return
        try:
            file = read_links(folder, self._config.link_key)
            table = _table(folder, file)
        except (OSError, BadInput) as error:
            _log.error("the links in force stay", error=str(error))
            self._seen = seen
            return
        self._seen = seen
        self._use(file, table)

    def statuses(self) -> Iterator[Runner]:
        with self._lock:
            yield from list(self._runners.values())

    def _use(self, file: LinksFile, table: Table) -> None:
        self._part_with(set(self._runners) - {link.name for link in file.links})
        for link in file.links:
            runner = self._runners.get(link.name)
            if runner is not None:
                runner.use(link, table)
                continue
            runner = Runner(link, table, self._places)
            with self._lock:
                self._runners[link.name] = runner
            runner.start()
            _log.info("link begins", link=link.name)

    def _part_with(self, names: set[str]) -> None:
        leaving = [self._runners[name] for name in names]
        for runner in leaving:
            runner.stop()
        for runner in leaving:
            runner.join()
        with self._lock:
            for name in names:
                del self._runners[name]

    def _faults(self) -> list[Runner]:
        return [runner for runner in self._runners.values() if runner.fault is not None]


def _table(folder: Path, file: LinksFile) -> Table:
    try:
        return Table(read_vehicles(folder)[1], file.usages)
    except FileNotFoundError:
        return Table.empty()


def _changed_ns(path: Path) -> int:
    """0: there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
