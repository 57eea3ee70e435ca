"""Prometheus metrics of a processor."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ROWS = (1, 10, 100, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000)


class ProcessorMetrics:
    """Counters of one process; they start at 0 with it, unlike the totals of the status file."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counted = Counter(
            "voltward_processor_records",
            "Journal records whose plan is done, by what became of them",
            ["outcome"],
            registry=self.registry,
        )
        self.failed_inserts = Counter(
            "voltward_processor_failed_inserts",
            "Inserts that have to be tried again",
            registry=self.registry,
        )
        self.failed_taps = Counter(
            "voltward_processor_failed_taps",
            "Batches that a follower inside the process did not take",
            registry=self.registry,
        )
        self.insert_seconds = Histogram(
            "voltward_processor_insert_seconds",
            "Time from a plan written down to its rows in the store",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batch_frames = Histogram(
            "voltward_processor_batch_frames",
            "Frames per plan",
            buckets=_ROWS,
            registry=self.registry,
        )
        self.lag_seconds = self._gauge("lag_seconds", "Age of the oldest record not yet stored")
        self.lag_frames = self._gauge("lag_frames", "Records not yet stored (estimate)")

    def counted(self, counts: Mapping[str, int]) -> None:
        for outcome, count in counts.items():
            self._counted.labels(outcome).inc(count)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"voltward_processor_{name}", text, registry=self.registry)
