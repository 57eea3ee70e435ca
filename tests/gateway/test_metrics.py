"""Figures count what happened, and are read while it happens."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prometheus_client.core import CounterMetricFamily
from structlog.testing import capture_logs
from tests.gateway.batching import Bench
from tests.gateway.car import FOREIGN_VIN, OTHER_VIN, Car, Platform
from tests.gateway.house_of_tests import house
from tests.gateway.scenes import Scene

from voltward.gateway.metrics import Figures, FiguresCollector


def test_answers_are_counted_as_they_leave_not_one_for_each_frame_of_the_batch() -> None:
    """A client platform is answered, the vehicle in the same batch is not (Annex B)."""
    with house(auto_register=True, answer_realtime="platform") as home:
        bench = Bench(home)
        vehicle, platform = bench.connect(1), bench.connect(2)
        vehicle.data_received(Car().login())
        platform.data_received(Platform().login())
        bench.cut()
        vehicle.data_received(Car().realtime(1) * 5)
        platform.data_received(Car(OTHER_VIN).realtime(1) + Car(FOREIGN_VIN).realtime(2))
        figures = Figures()
        figures.committed(bench.cut(), 0.0)
    assert figures.answers == 2


def test_the_loop_may_count_on_while_the_figures_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures()
    figures.refused.update(("duplicate", "unknown_vin"))
    add = CounterMetricFamily.add_metric

    def meanwhile(self: CounterMetricFamily, *facts: object) -> None:
        figures.refused[f"reason {len(figures.refused)}"] += 1  # as the loop's thread may
        add(self, *facts)  # type: ignore[arg-type]

    monkeypatch.setattr(CounterMetricFamily, "add_metric", meanwhile)
    collector = FiguresCollector(figures, dict)
    (refused,) = (each for each in collector.collect() if each.name.endswith("refused"))
    assert len(refused.samples) >= 2


def test_a_disk_that_cannot_be_asked_is_told_of_once_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(path: Path) -> None:
        raise OSError(5, "the test's disk")

    async def asked() -> int:
        with house() as home:
            scene = Scene(home)
            monkeypatch.setattr("voltward.gateway.watch.os.statvfs", fails)
            for _ in range(3):
                scene.watch.disk()
            scene.hub.close(20.0)
            return scene.hub.figures.faults["disk_unseen"]

    with capture_logs() as log:
        assert asyncio.run(asked()) == 3
    assert [each["event"] for each in log] == ["disk_unseen"]
