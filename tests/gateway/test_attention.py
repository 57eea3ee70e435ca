"""R5, R11, R13, R27: no link pays for the time in which the process itself did not read or cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from tests.gateway import broken_builds as broken
from tests.gateway.car import OTHER_VIN, Car
from tests.gateway.house_of_tests import house
from tests.gateway.scenes import Scene, until

from voltward.gateway import cutting, watch
from voltward.gateway.config import Limits
from voltward.gateway.link import Link, Pause
from voltward.gateway.reasons import RecordKind
from voltward.gateway.seats import Seats

FRAME = Car().realtime(7)
Plot = Callable[[Scene], Coroutine[None, None, bool]]


def holds(plot: Plot, limits: Limits | None = None) -> bool:
    """Is the plot's statement true of this build?"""

    async def played() -> bool:
        with house(auto_register=True, limits=limits or Limits()) as home:
            scene = Scene(home)
            try:
                return await plot(scene)
            finally:
                scene.journal.is_full = False
                scene.journal.gate.set()
                scene.hub.close(20.0)

    return asyncio.run(played())


async def logged_in(scene: Scene, car: Car) -> Link:
    link = scene.connect()
    link.data_received(car.login())
    scene.cut()
    await scene.settles()
    return link


async def takes_what_is_whole_when_its_time_is_up(scene: Scene) -> bool:
    """The rest arrives in time; the deadline passes before the next batch is cut."""
    link = await logged_in(scene, Car())
    link.data_received(FRAME[:30])
    scene.cut()
    scene.passes(9.8)
    link.data_received(FRAME[30:])
    scene.passes(0.8)
    scene.watch.deadlines()
    await scene.settles()
    return FRAME in scene.journal.kept(RecordKind.FRAME)


def test_a_frame_that_is_whole_by_now_is_kept_whatever_the_clock_says() -> None:
    assert holds(takes_what_is_whole_when_its_time_is_up)


def test_a_build_that_gives_up_blindly_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "split", broken.gives_up_blindly)
    assert not holds(takes_what_is_whole_when_its_time_is_up)


async def takes_the_login_that_a_hang_kept_waiting(scene: Scene) -> bool:
    link = await logged_in(scene, Car())
    late = scene.connect()
    scene.passes(8.0)
    await scene.hangs(link, Car().realtime(1))
    late.data_received(Car(OTHER_VIN).login())
    scene.passes(60.0)
    await scene.settles()
    return late.session.is_logged_in and not scene.hub.figures.closed


def test_a_login_that_came_in_time_is_taken_however_long_the_commit_hangs() -> None:
    assert holds(takes_the_login_that_a_hang_kept_waiting)


async def keeps_the_silent_links_of_a_full_disk(scene: Scene) -> bool:
    """Nobody is read, so nobody's heartbeats count: that is no silence of theirs."""
    links = [await logged_in(scene, car) for car in (Car(), Car(OTHER_VIN))]
    scene.journal.is_full = True
    links[0].data_received(Car().realtime(1) * 1000)
    scene.cut()
    await until(lambda: not scene.hub.is_serving)
    links[0].data_received(Car().realtime(1) * 1000)
    assert scene.hub.intake.is_stopped
    scene.passes(900.0)
    scene.journal.is_full = False
    await scene.settles()
    scene.passes(2.0)
    return not scene.hub.figures.closed


def test_links_that_are_not_read_while_the_disk_is_full_are_not_silent() -> None:
    assert holds(keeps_the_silent_links_of_a_full_disk, Limits(buffered_bytes=60_000))


async def keeps_half_a_frame_and_its_link_over_a_pause(scene: Scene) -> bool:
    """R27: SIGSTOP for 300 s; the timers run before the sockets are read."""
    link = await logged_in(scene, Car())
    newcomer = scene.connect()
    link.data_received(FRAME[:30])
    scene.cut()
    scene.passes(7.0)
    scene.clock.advance(300.0)
    scene.watch.attention()
    scene.watch.deadlines()
    link.data_received(FRAME[30:])
    newcomer.data_received(Car(OTHER_VIN).login())
    await scene.settles()
    is_in = newcomer.session.is_logged_in
    return is_in and FRAME in scene.journal.kept(RecordKind.FRAME)


def test_a_process_that_was_stopped_blames_no_link_for_it() -> None:
    assert holds(keeps_half_a_frame_and_its_link_over_a_pause)


@pytest.mark.parametrize(
    ("plot", "cap"),
    [
        (takes_the_login_that_a_hang_kept_waiting, 1 << 28),
        (keeps_the_silent_links_of_a_full_disk, 60_000),
        (keeps_half_a_frame_and_its_link_over_a_pause, 1 << 28),
    ],
)
def test_a_build_that_excuses_nobody_is_caught(
    plot: Plot, cap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seats, "excuse", broken.excuses_nobody)
    assert not holds(plot, Limits(buffered_bytes=cap))


async def ends_who_dribbles_beside_a_full_disk(scene: Scene) -> bool:
    """Batches are cut all the while: the disk is no excuse for who never logs in (R13)."""
    link, slow = await logged_in(scene, Car()), scene.connect()
    scene.journal.is_full = True
    link.data_received(Car().realtime(1))
    scene.cut()
    await until(lambda: not scene.hub.is_serving)

    def dribbles() -> None:
        slow.data_received(b"#")
        scene.cut()

    scene.passes(12.0, dribbles)
    return scene.hub.figures.closed["login_deadline"] == 1


def test_a_full_disk_that_does_not_keep_us_from_reading_excuses_nobody() -> None:
    assert holds(ends_who_dribbles_beside_a_full_disk)


async def ends_who_dribbles_however_busy_it_is(scene: Scene) -> bool:
    """Every step of the watch comes two seconds late, and deadlines come all the same."""
    scene.connect()
    for _ in range(12):
        scene.clock.advance(2.2)
        scene.watch.attention()
        scene.watch.deadlines()
    return scene.hub.figures.closed["login_deadline"] == 1


def test_a_process_that_is_always_late_still_ends_who_dribbles() -> None:
    assert holds(ends_who_dribbles_however_busy_it_is)


async def waits_for_a_frame_that_it_does_not_read(scene: Scene) -> bool:
    """A backlog is held back for ten seconds in the middle of a frame (R25)."""
    link = await logged_in(scene, Car())
    link.data_received(FRAME[:30])
    scene.cut()
    link.pause(Pause.REISSUE)
    scene.passes(12.0, scene.cut)
    link.resume(Pause.REISSUE)
    scene.passes(2.0, scene.cut)
    link.data_received(FRAME[30:])
    await scene.settles()
    return FRAME in scene.journal.kept(RecordKind.FRAME)


def test_half_a_frame_of_a_backlog_that_is_held_back_is_not_given_up() -> None:
    assert holds(waits_for_a_frame_that_it_does_not_read)


def test_a_build_that_minds_no_pause_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "Pause", broken.MindsNoPause)
    assert not holds(waits_for_a_frame_that_it_does_not_read)
