"""``voltward processor``: from the journal to the store; needs no office database."""

from functools import partial
from threading import Event

from prometheus_client import CollectorRegistry

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.findings.again import Again, judged_again
from voltward.findings.catalogue import DETECTORS
from voltward.findings.finding import Finding
from voltward.findings.follower import FindingsConfig, FindingsFollower, FindingsMetrics
from voltward.findings.limits import LimitBook
from voltward.journal.keys import KeyRing
from voltward.journal.reader import JournalReader
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.process import run
from voltward.telemetry.ingest.state import only_one
from voltward.uplink.proof_store import ProofStore
from voltward.uplink.proving import Proving, ProvingConfig
from voltward.uplink.quality.follower import (
    TELL_EVERY_S,
    QualityConfig,
    QualityFollower,
    QualityMetrics,
)

QUALITY_TOLD_IN_DEMO_S = 15.0  # somebody is waiting to see it


def run_processor(settings: Settings) -> None:
    """Follow the journal until SIGTERM; the store may come and go."""
    begin_log(settings.log_level)
    run(
        config(settings),
        lambda: places.store_client(settings),
        cluster=settings.store_cluster,
        beside=(
            partial(follow_findings, settings),
            partial(judge_late_rows, settings),
            partial(follow_quality, settings),
            partial(prove_uploads, settings),
        ),
    )


def follow_findings(settings: Settings, stopping: Event, registry: CollectorRegistry) -> None:
    """Judge the rows of the journal until ``stopping``."""
    found = findings_config(settings)
    reader = JournalReader(found.processor.journal, keys=found.processor.journal_keys)
    with reader:
        follower = FindingsFollower(found, reader, DETECTORS, metrics=FindingsMetrics(registry))
        follower.run(stopping)


def follow_quality(settings: Settings, stopping: Event, registry: CollectorRegistry) -> None:
    """Count the quality of the journal's reports until ``stopping``."""
    found = quality_config(settings)
    with JournalReader(found.processor.journal, keys=found.processor.journal_keys) as reader:
        QualityFollower(found, reader, metrics=QualityMetrics(registry)).run(stopping)


def judge_late_rows(settings: Settings, stopping: Event, registry: CollectorRegistry) -> None:
    """Judge again, from the store, what came too late for the engine, until ``stopping``."""
    del registry
    found = findings_config(settings)
    name, journal = found.processor.name, found.processor.journal

    def judge(vehicle_id: int, first_hour: int, last_hour: int) -> list[Finding]:
        client = places.store_client(settings)
        try:
            book = LimitBook.load(found.limits, DETECTORS)
        except FileNotFoundError:
            book = LimitBook(DETECTORS)
        try:
            return judged_again(client, vehicle_id, first_hour, last_hour, DETECTORS, book)
        finally:
            client.close()

    with JournalReader(journal, keys=found.processor.journal_keys) as reader:
        Again(journal, name, found.folder, reader, judge).run(stopping)


def prove_uploads(settings: Settings, stopping: Event, registry: CollectorRegistry) -> None:
    """Bring what became of each upload into the store, until ``stopping``."""
    processor = config(settings)
    proving = ProvingConfig(processor, places.proving_status(settings))
    store = ProofStore(lambda: places.store_client(settings), settings.store_cluster)
    with (
        only_one(proving.lock_file),
        JournalReader(processor.journal, keys=processor.journal_keys) as reader,
    ):
        Proving(proving, reader, store, registry=registry).run(stopping)
        store.close()


def findings_config(settings: Settings) -> FindingsConfig:
    """The settings as the engine beside the processor takes them."""
    processor = config(settings)
    return FindingsConfig(
        processor,
        limits=settings.data / "snapshots",
        folder=places.findings_folder(settings),
        status_file=places.findings_status(settings),
    )


def quality_config(settings: Settings) -> QualityConfig:
    """The settings as the quality engine beside the processor takes them."""
    return QualityConfig(
        config(settings),
        limits=places.quality_limits(settings),
        folder=places.quality_folder(settings),
        status_file=places.quality_status(settings),
        tell_every_s=QUALITY_TOLD_IN_DEMO_S if settings.demo else TELL_EVERY_S,
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
