"""Drives a fleet over TCP: its past as reissue, then every car's reports at their time."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from voltward.base.clock import Clock
from voltward.simulator.encoder import REALTIME, REISSUE
from voltward.simulator.files import write_whole
from voltward.simulator.fleet import Car, Fleet, Report, Reports, encode, roster
from voltward.simulator.manners import Manners
from voltward.simulator.terminal import Identity, Terminal

_HISTORY_TOGETHER = 240  # steps per block of frames
_SAVE_EACH_S = 60.0
_STOP_S = 8.0
# Of invented cars: a platform that is just starting, or does not know them yet, may be asked often.
MANNERS = Manners(longest_back_off_s=15.0, refused_back_off_s=5.0)


@dataclass(frozen=True)
class FleetPlan:
    """``history_s``: how much past a new fleet sends first, in steps of ``history_step_s``.

    ``state_file``: where the fleet's state is kept, so that odometers go on after a restart.
    """

    address: tuple[str, int]
    seed: int = 20190709
    cars: int = 50
    period_s: int = 10
    history_s: float = 0.0
    history_step_s: float = 30.0
    state_file: Path | None = None


@dataclass
class FleetStatus:
    """What people see of a running fleet."""

    phase: str = "starting"
    cars: int = 0
    online: int = 0
    sent: int = 0
    waiting: int = 0
    history_done: float = 0.0  # share
    logins_refused: int = 0


class FleetDriver:
    """One fleet, its terminals, and the clock that both follow."""

    def __init__(self, plan: FleetPlan, clock: Clock, manners: Manners | None = None) -> None:
        self.plan = plan
        self.status = FleetStatus(cars=plan.cars)
        self._clock = clock
        self._cars = roster(plan.seed, plan.cars, plan.period_s)
        self.fleet = Fleet(plan.seed, self._cars, self._first_start_s())
        self._known = plan.state_file is not None and self.fleet.load(plan.state_file)
        self.terminals = [self._terminal(car, manners or MANNERS) for car in self._cars]
        self._saved_s = clock.monotonic_s()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until ``stopping`` is set; then every car logs out."""
        living = [asyncio.create_task(terminal.run()) for terminal in self.terminals]
        working = asyncio.create_task(self._work())
        ending = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            working.cancel()
            ending.cancel()
            await asyncio.gather(working, ending, return_exceptions=True)
            self._save()
            for terminal in self.terminals:
                terminal.stop()
            await asyncio.wait(living, timeout=_STOP_S)
            for task in living:
                task.cancel()
            await asyncio.gather(*living, return_exceptions=True)
            self.status.phase = "stopped"

    async def _work(self) -> None:
        if self._known:
            self.fleet.skip_to(self._period_start())
        elif self.plan.history_s > 0:
            self.status.phase = "history"
            await self._send_history()
        self.status.phase = "live"
        self._save()
        await self._live()

    async def _send_history(self) -> None:
        """The past up to now; the terminals store nothing, the platform sets the pace."""
        for terminal in self.terminals:
            terminal.sign_on()
        first_s = self.fleet.time_s
        while self.fleet.time_s + self.plan.history_step_s <= self._now_s():
            reports = await asyncio.to_thread(self._history_block)
            await self._send_each(reports)
            self.count()
            done_s, whole_s = self.fleet.time_s - first_s, self._now_s() - first_s
            self.status.history_done = min(1.0, done_s / max(whole_s, 1.0))
        await asyncio.gather(*(terminal.confirmed() for terminal in self.terminals))
        self.fleet.skip_to(self._period_start())

    def _history_block(self) -> list[Report]:
        parts: list[Reports] = []
        step_s = self.plan.history_step_s
        while len(parts) < _HISTORY_TOGETHER and self.fleet.time_s + step_s <= self._now_s():
            parts.append(self.fleet.step(step_s))
        return encode(Reports.joined(parts), self._cars, REISSUE) if parts else []

    async def _send_each(self, reports: list[Report]) -> None:
        frames: list[list[bytes]] = [[] for _ in self._cars]
        for report in reports:
            frames[report.car].append(report.frame)
        sends = zip(self.terminals, frames, strict=True)
        await asyncio.gather(*(terminal.send(own) for terminal, own in sends if own))

    async def _live(self) -> None:
        while True:
            tick_s = self._next_tick()
            await self._sleep_until(tick_s)
            reports = self.fleet.step(tick_s - self.fleet.time_s)
            self._sign_on_and_off({int(car) for car in reports.car})
            due = sorted(encode(reports, self._cars, REALTIME), key=_time_of)
            for report in due:
                await self._sleep_until(report.collected_at)
                self.terminals[report.car].report(report.frame)
            self.count()
            if self._clock.monotonic_s() - self._saved_s > _SAVE_EACH_S:
                self._save()

    def _first_start_s(self) -> float:
        """Where the past begins: kept, so that a past cut short is sent again as it was."""
        start_s = self._period_start() - self.plan.history_s
        if self.plan.state_file is None:
            return start_s
        kept = self.plan.state_file.with_suffix(".start")
        try:
            return float(kept.read_text())
        except (OSError, ValueError):
            write_whole(kept, str(start_s))
            return start_s

    def _next_tick(self) -> float:
        """The next full period; periods that went by unseen (a suspended machine) are left out."""
        following = self.fleet.time_s + self.plan.period_s
        if following < self._now_s() - 2 * self.plan.period_s:
            self.fleet.skip_to(self._period_start())
            following = self.fleet.time_s + self.plan.period_s
        return following

    def _sign_on_and_off(self, awake: set[int]) -> None:
        for car, terminal in enumerate(self.terminals):
            if car in awake:
                terminal.sign_on()
            else:
                terminal.sign_off()

    def count(self) -> None:
        """Bring ``status`` up to date."""
        status = self.status
        status.online = sum(terminal.is_online for terminal in self.terminals)
        status.sent = sum(terminal.counted.sent for terminal in self.terminals)
        status.waiting = sum(terminal.delivery.stored for terminal in self.terminals)
        status.logins_refused = sum(terminal.counted.logins_refused for terminal in self.terminals)

    def _save(self) -> None:
        self._saved_s = self._clock.monotonic_s()
        if self.plan.state_file is not None and self.status.phase == "live":
            self.fleet.save(self.plan.state_file)

    async def _sleep_until(self, unix_s: float) -> None:
        while (left_s := unix_s - self._now_s()) > 0:
            await asyncio.sleep(min(left_s, 1.0))

    def _terminal(self, car: Car, manners: Manners) -> Terminal:
        return Terminal(
            self.plan.address,
            Identity(car.vin, car.edition),
            manners=manners,
            clock=self._clock,
            seed=self.plan.seed,
        )

    def _now_s(self) -> float:
        return self._clock.now_ns() / 1e9

    def _period_start(self) -> float:
        return self._now_s() // self.plan.period_s * self.plan.period_s


def _time_of(report: Report) -> int:
    return report.collected_at
