"""``voltward warm``: compile every kernel at install time, so that no process waits for it later."""

from importlib import import_module

from rich.progress import track

KERNELS = (
    "voltward.columns.warming",
    "voltward.journal.kernels",
    "voltward.gateway.kernels.warm",
    "voltward.telemetry.ingest.repeats",
    "voltward.telemetry.ingest.vehicles",
    "voltward.findings.warming",
    "voltward.uplink.quality.warming",
)


def warm_kernels() -> None:
    """Each room with kernels has one ``warm()``; what is compiled already takes no time."""
    for name in track(KERNELS, description="kernels"):
        import_module(name).warm()
