"""The process over a real socket, to the simulator's public platform that decrypts and verifies."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.uplink.scene import report
from tests.uplink.sealed_scene import (
    KEY_2,
    OTHER_KEY,
    OURS,
    cover,
    demands,
    link,
    report_2025,
    theirs,
)
from tests.uplink.served import PATIENCE_S
from tests.uplink.test_process import House, is_up

from voltward.frames.grammar import Edition
from voltward.seals.ciphers import CipherRule, Encryption
from voltward.seals.keys import Algorithm
from voltward.simulator.platform.platform import Platform, PlatformConfig
from voltward.simulator.platform.server import PlatformServer
from voltward.uplink.covering import Covering
from voltward.uplink.links import Link
from voltward.uplink.process import Crew

SIGNED_SM4 = link(
    Edition.Y2025,
    Encryption.SM4,
    cover(
        Encryption.SM4, CipherRule("gcm"), exchanges=True, peer_key=theirs(Algorithm.SM2),
        signature="sm2",
    ),
)  # fmt: skip
AES_2016 = link(Edition.Y2016, Encryption.AES, cover(Encryption.AES))


class Listening:
    """The platform in a thread of its own, on a free port of loopback."""

    def __init__(self, of: Link) -> None:
        config = PlatformConfig(
            Edition(of.edition), {of.user: of.password}, demands=demands(of, answers=True)
        )
        self.platform = Platform(config)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._ending = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    async def _serve(self) -> None:
        server = PlatformServer(self.platform)
        await server.start("127.0.0.1", 0)
        self.port = int(server.address[1])
        self._ready.set()
        await self._ending.wait()
        await server.stop()


class SealedHouse(House):
    """With our own private keys."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config = replace(self.config, own=OURS)
        self.crew = Crew(self.config)
        self.thread = threading.Thread(target=self.crew.run, args=(self._stopping,))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SealedHouse]:
    made = SealedHouse(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def listening() -> Iterator[Callable[[Link], Listening]]:
    made: list[Listening] = []

    def listen(of: Link) -> Listening:
        made.append(Listening(of))
        return made[-1]

    yield listen
    for one in made:
        one.close()


@pytest.mark.parametrize("of", [SIGNED_SM4, AES_2016], ids=["2025 SM4, signed", "2016 AES"])
def test_frames_reach_a_platform_that_asks_for_encryption(
    house: SealedHouse, listening: Callable[[Link], Listening], of: Link
) -> None:
    served = listening(of)
    house.say(replace(of, port=served.port))
    house.start()
    house.wait(is_up)
    house.write(*(of_edition(of, number) for number in range(300)))
    house.wait(lambda status: status["accepted"] == 300)
    figures = served.platform.book.figures
    assert (dict(figures.flags), figures.duplicates) == ({1: 300}, 0)


def test_a_key_that_is_turned_in_the_midst_loses_nothing(
    house: SealedHouse, listening: Callable[[Link], Listening]
) -> None:
    served = listening(SIGNED_SM4)
    here = replace(SIGNED_SM4, port=served.port)
    house.say(here)
    house.start()
    house.wait(is_up)
    house.write(*(of_edition(here, number) for number in range(100)))
    house.say(replace(here, cover=replace(here.cover, data_key=KEY_2.hex())))
    until_s, looked = time.monotonic() + PATIENCE_S, threading.Event()
    number = 100
    while served.platform.config.demands.key != KEY_2:  # vehicles go on all the while
        house.write(of_edition(here, number))
        number += 1
        assert time.monotonic() < until_s
        looked.wait(0.02)
    house.write(*(of_edition(here, one) for one in range(number, number + 100)))
    house.wait(lambda status: status["accepted"] == number + 100)
    figures = served.platform.book.figures
    assert (dict(figures.flags), figures.connections) == ({1: number + 100}, 1)


def test_a_wrong_key_is_refused_and_shown(
    house: SealedHouse, listening: Callable[[Link], Listening]
) -> None:
    served = listening(AES_2016)
    served.platform.config.demands.data_key = OTHER_KEY
    served.platform.config.demands.answers = False
    house.say(replace(AES_2016, port=served.port))
    house.start()
    house.wait(is_up)
    house.write(of_edition(AES_2016, 1))
    house.wait(
        lambda status: bool(served.platform.book.figures.refused) and status["accepted"] == 0
    )
    assert not served.platform.book.figures.accepted


def test_a_build_that_sends_plain_text_is_refused_by_the_platform(
    house: SealedHouse,
    listening: Callable[[Link], Listening],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Covering, "sealed_items", lambda _self, items: items.data)
    served = listening(SIGNED_SM4)
    house.say(replace(SIGNED_SM4, port=served.port))
    house.start()
    house.wait(is_up)
    house.write(of_edition(SIGNED_SM4, 1))
    house.wait(lambda _status: bool(served.platform.book.figures.refused))
    assert set(served.platform.book.figures.flags) == {7}


def of_edition(of: Link, number: int) -> bytes:
    plain = report(number, time.time())
    return plain if of.edition == 2016 else report_2025(plain)
