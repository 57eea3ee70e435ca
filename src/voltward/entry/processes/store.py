"""``voltward store``: the embedded telemetry store."""

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.telemetry.store.serve import StoreOptions, run


def run_store(settings: Settings, port: int) -> None:
    """Serve the data folder's store on loopback until SIGTERM."""
    begin_log(settings.log_level)
    run(
        StoreOptions(
            folder=settings.data / "store",
            token=places.store_token(settings),
            port=port,
            memory_mb=settings.store_memory_mb,
            run_file=places.store_run_file(settings),
        )
    )
