"""``voltward keeper``: seals, archives and expires the journal, hour by hour; needs no office database."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event

import structlog
from prometheus_client import Counter, Gauge, start_http_server

from voltward.base.errors import Refused
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.entry.processes.processor import config as processor_config
from voltward.entry.processes.uplink import followers as link_followers
from voltward.journal.errors import JournalError
from voltward.journal.expiry import NOT_OLD, ExpiryPolicy
from voltward.journal.holds import Holds
from voltward.journal.keeper import Keeper, Kept
from voltward.journal.reader import JournalReader
from voltward.journal.stats import disk_stats
from voltward.telemetry.archive.run import Archiver, archive_is_whole, followers
from voltward.telemetry.archive.write import ArchiveConfig
from voltward.telemetry.ingest.vehicles import warm

ROUND_EVERY_S = 10.0
DAY_NS = 86_400_000_000_000
SEALED = Counter("voltward_keeper_sealed_total", "Segments sealed", ["stream"])
ARCHIVED = Counter("voltward_keeper_archived_total", "Segments archived and read back")
EXPIRED = Counter("voltward_keeper_expired_total", "Segments expired", ["stream"])
FAULTS = Counter("voltward_keeper_faults_total", "What could not be done in a round")
TROUBLED = Gauge(
    "voltward_keeper_troubled_segments", "Segments that could not be archived and are tried later"
)
DISK_LEVEL = Gauge("voltward_disk_level", "0 below 80 % used, then 1, 2, 3 at 80, 90, 95 %")
DISK_FREE = Gauge("voltward_disk_free_bytes", "Free bytes on the journal's disk")
_log = structlog.get_logger("voltward.keeper")


def run_keeper(settings: Settings) -> None:
    """Round after round until SIGTERM."""
    begin_log(settings.log_level)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    start_http_server(settings.metrics_port, "127.0.0.1")
    warm()
    rounds = Rounds(settings)
    while not stopping.is_set():
        rounds.keep(stopping)
        stopping.wait(ROUND_EVERY_S)


@dataclass
class Rounds:
    """One round seals what is finished, archives what is stored, expires what may go.

    A step that fails is counted and logged; the others, and the look at the disk, go on.
    """

    settings: Settings
    disk_level: int = 0
    stays: dict[str, set[str]] = field(default_factory=dict)  # by stream, as last told
    archiver: Archiver = field(init=False)

    def __post_init__(self) -> None:
        archive = self._archive()
        self.processor = processor_config(self.settings)
        self.archiver = Archiver(archive, self.processor.folder)

    def keep(self, stopping: Event) -> None:
        self._tried("disk", self._look_at_disk)
        self._tried("journal", self._keep_streams)
        self._tried("archive", partial(self._archive_sealed, stopping))

    def _tried(self, name: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (Refused, JournalError, OSError) as error:
            FAULTS.inc()
            _log.error("round", of=name, error=str(error))

    def _keep_streams(self) -> None:
        with JournalReader(places.journal_folder(self.settings)) as reader:
            streams = reader.streams()
        for stream in streams:
            self._tried(stream, partial(self._keep_stream, stream))

    def _keep_stream(self, stream: str) -> None:
        keys = places.journal_keys(self.settings)
        keeper = Keeper(places.journal_folder(self.settings), stream, keys)
        self._told(keeper.keep(partial(self._policy, stream)))

    def _archive_sealed(self, stopping: Event) -> None:
        self.archiver.config = self._archive()  # a key may have been added
        found = self.archiver.round(stopping.is_set)
        ARCHIVED.inc(len(found.done))
        FAULTS.inc(len(found.faults))
        TROUBLED.set(len(self.archiver.troubles))
        for fault in found.faults:
            _log.error("archive", of=fault.name, error=str(fault.error))

    def _archive(self) -> ArchiveConfig:
        return ArchiveConfig(
            journal=places.journal_folder(self.settings),
            folder=places.archive_folder(self.settings),
            vehicle_key=places.vehicle_key(self.settings),
            journal_keys=places.journal_keys(self.settings),
        )

    def _policy(self, stream: str) -> ExpiryPolicy:
        """What holds at this moment: people place holds and begin rebuilds while a round lasts."""
        archive, rebuild = places.archive_folder(self.settings), self.processor.rebuild_file
        return ExpiryPolicy(
            keep_ns=round(self.settings.journal_keep_days * DAY_NS),
            paused=f"a rebuild reads the journal: {rebuild}" if rebuild.exists() else "",
            holds=tuple(Holds(places.journal_folder(self.settings)).all()),
            followers=followers(self.processor.folder, stream)
            | link_followers(self.settings, stream),
            still_there=lambda proof: archive_is_whole(archive, proof),
        )

    def _told(self, kept: Kept) -> None:
        SEALED.labels(kept.stream).inc(len(kept.sealed))
        EXPIRED.labels(kept.stream).inc(len(kept.expired))
        FAULTS.inc(len(kept.faults))
        for fault in kept.faults:
            _log.error("keeper", stream=kept.stream, fault=fault)
        if kept.sealed or kept.expired:
            _log.info("kept", stream=kept.stream, sealed=len(kept.sealed), expired=kept.expired)
        reasons = set(kept.stays.values()) - {NOT_OLD}
        if reasons - self.stays.get(kept.stream, set()):
            _log.warning("segments stay", stream=kept.stream, reasons=sorted(reasons))
        self.stays[kept.stream] = reasons

    def _look_at_disk(self) -> None:
        disk = disk_stats(places.journal_folder(self.settings))
        DISK_LEVEL.set(disk.level)
        DISK_FREE.set(disk.free_bytes)
        if disk.level > self.disk_level:
            _log.error("disk fills", used_share=round(disk.used_share, 3), level=disk.level)
        self.disk_level = disk.level
