"""The demonstration's burning car: a real car's last days, its fire live as often as asked for.

The recording is real (simulator/data/SOURCE.md). VIN, position, vehicle state and alarm bits are
invented. Pages ask for the fire with ``fire_again``: a small file that this process watches.
"""

import asyncio
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from voltward.base.clock import Clock, utc
from voltward.base.errors import Refused
from voltward.base.units import BEIJING
from voltward.base.vin import with_check_digit
from voltward.frames.grammar import Edition
from voltward.simulator.data import fire_recording, rows_between
from voltward.simulator.files import write_whole
from voltward.simulator.recording import Recording
from voltward.simulator.replay import Inventions, ReplayOptions, ReplayResult, replay
from voltward.simulator.replay.options import Times

FIRE_VIN = with_check_digit("LTESTVFH0KV190709")
FIRE_MODEL = ("Lanting 350", "NCM")
# The car woke at 22:14:30, ten seconds before the runaway, after more than eleven silent hours.
FIRE_FROM = datetime(2019, 7, 9, 22, 14, 30, tzinfo=BEIJING)
FIRE_PLACE = (104.066, 30.659)  # invented
_FIRE_FILE = "demo.fire"
_STATUS_FILE = "demo.json"
_LOOK_EACH_S = 0.5
_RETRY_S = 5.0


@dataclass
class FireStatus:
    """``state``: waiting, past (being sent), ready, burning, done, failed."""

    state: str = "waiting"
    rows: int = 0
    rows_of_fire: int = 0
    times: int = 0
    started_at: str = ""
    problem: str = ""


def fire_again(run_folder: Path) -> None:
    """Ask the demo process to send the fire, from its start, now."""
    write_whole(run_folder / _FIRE_FILE, secrets.token_hex(8))


def demo_status(run_folder: Path) -> dict[str, Any] | None:
    """What the demo process last said about itself; None: nothing (yet)."""
    try:
        status = json.loads((run_folder / _STATUS_FILE).read_text())
    except (OSError, ValueError):
        return None
    return status if isinstance(status, dict) else None


def write_status(run_folder: Path, status: dict[str, Any]) -> None:
    write_whole(run_folder / _STATUS_FILE, json.dumps(status))


class FireDriver:
    """Sends the past once per data folder, then the fire whenever it is asked for.

    ``first_fire_s``: seconds after the past was sent at which the first fire starts by itself;
    None: only when asked.
    """

    def __init__(
        self,
        address: tuple[str, int],
        run_folder: Path,
        state_folder: Path,
        clock: Clock,
        *,
        first_fire_s: float | None = None,
        speed: float = 1.0,
    ) -> None:
        self.status = FireStatus()
        self._address = address
        self._asked = run_folder / _FIRE_FILE
        self._past_sent = state_folder / "fire.past"
        self._clock = clock
        self._first_fire_s = first_fire_s
        self._speed = speed
        recording = fire_recording()
        rows, split_s = recording.rows(), FIRE_FROM.timestamp()
        self._past = recording.of_rows(rows_between(rows, 0.0, split_s))
        self._fire = recording.of_rows(rows_between(rows, split_s, float("inf")))
        self.status.rows_of_fire = len(self._fire.rows())

    async def run(self) -> None:
        """Until cancelled."""
        burning: asyncio.Task[None] | None = None
        self._asked.unlink(missing_ok=True)
        fire_at_s = await self._send_past()
        self.status.state = "ready"
        try:
            while True:
                due = fire_at_s is not None and self._clock.monotonic_s() >= fire_at_s
                if due or self._was_asked():
                    fire_at_s = None
                    await _ended(burning)
                    self._begin()
                    burning = asyncio.create_task(self._burn())
                await asyncio.sleep(_LOOK_EACH_S)
        finally:
            await _ended(burning)

    def _was_asked(self) -> bool:
        try:
            self._asked.unlink()
        except FileNotFoundError:
            return False
        return True

    async def _send_past(self) -> float | None:
        """The days before, once per data folder. Returns when the first fire is due, if ever."""
        if self._past_sent.exists():
            return None
        self.status.state = "past"
        while not await self._replayed(self._past, "end-now"):
            await asyncio.sleep(_RETRY_S)
        write_whole(self._past_sent, str(utc(self._clock.now_ns())))
        if self._first_fire_s is None:
            return None
        return self._clock.monotonic_s() + self._first_fire_s

    def _begin(self) -> None:
        """Said at once, not when the task comes to run: until then the fire would look unasked."""
        self.status.state = "burning"
        self.status.times += 1
        self.status.started_at = utc(self._clock.now_ns()).isoformat()

    async def _burn(self) -> None:
        self.status.state = "done" if await self._replayed(self._fire, "live") else "failed"

    async def _replayed(self, recording: Recording, times: Times) -> bool:
        options = ReplayOptions(
            FIRE_VIN,
            Edition.Y2016,
            times=times,
            speed=self._speed if times == "live" else None,
            inventions=Inventions(FIRE_PLACE, vehicle_state=True, alarm_flags=True),
        )
        try:
            await replay(
                recording, options, self._address, clock=self._clock, on_progress=self._on_progress
            )
        except Refused as problem:
            self.status.problem = str(problem)
            return False
        self.status.problem = ""
        return True

    def _on_progress(self, result: ReplayResult) -> None:
        self.status.rows = result.rows


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def status_of(fire: FireStatus) -> dict[str, Any]:
    return {"vin": FIRE_VIN, **asdict(fire)}
