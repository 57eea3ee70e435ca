"""A platform that a file closes: it hangs up, lets nobody in, and is found again where it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.simulator.platform.client import PASSWORD, USER, Client, login, report

from voltward.simulator.platform.closing import close, is_closed, open_again
from voltward.simulator.platform.door import Door
from voltward.simulator.platform.platform import Platform, PlatformConfig
from voltward.simulator.platform.server import PlatformServer


class Scene:
    """A door with its file; ``moves``: what it told."""

    def __init__(self, folder: Path, kind: type[Door] = Door) -> None:
        self.file = folder / "closed"
        self.server = PlatformServer(Platform(PlatformConfig(accounts={USER: PASSWORD})))
        self.moves: list[bool] = []
        self.door = kind(self.server, ("127.0.0.1", 0), None, self.file, self.moves.append)

    async def linked(self) -> Client:
        client = await Client.to(self.server.address)
        client.send(login(), report(1))
        assert len(await client.wait_for(2)) == 2
        return client


async def closes_and_opens(scene: Scene) -> None:
    await scene.door.look()
    client, where = await scene.linked(), scene.server.address
    try:
        close(scene.file)
        await scene.door.look()
        await client.ended()
        with pytest.raises(ConnectionRefusedError):
            await Client.to(where)
        open_again(scene.file)
        await scene.door.look()
        assert scene.server.address == where
        await (await scene.linked()).close()
    finally:
        await client.close()
        await scene.server.stop()


def test_a_closed_platform_hangs_up_lets_nobody_in_and_opens_where_it_was(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    asyncio.run(closes_and_opens(scene))
    assert scene.moves == [True, False, True]
    assert scene.server.platform.book.figures.accepted == 2


def test_one_that_is_closed_before_it_begins_stays_so_until_it_is_opened(tmp_path: Path) -> None:
    async def story() -> None:
        scene = Scene(tmp_path)
        close(scene.file)
        await scene.door.look()
        assert (scene.moves, is_closed(scene.file)) == ([], True)
        open_again(scene.file)
        open_again(scene.file)  # twice is as good as once
        await scene.door.look()
        assert scene.moves == [True]
        await scene.server.stop()

    asyncio.run(story())


class OnlySays(Door):
    """A build that says it is closed and goes on."""

    async def look(self) -> None:
        if is_closed(Path(str(self._file))):
            self._moved(False)
        elif not self.is_open:
            await super().look()


def test_a_build_that_only_says_it_is_closed_is_caught(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(closes_and_opens(Scene(tmp_path, OnlySays)), 1))
