"""Prometheus metrics of the store process: its queries, and what the engine holds on disk."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from voltward.telemetry.store.engine import Answer, Engine
from voltward.telemetry.store.errors import StoreError

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ON_DISK = (
    "SELECT table, sum(rows), sum(bytes_on_disk), count() FROM system.parts"
    " WHERE active AND database NOT IN ('system', 'INFORMATION_SCHEMA') GROUP BY table"
)


class StoreMetrics:
    """Counters of one store process; ``text`` is the page that Prometheus reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "voltward_store_query_seconds",
            "Time of answered queries",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._failed = Counter(
            "voltward_store_failed_queries",
            "Queries refused or failed, by ClickHouse code",
            ["code"],
            registry=self.registry,
        )
        self._written = Counter(
            "voltward_store_written_rows", "Rows inserted", registry=self.registry
        )
        self._rows = self._gauge("rows", "Rows on disk, duplicates not yet merged included")
        self._bytes = self._gauge("bytes", "Bytes on disk")
        self._parts = self._gauge("parts", "Active parts")

    def done(self, answer: Answer, seconds: float) -> None:
        self._seconds.observe(seconds)
        self._written.inc(answer.written_rows)

    def failed(self, error: StoreError) -> None:
        self._failed.labels(str(error.number)).inc()

    def text(self) -> bytes:
        for line in self._engine.query(_ON_DISK).decode().splitlines():
            table, rows, size, parts = line.split("\t")
            self._rows.labels(table).set(float(rows))
            self._bytes.labels(table).set(float(size))
            self._parts.labels(table).set(float(parts))
        return generate_latest(self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"voltward_store_{name}", text, ["table"], registry=self.registry)
