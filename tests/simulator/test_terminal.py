"""A terminal's manners: it comes back, keeps what it cannot send, sends again what was refused."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.simulator.excerpts import VIN
from tests.simulator.fake_platform import (
    HEARTBEAT,
    LOGIN,
    LOGOUT,
    REALTIME,
    REISSUE,
    FakePlatform,
    platform,
)

from voltward.base.clock import SystemClock
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.frames.header import bcc
from voltward.simulator.delivery import Delivery
from voltward.simulator.encoder import time_bytes
from voltward.simulator.manners import Counted, Manners
from voltward.simulator.messages import Answer, reissued
from voltward.simulator.terminal import Identity, Terminal

QUICK = Manners(
    answer_s=60.0,
    heartbeat_s=30.0,
    first_back_off_s=0.01,
    longest_back_off_s=0.05,
    refused_back_off_s=0.01,
    resend_s=0.01,
)


def report(second: int, command: int = REALTIME) -> bytes:
    """A whole frame that differs by its time alone."""
    unit = time_bytes(1_773_534_600 + second)
    body = bytes((command, 0xFE)) + VIN.encode() + b"\x01" + len(unit).to_bytes(2, "big") + unit
    return b"##" + body + bytes((bcc(body),))


@asynccontextmanager
async def living(
    address: tuple[str, int], manners: Manners = QUICK, edition: Edition = Edition.Y2016
) -> AsyncIterator[Terminal]:
    terminal = Terminal(address, Identity(VIN, edition), manners=manners, clock=SystemClock())
    task = asyncio.create_task(terminal.run())
    terminal.sign_on()
    try:
        yield terminal
    finally:
        terminal.stop()
        async with asyncio.timeout(90):
            await task


def run(case: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(150):
            await case

    asyncio.run(limited())


def reports(fake: FakePlatform, many: int) -> bool:
    return len(fake.reports) >= many


def test_reports_before_a_link_exists_go_out_later_as_reissue() -> None:
    async def case() -> None:
        async with platform() as (fake, address):
            terminal = Terminal(
                address, Identity(VIN, Edition.Y2016), manners=QUICK, clock=SystemClock()
            )
            for second in range(3):
                terminal.report(report(second))
            task = asyncio.create_task(terminal.run())
            terminal.sign_on()
            await fake.wait_for(lambda fake: reports(fake, 3))
            terminal.stop()
            await task
            assert fake.reports == [report(second, REISSUE) for second in range(3)]
            assert [decode_frame(frame).problems for frame in fake.reports] == [()] * 3

    run(case())


def test_live_reports_go_out_as_they_are() -> None:
    async def case() -> None:
        async with platform() as (fake, address), living(address) as terminal:
            await fake.wait_for(lambda fake: LOGIN in fake.commands)
            while not terminal.is_online:
                await asyncio.sleep(0)
            terminal.report(report(1))
            await fake.wait_for(lambda fake: reports(fake, 1))
            assert fake.reports == [report(1)]

    run(case())


def test_reports_made_while_the_login_is_under_way_stay_real_time() -> None:
    async def case() -> None:
        async with platform() as (fake, address), living(address) as terminal:
            assert not terminal.is_online
            terminal.report(report(1))
            await fake.wait_for(lambda fake: reports(fake, 1))
            assert fake.reports == [report(1)]

    run(case())


def test_each_login_has_the_next_sequence_and_logout_repeats_it() -> None:
    async def case() -> None:
        async with platform() as (fake, address), living(address):
            for links in (1, 2, 3):
                await fake.wait_for(lambda fake, links=links: fake.commands.count(LOGIN) == links)  # type: ignore[misc]
                if links < 3:
                    fake.writers[-1].transport.abort()
        logins = [frame[30:32] for frame in fake.frames if frame[2] == LOGIN]
        assert logins == [b"\x00\x01", b"\x00\x02", b"\x00\x03"]
        assert fake.frames[-1][2] == LOGOUT
        assert fake.frames[-1][30:32] == b"\x00\x03"

    run(case())


def test_a_refused_login_is_tried_again() -> None:
    async def case() -> None:
        async with platform() as (fake, address):
            fake.flag_of = lambda _frame: 2 if fake.commands.count(LOGIN) < 3 else 1
            async with living(address) as terminal:
                await fake.wait_for(lambda fake: fake.commands.count(LOGIN) == 3)
                while not terminal.is_online:
                    await asyncio.sleep(0)
                assert terminal.counted.logins_refused == 2
                assert terminal.counted.last_login_flag == 2

    run(case())


def test_a_refused_report_is_sent_again_three_times_then_given_up() -> None:
    async def case() -> None:
        async with platform() as (fake, address):
            fake.flag_of = lambda frame: 2 if frame[2] in (REALTIME, REISSUE) else 1
            async with living(address) as terminal:
                while not terminal.is_online:
                    await asyncio.sleep(0)
                terminal.report(report(1))
                await fake.wait_for(lambda fake: reports(fake, 4))
                while not terminal.counted.given_up:
                    await asyncio.sleep(0)
                assert [frame[2] for frame in fake.reports] == [REALTIME, REISSUE, REISSUE, REISSUE]
                assert terminal.counted.refused == 4
                assert terminal.counted.refusal_flags == {2: 4}

    run(case())


def test_heartbeats_are_sent_while_nothing_else_is() -> None:
    async def case() -> None:
        manners = Manners(answer_s=60.0, heartbeat_s=0.02)
        async with platform() as (fake, address), living(address, manners):
            await fake.wait_for(lambda fake: fake.commands.count(HEARTBEAT) >= 3)

    run(case())


def test_a_platform_that_stops_answering_heartbeats_is_left_and_tried_again() -> None:
    async def case() -> None:
        manners = Manners(answer_s=60.0, heartbeat_s=0.05, first_back_off_s=0.01)
        async with platform() as (fake, address):
            fake.flag_of = lambda frame: None if frame[2] == HEARTBEAT else 1
            async with living(address, manners) as terminal:
                await fake.wait_for(lambda fake: fake.links >= 2)
                assert terminal.counted.links_lost >= 1

    run(case())


def test_signing_off_logs_out_and_signing_on_comes_back() -> None:
    async def case() -> None:
        async with platform() as (fake, address), living(address) as terminal:
            while not terminal.is_online:
                await asyncio.sleep(0)
            terminal.sign_off()
            await fake.wait_for(lambda fake: fake.commands == [LOGIN, LOGOUT])
            terminal.sign_on()
            await fake.wait_for(lambda fake: fake.commands.count(LOGIN) == 2)

    run(case())


def test_kept_frames_are_limited_and_the_oldest_goes_first() -> None:
    counted = Counted()
    delivery = Delivery(Manners(stored_frames=3), counted)
    for second in range(5):
        delivery.store(report(second))
    assert delivery.take_stored(10) == [report(second, REISSUE) for second in (2, 3, 4)]
    assert counted.given_up == 2


def test_an_answered_heartbeat_confirms_what_was_sent_before_it_and_no_more() -> None:
    counted = Counted()
    delivery = Delivery(Manners(), counted)
    delivery.sent([report(1), report(2)])
    delivery.heartbeat_sent()
    delivery.sent([report(3)])
    delivery.heartbeat_answered()
    assert (delivery.unconfirmed, counted.confirmed) == (1, 2)
    delivery.store(report(4))
    delivery.link_lost()
    assert delivery.take_stored(9) == [report(3, REISSUE), report(4, REISSUE)]
    assert counted.resent == 1


def test_a_refusal_of_something_unknown_is_counted_and_left() -> None:
    counted = Counted()
    delivery = Delivery(Manners(), counted)
    assert delivery.refused(Answer(REALTIME, 2, b"\0" * 6)) is None
    assert (counted.refused, counted.given_up) == (1, 1)


def test_reissuing_a_frame_changes_its_command_and_check_byte_only() -> None:
    frame = report(9)
    again = reissued(frame)
    assert decode_frame(again).header.command == REISSUE
    assert [at for at in range(len(frame)) if frame[at] != again[at]] == [2, len(frame) - 1]
    assert reissued(again) == again


@pytest.mark.parametrize("edition", Edition)
def test_all_messages_of_a_terminal_are_clean_frames(edition: Edition) -> None:
    async def case() -> None:
        manners = Manners(answer_s=60.0, heartbeat_s=0.3)
        async with platform() as (fake, address), living(address, manners, edition):
            await fake.wait_for(lambda fake: HEARTBEAT in fake.commands)
        assert {LOGIN, HEARTBEAT, LOGOUT} == set(fake.commands)
        assert all(decode_frame(frame).problems == () for frame in fake.frames)
        assert {decode_frame(frame).header.edition for frame in fake.frames} == {edition}

    run(case())
