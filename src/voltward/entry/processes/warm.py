"""``voltward warm``: what can be made at install time, so that no process waits for it later."""

from importlib import import_module

from rich.progress import track

KERNELS = (
    "voltward.columns.warming",
    "voltward.journal.kernels",
    "voltward.gateway.kernels.warm",
    "voltward.telemetry.ingest.repeats",
    "voltward.telemetry.ingest.vehicles",
    "voltward.findings.warming",
    "voltward.monitoring.watching.parking",
    "voltward.uplink.quality.warming",
)
BLANK_DATABASE = "voltward.entry.blank_database"


def warm_all() -> None:
    """Compile every kernel, keep a migrated database; what is there already takes no time."""
    for name in track((*KERNELS, BLANK_DATABASE), description="kernels, database"):
        import_module(name).warm()
