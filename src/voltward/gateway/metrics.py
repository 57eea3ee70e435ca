"""Figures of one gateway process, counted as plain numbers and shown to Prometheus on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from voltward.gateway.batch import ANSWER_BYTES, Batch
from voltward.gateway.reasons import RecordKind

if TYPE_CHECKING:
    from voltward.gateway.hub import Hub

_PLAIN = (("2016", "02"), ("2016", "03"), ("2025", "02"), ("2025", "03"))
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
MEANINGS = {
    "frames": "admitted frames by edition and command",
    "refused": "refused frames by reason",
    "noise_bytes": "bytes that were no frame, by reason",
    "closed": "links closed by the gateway, by reason",
    "faults": "journal and batch faults",
    "opened": "connections ever",
    "answers": "answers sent, each after its commit",
    "batches": "batches on disk",
    "bytes_written": "bytes of links that are on disk",
    "links": "connections now",
    "sessions": "vehicles logged in now",
    "buffered_bytes": "bytes held in memory",
    "serving": "1 while commits succeed",
    "commit_waiting_seconds": "how long the commit that is under way has waited for the disk",
    "clock_seconds": "the gateway's clock, Unix time",
    "disk_used_pct": "share of the journal's disk that is in use",
    "registry_generation": "generation of the registry snapshot in force",
    "keys_generation": "generation of the file of vehicles' keys in force",
}


@dataclass(slots=True)
class Figures:
    """Written by the loop only. ``plain`` i8 ``(4,)``: frames that took the fast path."""

    opened: int = 0
    answers: int = 0
    bytes_written: int = 0
    batches: int = 0
    plain: NDArray[np.int64] = field(default_factory=lambda: np.zeros(4, np.int64))
    frames: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    noise_bytes: Counter[int] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    disk_used_pct: float = 0.0
    registry_generation: int = 0
    keys_generation: int = 0
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    commit_s: Histogram = field(init=False)
    sync_s: Histogram = field(init=False)

    def __post_init__(self) -> None:
        self.commit_s = Histogram(
            "voltward_gateway_commit_seconds",
            "append, write and sync of one batch",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.sync_s = Histogram(
            "voltward_gateway_fsync_seconds",
            "fdatasync of one batch",
            buckets=_SECONDS,
            registry=self.registry,
        )

    def cut(self, batch: Batch) -> None:
        """A batch was judged."""
        self.plain += batch.counts
        for refusal in batch.out.refusals:
            self.refused[refusal.word] += 1
        for record in batch.out.records:
            if record.kind == RecordKind.FRAME:
                edition = "2025" if record.data[0] == 0x24 else "2016"
                self.frames[edition, f"{record.data[2]:02x}"] += 1
            elif record.kind == RecordKind.NOISE:
                self.noise_bytes[record.data[0]] += len(record.data) - 1

    def committed(self, batch: Batch, seconds: float) -> None:
        """A batch is on disk."""
        self.batches += 1
        self.bytes_written += batch.taken_bytes
        self.answers += int((batch.spans.stops - batch.spans.starts).sum()) // ANSWER_BYTES
        self.commit_s.observe(seconds)


def gauges_of(hub: Hub) -> dict[str, float]:
    """What is true now; read from the metrics thread."""
    return {
        "links": len(hub.links),
        "sessions": len(hub.house.roster),
        "buffered_bytes": hub.intake.buffered_bytes,
        "serving": float(hub.is_serving and not hub.is_hanging),
        "commit_waiting_seconds": hub.commit_waiting_s,
        "clock_seconds": hub.house.clock.now_ns() / 1e9,
        "disk_used_pct": hub.figures.disk_used_pct,
        "registry_generation": hub.figures.registry_generation,
        "keys_generation": hub.figures.keys_generation,
    }


class FiguresCollector(Collector):
    """Turns the figures into metrics when they are asked for. ``gauges``: what is true now.

    Asked from another thread: whatever the loop may change is copied in one step before it is
    walked through.
    """

    def __init__(self, figures: Figures, gauges: Callable[[], dict[str, float]]) -> None:
        self._figures = figures
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        figures = self._figures
        frames = Counter(figures.frames)
        frames.update(dict(zip(_PLAIN, figures.plain.tolist(), strict=True)))
        yield _family("frames", ("edition", "command"), frames)
        yield _family("refused", ("reason",), figures.refused)
        yield _family("noise_bytes", ("reason",), figures.noise_bytes)
        yield _family("closed", ("reason",), figures.closed)
        yield _family("faults", ("code",), figures.faults)
        for name in ("opened", "answers", "batches", "bytes_written"):
            family = CounterMetricFamily(f"voltward_gateway_{name}", MEANINGS[name])
            family.add_metric((), getattr(figures, name))
            yield family
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"voltward_gateway_{name}", MEANINGS[name], value)


def _family(name: str, labels: tuple[str, ...], counts: Mapping[Any, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"voltward_gateway_{name}", MEANINGS[name], labels=labels)
    for key, count in dict(counts).items():
        family.add_metric(key if isinstance(key, tuple) else (str(key),), count)
    return family
