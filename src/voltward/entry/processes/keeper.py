"""``voltward keeper``: seals, archives and expires the journal, hour by hour; needs no office database."""

import signal
from dataclasses import dataclass
from threading import Event

import structlog
from prometheus_client import Counter, Gauge, start_http_server

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.journal.errors import JournalError
from voltward.journal.expiry import ExpiryPolicy
from voltward.journal.holds import Holds
from voltward.journal.keeper import Keeper, Kept
from voltward.journal.reader import JournalReader
from voltward.journal.stats import disk_stats
from voltward.telemetry.archive.parquet import ArchiveDamaged
from voltward.telemetry.archive.run import archive_is_whole, archive_sealed
from voltward.telemetry.archive.write import ArchiveConfig
from voltward.telemetry.ingest.vehicles import warm

ROUND_EVERY_S = 10.0
DAY_NS = 86_400_000_000_000
SEALED = Counter("voltward_keeper_sealed_total", "Segments sealed", ["stream"])
ARCHIVED = Counter("voltward_keeper_archived_total", "Segments archived and read back")
EXPIRED = Counter("voltward_keeper_expired_total", "Segments expired", ["stream"])
FAULTS = Counter("voltward_keeper_faults_total", "What could not be done in a round")
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
    """One round seals what is finished, archives what is stored, expires what may go."""

    settings: Settings
    disk_level: int = 0

    def keep(self, stopping: Event) -> None:
        journal = places.journal_folder(self.settings)
        with JournalReader(journal) as reader:
            streams = reader.streams()
        for stream in streams:
            self._told(self._keeper(stream).keep(self._policy()))
        try:
            done = archive_sealed(
                self._archive(), self.settings.data / "processor", stop=stopping.is_set
            )
        except (ArchiveDamaged, JournalError, OSError) as error:
            FAULTS.inc()
            _log.error("archive", error=str(error))
        else:
            ARCHIVED.inc(len(done))
        self._look_at_disk()

    def _keeper(self, stream: str) -> Keeper:
        return Keeper(
            places.journal_folder(self.settings), stream, places.journal_keys(self.settings)
        )

    def _archive(self) -> ArchiveConfig:
        return ArchiveConfig(
            journal=places.journal_folder(self.settings),
            folder=places.archive_folder(self.settings),
            vehicle_key=places.vehicle_key(self.settings),
            journal_keys=places.journal_keys(self.settings),
        )

    def _policy(self) -> ExpiryPolicy:
        archive = places.archive_folder(self.settings)
        return ExpiryPolicy(
            keep_ns=round(self.settings.journal_keep_days * DAY_NS),
            holds=tuple(Holds(places.journal_folder(self.settings)).all()),
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

    def _look_at_disk(self) -> None:
        disk = disk_stats(places.journal_folder(self.settings))
        DISK_LEVEL.set(disk.level)
        DISK_FREE.set(disk.free_bytes)
        if disk.level > self.disk_level:
            _log.error("disk fills", used_share=round(disk.used_share, 3), level=disk.level)
        self.disk_level = disk.level
