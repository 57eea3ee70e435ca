"""A proxy that harms connections: what passes, what does not, and that a seed repeats it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.simulator.platform.client import PASSWORD, USER, Client, login, report

from voltward.simulator.platform.faults import Faults
from voltward.simulator.platform.platform import PlatformConfig
from voltward.simulator.platform.server import PlatformServer, platform
from voltward.simulator.proxy import Harms, Proxy, proxy


@asynccontextmanager
async def both(harms: Harms | None = None) -> AsyncIterator[tuple[Proxy, PlatformServer]]:
    config = PlatformConfig(accounts={USER: PASSWORD})
    async with platform(config) as server, proxy(server.address, harms) as between:
        yield between, server


async def arrived(server: PlatformServer, frames: int) -> None:
    async with asyncio.timeout(60):
        while server.platform.book.figures.frames < frames:
            server.arrived.clear()
            await server.arrived.wait()


def test_without_harm_everything_passes_both_ways() -> None:
    async def scene() -> None:
        async with both() as (between, server):
            client = await Client.to(between.address)
            sent = [report(second) for second in range(3000)]
            client.send(login(), *sent)
            answers = await client.wait_for(3001)
            assert [answer[24:30] for answer in answers[1:]] == [frame[24:30] for frame in sent]
            assert server.platform.book.figures.noise == 0
            await client.close()

    asyncio.run(scene())


def test_split_and_delayed_bytes_arrive_whole_and_in_order() -> None:
    async def scene() -> None:
        async with both(Harms(delay_s=0.05, jitter_s=0.05, split=7)) as (between, server):
            client = await Client.to(between.address)
            loop = asyncio.get_running_loop()
            before_s = loop.time()
            client.send(login(), *[report(second) for second in range(50)])
            answers = await client.wait_for(51)
            assert loop.time() - before_s >= 0.09
            assert [a[24:30] for a in answers[1:]] == [report(s)[24:30] for s in range(50)]
            assert server.platform.book.figures.noise == 0
            await client.close()

    asyncio.run(scene())


@pytest.mark.parametrize(("harm", "is_reset"), [("cut", False), ("reset", True)])
def test_open_connections_are_closed_or_reset_on_request(harm: str, is_reset: bool) -> None:
    async def scene() -> None:
        async with both() as (between, _):
            client = await Client.to(between.address)
            client.send(login())
            await client.wait_for(1)
            assert between.harm(harm) == 1  # type: ignore[arg-type]
            assert await client.ended() is is_reset
            again = await Client.to(between.address)
            again.send(login(), report(1))
            assert len(await again.wait_for(2)) == 2
            await client.close()
            await again.close()

    asyncio.run(scene())


def test_a_hole_swallows_what_comes_and_leaves_the_connection_open() -> None:
    async def scene() -> None:
        async with both() as (between, server):
            client = await Client.to(between.address)
            client.send(login(), report(1))
            await client.wait_for(2)
            between.harm("hole")
            client.send(report(2))
            other = await Client.to(between.address)  # passes: holes hold for what was open
            other.send(login(), report(3))
            assert len(await other.wait_for(2)) == 2
            assert server.platform.book.figures.frames == 2
            assert len(client.answers) == 2
            await client.close()
            await other.close()

    asyncio.run(scene())


def test_a_proxy_that_is_away_resets_who_comes() -> None:
    async def scene() -> None:
        async with both() as (between, _):
            between.is_away = True
            client = await Client.to(between.address)
            assert await client.ended()
            assert between.carried.turned_away == 1
            await client.close()

    asyncio.run(scene())


def test_a_platform_that_is_away_is_a_reset_too() -> None:
    async def scene() -> None:
        async with both() as (between, server):
            await server.stop()
            client = await Client.to(between.address)
            assert await client.ended()
            await client.close()

    asyncio.run(scene())


async def _octets_before_the_end(harms: Harms) -> int:
    """Bytes that passed on the first connection, towards a platform that answers nothing."""
    async with both(harms) as (between, server):
        server.platform.faults = Faults(lost=1.0)
        client = await Client.to(between.address)
        client.send(*[report(second) for second in range(4000)])
        await client.ended()
        await client.close()
        assert server.platform.book.figures.frames < 4000
        return between.carried.octets


def test_cuts_come_at_the_bytes_that_the_seed_says() -> None:
    async def scene() -> None:
        for seed in range(8):
            harms = Harms(cut_every=20_000, seed=seed)
            expected, _ = harms.next(random.Random(f"{seed}:1"))
            assert await _octets_before_the_end(harms) == int(expected)

    asyncio.run(scene())


def test_what_happens_first_follows_from_the_seed() -> None:
    harms = Harms(cut_every=1000, reset_every=1000, hole_every=1000)
    first = [harms.next(random.Random(f"7:{number}")) for number in range(50)]
    again = [harms.next(random.Random(f"7:{number}")) for number in range(50)]
    assert first == again
    assert {harm for _, harm in first} == {"cut", "reset", "hole"}
    assert Harms().next(random.Random(1)) == (float("inf"), None)


def test_after_a_thousand_harms_a_proxy_holds_nothing() -> None:
    async def scene() -> None:
        harms = Harms(cut_every=400, reset_every=400)
        async with both(harms) as (between, _):
            for _ in range(100):
                client = await Client.to(between.address)
                client.send(login(), *[report(second) for second in range(60)])
                await client.ended()
                await client.close()
            assert between.carried.connections == 100
            assert between.carried.cuts + between.carried.resets >= 95
            assert len(between._open) <= 1

    asyncio.run(scene())


def test_the_command_says_what_passed() -> None:
    from typer.testing import CliRunner

    from voltward.entry.cli.main import app

    asked = ["simulate", "proxy", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1"]
    done = CliRunner().invoke(app, [*asked, "--stop-after", "0.1"])
    assert done.exit_code == 0, done.output
    assert "connections 0" in done.output


def test_a_proxy_that_lets_all_pass_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: one that forgets its harm."""
    monkeypatch.setattr("voltward.simulator.proxy._Connection._come_due", lambda self: None)
    monkeypatch.setattr("voltward.simulator.proxy._Connection._weighed", lambda self, data: data)

    async def scene() -> int:
        async with both(Harms(cut_every=500)) as (between, server):
            client = await Client.to(between.address)
            client.send(login(), *[report(second) for second in range(200)])
            await client.wait_for(201)
            await client.close()
            return server.platform.book.figures.frames

    assert asyncio.run(scene()) == 200
