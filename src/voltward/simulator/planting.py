"""Sends the past of the planted vehicles of the demonstration, once per data folder."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from voltward.base.clock import Clock, utc
from voltward.frames.grammar import Edition
from voltward.simulator.driver import MANNERS
from voltward.simulator.files import write_whole
from voltward.simulator.planted import Planted, frames_of
from voltward.simulator.terminal import Identity, Terminal

_TOGETHER = 16  # terminals logged in at once: the fleet sends its own past meanwhile


class Planting:
    """``state_folder``: keeps as of when the past was sent, so that one cut short is sent again as it was,
    and that all of it has arrived."""

    def __init__(
        self,
        address: tuple[str, int],
        state_folder: Path,
        clock: Clock,
        vehicles: Sequence[Planted],
    ) -> None:
        self._address = address
        self._begun = state_folder / "planted.begun"
        self._done = state_folder / "planted.past"
        self._clock = clock
        self._vehicles = [one for one in vehicles if one.sent]

    async def run(self) -> None:
        """Until cancelled: as the other parts of the demonstration, one that ends by itself has failed."""
        if not self._done.exists():
            await self.send()
        await asyncio.Event().wait()

    async def send(self) -> None:
        """All of it; a platform that is away or still starting is waited for."""
        as_of_ns = self._as_of_ns()
        free = asyncio.Semaphore(_TOGETHER)

        async def one(vehicle: Planted) -> None:
            async with free:
                await self._sent(vehicle, as_of_ns)

        async with asyncio.TaskGroup() as group:
            for vehicle in self._vehicles:
                group.create_task(one(vehicle))
        write_whole(self._done, str(utc(self._clock.now_ns())))

    def _as_of_ns(self) -> int:
        try:
            return int(self._begun.read_text())
        except (OSError, ValueError):
            now_ns = self._clock.now_ns()
            write_whole(self._begun, str(now_ns))
            return now_ns

    async def _sent(self, vehicle: Planted, as_of_ns: int) -> None:
        who = Identity(vehicle.vin, Edition.Y2016)
        terminal = Terminal(self._address, who, manners=MANNERS, clock=self._clock)
        living = asyncio.create_task(terminal.run())
        terminal.sign_on()
        try:
            await terminal.send(frames_of(vehicle, utc(as_of_ns)))
            await terminal.confirmed()
            terminal.stop()
            await living
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
