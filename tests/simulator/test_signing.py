"""Terminals that sign: a real gateway believes them, and not those who only claim the VIN."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.gateway.car import Car
from tests.gateway.servers import Phone, eventually, frames, gateway

from voltward.base.clock import SystemClock
from voltward.frames.grammar import Edition
from voltward.gateway.config import KeySource
from voltward.seals.block import blocks
from voltward.seals.key_file import TerminalKey, VehicleKeys, write_keys
from voltward.seals.keys import Algorithm
from voltward.simulator.manners import Manners
from voltward.simulator.signing import Signer
from voltward.simulator.terminal import Identity, Terminal

VIN = "LVWTEST0900000001"
SEAL_KEY = b"s" * 32
WHO = Identity(VIN, Edition.Y2025)


def source(folder: Path, signer: Signer, state: str) -> KeySource:
    key = TerminalKey(VIN, signer.chip_id, signer.algorithm, signer.public_key, state)  # type: ignore[arg-type]
    write_keys(folder / "keys", 1, [(VIN, VehicleKeys((key,)))], SEAL_KEY)
    return KeySource(folder / "keys", SEAL_KEY, folder / "own")


async def reported(port: int, signer: Signer | None, count: int) -> Terminal:
    """A terminal that logs in, reports and logs out."""
    manners = Manners(answer_s=5.0, refused_back_off_s=0.05, first_back_off_s=0.05, signer=signer)
    terminal = Terminal(("127.0.0.1", port), WHO, manners=manners, clock=SystemClock())
    running = asyncio.create_task(terminal.run())
    terminal.sign_on()
    async with asyncio.timeout(20):
        while not (terminal.is_online or terminal.counted.logins_refused):
            await asyncio.sleep(0.01)
        for number in range(count if terminal.is_online else 0):
            terminal.report(Car(VIN, Edition.Y2025).realtime(number))
        if terminal.is_online:
            await terminal.confirmed()
        terminal.stop()
        await running
    return terminal


@pytest.mark.parametrize("marker", [False, True])
def test_what_a_signing_terminal_sends_is_admitted_and_what_another_sends_is_not(
    tmp_path: Path, marker: bool
) -> None:
    signer, journal = Signer(marker=marker), tmp_path / "journal"
    with gateway(journal, keys=source(tmp_path, signer, "active")) as server:
        terminal = asyncio.run(reported(server.port, signer, 5))
        assert (terminal.counted.logins, terminal.counted.refused) == (1, 0)
        assert len([one for one in frames(journal) if one[2] in (2, 3)]) == 5
        for other in (None, Signer()):
            refused = asyncio.run(reported(server.port, other, 1))
            assert (refused.counted.logins, refused.counted.last_login_flag) == (0, 5)


def test_a_terminal_activates_its_key_and_must_sign_from_then_on(tmp_path: Path) -> None:
    signer = Signer(chip_id="SE01")
    with gateway(tmp_path / "journal", keys=source(tmp_path, signer, "registered")) as server:
        eventually(lambda: server.figure("keys_generation") == 1)
        with Phone(server.port) as phone:
            now_s = SystemClock().now_ns() // 1_000_000_000
            answer = phone.asks(signer.activation(VIN, now_s))
            assert (answer.command, answer.unit) == (0x0A, b"\x01\x00")
        assert asyncio.run(reported(server.port, None, 1)).counted.last_login_flag == 5
        assert asyncio.run(reported(server.port, signer, 1)).counted.logins == 1


def test_only_logins_and_reports_of_2025_are_signed() -> None:
    signer, old, new = Signer(), Car(VIN), Car(VIN, Edition.Y2025)
    for frame in (old.login(), old.realtime(), new.heartbeat(), new.logout()):
        assert signer.signed(frame) == frame
    for frame in (new.login(), new.realtime(), new.reissue()):
        (block, *_) = blocks(signer.signed(frame)[24:-1])
        assert block.algorithm is Algorithm.SM2
