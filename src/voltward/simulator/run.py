"""``voltward simulate``: a fleet, and in the demonstration a burning car, until told to stop."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voltward.base.clock import Clock, SystemClock, utc
from voltward.simulator.demo import FIRE_MODEL, FIRE_VIN, FireDriver, status_of, write_status
from voltward.simulator.driver import FleetDriver, FleetPlan
from voltward.simulator.fleet.cars import roster
from voltward.simulator.metrics import SimulatorMetrics
from voltward.simulator.planted import USED_D, planted_vehicles
from voltward.simulator.planting import Planting

_STATUS_EACH_S = 1.0
_DAY_S = 86_400.0
DEMO_HISTORY_DAYS = 2.0
DEMO_FIRST_FIRE_S = 45.0


@dataclass(frozen=True)
class SimulateConfig:
    """``run_folder``: small files shared with the pages. ``state_folder``: what is kept.

    ``history_days`` of None: none, or ``DEMO_HISTORY_DAYS`` in the demonstration.
    ``stop_after_s``: end by itself; None: run until told to stop.
    """

    address: tuple[str, int]
    cars: int = 50
    seed: int = 20190709
    period_s: int = 10
    demo: bool = False
    history_days: float | None = None
    run_folder: Path | None = None
    state_folder: Path | None = None
    stop_after_s: float | None = None
    metrics_port: int | None = None  # 0: a free one; None: none

    @property
    def history_s(self) -> float:
        default = DEMO_HISTORY_DAYS if self.demo else 0.0
        return (default if self.history_days is None else self.history_days) * _DAY_S


@dataclass(frozen=True)
class SimulatedVehicle:
    """What the office may know of a simulated vehicle before it speaks."""

    vin: str
    model_name: str
    battery_type: str
    usage: str = "private"  # as what it was sold, "": it was not
    used_d: int = USED_D  # so many days ago


Progress = Callable[[dict[str, Any]], None]


def simulated_vehicles(config: SimulateConfig) -> list[SimulatedVehicle]:
    """Every vehicle that ``simulate(config)`` will speak for."""
    cars = roster(config.seed, config.cars, config.period_s)
    fleet = [SimulatedVehicle(car.vin, car.model.name, car.model.chemistry) for car in cars]
    if not config.demo:
        return fleet
    planted = [
        SimulatedVehicle(car.vin, car.model.name, car.model.chemistry, car.usage, car.used_d)
        for car in planted_vehicles()
    ]
    return [SimulatedVehicle(FIRE_VIN, *FIRE_MODEL), *fleet, *planted]


def simulate(
    config: SimulateConfig,
    *,
    clock: Clock | None = None,
    on_progress: Progress = lambda _status: None,
) -> dict[str, Any]:
    """Run until SIGINT, SIGTERM or ``stop_after_s``; returns the last status."""
    return asyncio.run(_with_signals(config, clock or SystemClock(), on_progress))


async def _with_signals(
    config: SimulateConfig, clock: Clock, on_progress: Progress
) -> dict[str, Any]:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return await simulate_until(stopping, config, clock, on_progress)


async def simulate_until(
    stopping: asyncio.Event, config: SimulateConfig, clock: Clock, on_progress: Progress
) -> dict[str, Any]:
    """The same, ended by ``stopping``."""
    parts = _Parts(config, clock, on_progress)
    tasks = [asyncio.create_task(parts.fleet.run(stopping))]
    if parts.fire is not None:
        tasks.append(asyncio.create_task(parts.fire.run()))
    if parts.planting is not None:
        tasks.append(asyncio.create_task(parts.planting.run()))
    ends_at_s = clock.monotonic_s() + (config.stop_after_s or float("inf"))
    try:
        while not stopping.is_set() and not any(task.done() for task in tasks):
            parts.tell()
            if clock.monotonic_s() >= ends_at_s:
                stopping.set()
            await asyncio.wait(tasks, timeout=_STATUS_EACH_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.set()
        for task in tasks[1:]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        parts.close()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return parts.tell()


class _Parts:
    """Fleet, fire and those who want to know about them."""

    def __init__(self, config: SimulateConfig, clock: Clock, on_progress: Progress) -> None:
        self._config = config
        self._clock = clock
        self._on_progress = on_progress
        state = config.state_folder
        plan = FleetPlan(
            address=config.address,
            seed=config.seed,
            cars=config.cars,
            period_s=config.period_s,
            history_s=config.history_s,
            state_file=None if state is None else state / "fleet.npz",
        )
        self.fleet = FleetDriver(plan, clock)
        self.fire = _fire(config, clock)
        self.planting = _planting(config, clock)
        port = config.metrics_port
        self._metrics = None if port is None else SimulatorMetrics(port)

    def tell(self) -> dict[str, Any]:
        """Bring status file, metrics and listener up to date."""
        self.fleet.count()
        fire = None if self.fire is None else self.fire.status
        status: dict[str, Any] = {
            "at": utc(self._clock.now_ns()).isoformat(),
            "fleet": asdict(self.fleet.status),
            "fire": None if fire is None else status_of(fire),
        }
        if self._config.run_folder is not None:
            write_status(self._config.run_folder, status)
        if self._metrics is not None:
            self._metrics.set(self.fleet.status, fire)
        self._on_progress(status)
        return status

    def close(self) -> None:
        if self._metrics is not None:
            self._metrics.close()


def _planting(config: SimulateConfig, clock: Clock) -> Planting | None:
    if not config.demo or config.state_folder is None:
        return None
    return Planting(config.address, config.state_folder, clock, planted_vehicles())


def _fire(config: SimulateConfig, clock: Clock) -> FireDriver | None:
    if not config.demo or config.run_folder is None or config.state_folder is None:
        return None
    return FireDriver(
        config.address,
        config.run_folder,
        config.state_folder,
        clock,
        first_fire_s=DEMO_FIRST_FIRE_S,
    )
