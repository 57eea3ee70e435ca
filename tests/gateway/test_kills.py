"""R1: SIGKILL at any moment under load: every answered frame is in the journal, and nothing else.

T1 kills five times, T2 a hundred, T3 a thousand. A failure prints its seed.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OK, Car
from tests.gateway.servers import Build, Process, config_for, frames

CARS = 20
WINDOW = 4
SEED = 20_260_315


@dataclass
class Ledger:
    """What was sent and what was answered, over all kills."""

    sent: set[bytes] = field(default_factory=set)
    answered: set[bytes] = field(default_factory=set)
    next_number: int = 0


async def drive(port: int, car: Car, ledger: Ledger) -> None:
    """Log in, then keep a few frames on their way until the link breaks."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    waiting: list[bytes] = []
    try:
        writer.write(car.login())
        await reader.readexactly(31)
        while True:
            while len(waiting) < WINDOW:
                frame = car.realtime(ledger.next_number)
                ledger.next_number += 1
                ledger.sent.add(frame)
                waiting.append(frame)
                writer.write(frame)
            answer = await reader.readexactly(31)
            assert answer[3] == OK
            ledger.answered.add(waiting.pop(0))
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


async def load(ledger: Ledger, seconds: float, process: Process, end: str) -> None:
    cars = [Car(f"LVWKILL{number:010d}") for number in range(CARS)]
    drivers = [asyncio.create_task(drive(process.port, car, ledger)) for car in cars]
    await asyncio.sleep(seconds)
    await asyncio.to_thread(getattr(process, end))
    await asyncio.gather(*drivers)


def lost_after(
    journal: Path, kills: int, build: Build | None = None, end: str = "kill"
) -> tuple[set[bytes], Ledger]:
    """End the process again and again; return answered frames that are not in the journal."""
    chance, ledger = random.Random(SEED), Ledger()
    for _ in range(kills):
        process = Process(config_for(journal, metrics_port=None), build).start()
        asyncio.run(load(ledger, chance.uniform(0.1, 0.6), process, end))
    process = Process(config_for(journal, metrics_port=None)).start()  # recovers the last tail
    assert process.terminate() == 0
    kept = [frame for frame in frames(journal) if frame[2] == 0x02]
    assert ledger.answered, "nothing was answered: the load never came about"
    assert not set(kept) - ledger.sent, f"phantom frames, seed {SEED}"
    assert len(kept) == len(set(kept)), f"a frame was written twice, seed {SEED}"
    return ledger.answered - set(kept), ledger


def test_no_answered_frame_is_lost_when_the_gateway_is_killed_under_load(tmp_path: Path) -> None:
    lost, ledger = lost_after(tmp_path, kills=5)
    assert not lost, f"{len(lost)} of {len(ledger.answered)} lost, seed {SEED}"


def test_a_build_that_answers_before_it_writes_is_caught(tmp_path: Path) -> None:
    lost, _ = lost_after(tmp_path, kills=2, build=broken.answers_before_writing)
    assert lost


@pytest.mark.t2
def test_twenty_restarts_under_load_lose_nothing_and_refuse_nobody(tmp_path: Path) -> None:
    """R9: an error answer would fail in ``drive``."""
    lost, ledger = lost_after(tmp_path, kills=20, end="terminate")
    assert not lost, f"{len(lost)} of {len(ledger.answered)} lost, seed {SEED}"


@pytest.mark.t2
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    report(tmp_path, 100)


@pytest.mark.t3
def test_a_thousand_kills_lose_nothing(tmp_path: Path) -> None:
    report(tmp_path, 1000)


def report(journal: Path, kills: int) -> None:
    begun = time.monotonic()
    lost, ledger = lost_after(journal, kills)
    spent_s = time.monotonic() - begun
    figures = f"{kills} kills, {len(ledger.answered)} answered, {len(lost)} lost, {spent_s:.0f} s"
    sys.stdout.write(f"\nR1: {figures}\n")
    assert not lost
