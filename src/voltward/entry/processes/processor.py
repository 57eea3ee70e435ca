"""``voltward processor``: from the journal to the store; needs no office database."""

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.journal.keys import KeyRing
from voltward.telemetry.ingest.config import ProcessorConfig
from voltward.telemetry.ingest.process import run


def run_processor(settings: Settings) -> None:
    """Follow the journal until SIGTERM; the store may come and go."""
    begin_log(settings.log_level)
    run(
        config(settings),
        lambda: places.store_client(settings),
        cluster=settings.store_cluster,
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
