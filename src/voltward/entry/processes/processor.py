"""``voltward processor``: from the journal to the store; needs no office database."""

from functools import partial
from threading import Event

from prometheus_client import CollectorRegistry

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.findings.catalogue import DETECTORS
from voltward.findings.follower import FindingsConfig, FindingsFollower, FindingsMetrics
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.process import run


def run_processor(settings: Settings) -> None:
    """Follow the journal until SIGTERM; the store may come and go."""
    begin_log(settings.log_level)
    run(
        config(settings),
        lambda: places.store_client(settings),
        cluster=settings.store_cluster,
        beside=(partial(follow_findings, settings),),
    )


def follow_findings(settings: Settings, stopping: Event, registry: CollectorRegistry) -> None:
    """Judge the rows of the journal until ``stopping``."""
    found = findings_config(settings)
    reader = JournalReader(found.processor.journal, keys=found.processor.journal_keys)
    with reader:
        follower = FindingsFollower(found, reader, DETECTORS, metrics=FindingsMetrics(registry))
        follower.run(stopping)


def findings_config(settings: Settings) -> FindingsConfig:
    """The settings as the engine beside the processor takes them."""
    processor = config(settings)
    return FindingsConfig(
        processor,
        limits=settings.data / "snapshots",
        folder=places.findings_folder(settings),
        status_file=places.findings_status(settings),
    )


def config(settings: Settings) -> ProcessorConfig:
    """The settings as the processor takes them."""
    return ProcessorConfig(
        journal=places.journal_folder(settings),
        folder=settings.data / "processor",
        vehicle_key=places.vehicle_key(settings),
        rows=settings.ingest_rows,
        wait_ms=settings.ingest_wait_ms,
        journal_keys=KeyRing.read(settings.journal_key_file),
        status_file=places.processor_status(settings),
        metrics_port=settings.metrics_port,
    )
