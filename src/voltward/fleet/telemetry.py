"""What fleet/ asks of the telemetry store; ``entry/`` hands it in at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voltward.base.errors import BadSetting
from voltward.fleet.current_sign import Series

SeriesOf = Callable[[int, datetime, datetime], Series]


def _none(vehicle_id: int, start: datetime, stop: datetime) -> Series:  # noqa: ARG001 - the face of its kind
    raise BadSetting("the telemetry of vehicles was not handed in")


_source: list[SeriesOf] = [_none]


def hand_in_series(source: SeriesOf) -> None:
    """``source(vehicle_id, start, stop)`` gives current and SOC; refuses while the store is away."""
    _source[0] = source


def series_of(vehicle_id: int, start: datetime, stop: datetime) -> Series:
    return _source[0](vehicle_id, start, stop)
