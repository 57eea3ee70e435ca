"""Figures of all links for Prometheus, taken from what each says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from voltward.uplink.proof import OUTCOMES
from voltward.uplink.standing import State
from voltward.uplink.status import WARN_AT_S, Status

if TYPE_CHECKING:
    from voltward.uplink.runner import Runner

_GAUGES = {
    "lag_s": ("voltward_uplink_lag_seconds", "Age of the oldest live frame not sent"),
    "due": ("voltward_uplink_due_frames", "Frames due for reissue"),
    "in_flight": ("voltward_uplink_in_flight_frames", "Frames that wait for an answer"),
    "held": ("voltward_uplink_held_vehicles", "Vehicles that the platform refuses"),
}


class LinksCollector(Collector):
    """``runners``: those of now."""

    def __init__(self, runners: Callable[[], Iterable[Runner]]) -> None:
        self._runners = runners

    def collect(self) -> Iterator[Metric]:
        found = [runner.last for runner in self._runners() if runner.last is not None]
        for field, (name, meaning) in _GAUGES.items():
            yield _gauge(name, meaning, [(one.name, float(getattr(one, field))) for one in found])
        yield _gauge(
            "voltward_uplink_up",
            "1 while logged in",
            [(one.name, float(one.state == State.UP)) for one in found],
        )
        yield _gauge(
            "voltward_uplink_backlog_age_seconds",
            "Age of the oldest frame that is due",
            [(one.name, one.at - one.due_oldest_s if one.due_oldest_s else 0.0) for one in found],
        )
        yield _gauge(
            "voltward_uplink_backlog_warning",
            "0 none; 1, 2, 3, 4: the backlog is older than 5 min, 1 h, 24 h, 5 d",
            [(one.name, float(["", *WARN_AT_S].index(one.warned))) for one in found],
        )
        yield from _totals(found)


def _gauge(name: str, meaning: str, values: list[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=["link"])
    for link, value in values:
        family.add_metric([link], value)
    return family


def _totals(found: list[Status]) -> Iterator[Metric]:
    sent = CounterMetricFamily("voltward_uplink_sent", "Frames sent", labels=["link"])
    outcomes = CounterMetricFamily(
        "voltward_uplink_outcomes", "Final outcomes of frames", labels=["link", "outcome"]
    )
    thermal = CounterMetricFamily(
        "voltward_uplink_thermal_as_3",
        "Frames that told of a thermal event as level 3",
        labels=["link"],
    )
    for one in found:
        sent.add_metric([one.name], one.sent)
        thermal.add_metric([one.name], one.thermal_as_3)
        for outcome in OUTCOMES.values():
            outcomes.add_metric([one.name, outcome], getattr(one, outcome))
    yield sent
    yield outcomes
    yield thermal
