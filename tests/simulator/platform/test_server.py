"""The simulated public platform over TCP, and the faults that only a connection has."""

import asyncio
import re
from pathlib import Path
from types import ModuleType

import pytest
import uvloop
from tests.simulator.platform.client import PASSWORD, USER, VIN, Client, login, logout, report

from voltward.frames.frame import decode_frame
from voltward.simulator.platform.faults import Faults
from voltward.simulator.platform.platform import Platform, PlatformConfig
from voltward.simulator.platform.run import Lines, Listening, run
from voltward.simulator.platform.server import PlatformServer, platform


def config() -> PlatformConfig:
    return PlatformConfig(accounts={USER: PASSWORD})


async def linked(server: PlatformServer) -> Client:
    client = await Client.to(server.address)
    client.send(login())
    await client.wait_for(1)
    client.answers.clear()
    return client


async def arrived(server: PlatformServer, frames: int) -> None:
    async with asyncio.timeout(60):
        while server.platform.book.figures.frames < frames:
            server.arrived.clear()
            await server.arrived.wait()


@pytest.mark.parametrize("loop", [asyncio, uvloop], ids=lambda loop: loop.__name__)
def test_a_login_many_reports_and_a_logout_are_answered_in_order(loop: ModuleType) -> None:
    async def scene() -> None:
        async with platform(config()) as server:
            client = await linked(server)
            sent = [report(second) for second in range(2000)]
            client.send(*sent, logout())
            answers = await client.wait_for(2001)
            assert [a[24:30] for a in answers[:2000]] == [frame[24:30] for frame in sent]
            assert {decode_frame(a).header.response for a in answers} == {1}
            await client.close()

    loop.run(scene())


def test_noise_between_frames_is_counted_and_changes_nothing() -> None:
    async def scene() -> None:
        async with platform(config()) as server:
            client = await linked(server)
            client.send(b"GET / HTTP/1.1\r\n\r\n", report(1))
            assert len(await client.wait_for(1)) == 1
            assert server.platform.book.figures.noise == 1
            await client.close()

    asyncio.run(scene())


def test_late_answers_come_late_and_in_order() -> None:
    async def scene() -> None:
        async with platform(config(), Faults(late_s=0.3)) as server:
            client = await linked(server)
            loop = asyncio.get_running_loop()
            before_s = loop.time()
            client.send(report(1), report(2))
            answers = await client.wait_for(2)
            assert loop.time() - before_s >= 0.29
            assert [a[24:30] for a in answers] == [report(1)[24:30], report(2)[24:30]]
            await client.close()

    asyncio.run(scene())


def test_a_slow_platform_takes_so_many_a_second_and_lets_the_rest_wait() -> None:
    async def scene() -> None:
        async with platform(config()) as server:
            client = await linked(server)
            server.platform.faults = Faults(per_s=10)
            loop = asyncio.get_running_loop()
            before_s = loop.time()
            client.send(*[report(second) for second in range(5)])
            await client.wait_for(5)
            assert loop.time() - before_s >= 0.35
            server.platform.faults = Faults()
            client.send(*[report(second) for second in range(5, 500)])
            assert len(await client.wait_for(500)) == 500
            await client.close()

    asyncio.run(scene())


def test_a_connection_is_closed_after_so_many_messages() -> None:
    async def scene() -> None:
        async with platform(config(), Faults(close_after=3)) as server:
            client = await Client.to(server.address)
            client.send(login(), report(1), report(2), report(3))
            await client.ended()
            assert len(client.answers) == 3
            assert server.platform.book.figures.frames == 2
            await client.close()

    asyncio.run(scene())


def test_a_restart_cuts_everybody_and_the_address_stays() -> None:
    async def scene() -> None:
        async with platform(config()) as server:
            client = await linked(server)
            assert server.platform.book.figures.linked == 1
            server.cut()
            await client.ended()
            assert server.platform.book.figures.linked == 0
            again = await linked(server)
            await client.close()
            await again.close()

    asyncio.run(scene())


def test_a_hazard_feedback_reaches_linked_platforms_and_their_answer_is_noted() -> None:
    async def scene() -> None:
        async with platform(config()) as server:
            stranger = await Client.to(server.address)
            client = await linked(server)
            assert server.feedback(VIN, {"hazard_mass_parking": "normal"}) == 1
            (frame,) = await client.wait_for(1)
            assert (frame[2], frame[3], frame[4:21]) == (0x90, 0xFE, VIN.encode())
            from voltward.gateway.answers import answer

            client.send(answer(frame, 1), report(1))
            await arrived(server, 1)
            assert list(server.platform.book.feedback) == [(VIN.encode(), 1)]
            await client.close()
            await stranger.close()

    asyncio.run(scene())


def test_the_command_says_each_second_what_came_in() -> None:
    lines: list[str] = []
    found = Platform(config())
    last = run(found, Listening("127.0.0.1", 0, stop_after_s=0.2), lines.append)
    assert lines[0].startswith("listening on 127.0.0.1:")
    assert len(lines) >= 2
    assert last.startswith("links 0  frames 0")


def test_a_line_counts_frames_since_the_line_before() -> None:
    found = Platform(config())
    lines = Lines(found.book)
    lines.line(10.0)
    for second in range(30):
        found.book.take(report(second), 1 if second else 2)
    line = lines.line(12.0)
    assert "frames 30 (15/s)" in line
    assert re.search(r"accepted 29 .*refused 1 .*flags 01:29 02:1$", line)


def test_the_command_line_makes_the_platform_that_was_asked_for(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from voltward.entry.cli.main import app

    password = tmp_path / "password"
    password.write_text(PASSWORD)
    asked = ["simulate", "platform", "--listen", "127.0.0.1:0", "--user", USER]
    asked += ["--password-file", str(password), "--stop-after", "0.1", "--fault", "lost=0.1"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "links 0  frames 0" in done.output
    refused = CliRunner().invoke(app, [*asked, "--edition", "2011"])
    assert "expected 2016 or 2025" in str(refused.exception)


def test_an_answer_for_each_message_would_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a server that forgets the last answer of a batch."""

    async def scene() -> int:
        async with platform(config()) as server:
            client = await linked(server)
            write = type(next(iter(server._links))).write
            monkeypatch.setattr(
                type(next(iter(server._links))), "write", lambda self, data: write(self, data[:-31])
            )
            client.send(report(1), report(2), report(3))
            await arrived(server, 3)
            server.cut()
            await client.ended()
            await client.close()
            return len(client.answers)

    assert asyncio.run(scene()) < 3
