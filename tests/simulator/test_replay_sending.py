"""A recording sent over TCP: everything arrives, in order, with the times that were asked for."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from tests.simulator.excerpts import SMALL_HEADER, SMALL_ROWS, VIN, csv_file, excerpt
from tests.simulator.fake_platform import (
    HEARTBEAT,
    LOGIN,
    LOGOUT,
    REALTIME,
    REISSUE,
    FakePlatform,
    platform,
)

from voltward.base.errors import BadInput
from voltward.frames.frame import decode_frame
from voltward.frames.grammar import Edition
from voltward.simulator.delivery import Delivery
from voltward.simulator.manners import Manners
from voltward.simulator.recording import Recording, open_recording
from voltward.simulator.replay import (
    LoginRefused,
    ReplayOptions,
    ReplayResult,
    Unreachable,
    replay,
)

QUICK = Manners(
    answer_s=60.0,
    first_back_off_s=0.01,
    longest_back_off_s=0.05,
    confirm_frames=20,
    ahead_frames=60,
)
Prepare = Callable[[FakePlatform], None]


def sent(
    recording: Recording, options: ReplayOptions, prepare: Prepare = lambda _fake: None
) -> tuple[FakePlatform, ReplayResult]:
    async def run() -> tuple[FakePlatform, ReplayResult]:
        async with platform() as (fake, address):
            prepare(fake)
            return fake, await replay(recording, options, address, manners=QUICK)

    return asyncio.run(run())


def times_of(frames: list[bytes]) -> list[int]:
    found = [decode_frame(frame).collected_at for frame in frames]
    return [int(one.timestamp()) for one in found if one is not None]


@pytest.mark.parametrize("edition", Edition)
def test_login_every_row_in_order_and_logout(edition: Edition) -> None:
    recording = excerpt("car1")
    fake, result = sent(recording, ReplayOptions(VIN, edition))
    assert fake.commands[0] == LOGIN
    assert fake.commands[-1] == LOGOUT
    assert set(fake.commands) == {LOGIN, REISSUE, HEARTBEAT, LOGOUT}
    assert times_of(fake.reports) == recording.rows().collected_at.tolist()
    assert all(decode_frame(frame).problems == () for frame in fake.frames)
    assert {frame[4:21] for frame in fake.frames} == {VIN.encode()}
    assert result.rows == result.frames == result.counted.confirmed == 110
    assert "110 rows" in result.text
    assert "columns not sent: BMSCellVoltageM" in result.text


def test_old_times_are_sent_as_reissue_or_realtime_as_asked() -> None:
    fake, _ = sent(excerpt("car3"), ReplayOptions(VIN, send_as="realtime"))
    assert {frame[2] for frame in fake.reports} == {REALTIME}


def test_end_now_moves_all_times_alike_so_that_the_last_is_now() -> None:
    recording = excerpt("car4")
    before = int(time.time())
    fake, _ = sent(recording, ReplayOptions(VIN, times="end-now"))
    moved, original = times_of(fake.reports), recording.rows().collected_at.tolist()
    assert before <= max(moved) <= time.time()
    assert {one - other for one, other in zip(moved, original, strict=True)} == {
        max(moved) - max(original)
    }
    assert {frame[2] for frame in fake.reports} == {REISSUE}


def test_live_rows_carry_the_time_at_which_they_are_sent(tmp_path: Path) -> None:
    rows = open_recording(csv_file(tmp_path, SMALL_HEADER, *SMALL_ROWS))
    before = int(time.time())
    fake, _ = sent(rows, ReplayOptions(VIN, times="live", speed=10.0))
    assert {frame[2] for frame in fake.reports} == {REALTIME}
    assert len(fake.reports) == 3
    assert all(before <= at <= time.time() for at in times_of(fake.reports))


def test_gaps_of_the_file_are_waited_for_no_longer_than_allowed(tmp_path: Path) -> None:
    later = SMALL_ROWS[2].replace("05-05", "05-09")
    rows = open_recording(csv_file(tmp_path, SMALL_HEADER, SMALL_ROWS[0], later))
    fake, _ = sent(rows, ReplayOptions(VIN, speed=1.0, longest_wait_s=0.05))
    times = times_of(fake.reports)
    assert times[1] - times[0] == 4 * 86_400 + 2


def lost_in_a_cut() -> tuple[set[bytes], FakePlatform, ReplayResult]:
    """Data units of the recording that never arrived although the replay ended well."""

    def cut(fake: FakePlatform) -> None:
        fake.cut_after = 37

    recording = excerpt("car4")
    options = ReplayOptions(VIN, send_as="realtime")
    whole, _ = sent(recording, options)
    fake, result = sent(recording, options, cut)
    missing = {frame[24:-1] for frame in whole.reports} - {frame[24:-1] for frame in fake.reports}
    return missing, fake, result


def test_a_link_that_is_cut_loses_nothing() -> None:
    missing, fake, result = lost_in_a_cut()
    assert missing == set()
    assert fake.links == 2
    assert result.counted.links_lost == 1
    assert result.counted.resent > 0
    # what was sent again after the cut is marked so
    assert REISSUE in {frame[2] for frame in fake.reports}


def test_a_build_that_forgets_what_was_under_way_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(delivery: Delivery) -> None:
        delivery.heartbeat_answered()
        delivery.all_arrived()

    monkeypatch.setattr(Delivery, "link_lost", forget)
    missing, _, _ = lost_in_a_cut()
    assert missing != set()


def test_a_platform_that_answers_every_report_is_counted() -> None:
    def answer_all(fake: FakePlatform) -> None:
        fake.flag_of = lambda _frame: 1

    _, result = sent(excerpt("car1"), ReplayOptions(VIN), answer_all)
    assert result.counted.answered == 110


def test_a_refused_login_ends_the_replay_with_its_flag() -> None:
    def refuse(fake: FakePlatform) -> None:
        fake.flag_of = lambda _frame: 4

    with pytest.raises(LoginRefused, match="0x04"):
        sent(excerpt("car1"), ReplayOptions(VIN), refuse)


def test_a_platform_that_is_not_there_is_named() -> None:
    async def run() -> None:
        async with platform() as (_, address):
            pass
        await replay(excerpt("car1"), ReplayOptions(VIN, give_up_s=0.3), address, manners=QUICK)

    with pytest.raises(Unreachable, match="found no link"):
        asyncio.run(run())


def test_nothing_is_sent_of_a_file_with_a_bad_row(tmp_path: Path) -> None:
    path = csv_file(tmp_path, SMALL_HEADER, *SMALL_ROWS, "broken")
    seen: list[FakePlatform] = []
    with pytest.raises(BadInput, match="line 5"):
        sent(open_recording(path), ReplayOptions(VIN), seen.append)
    assert seen[0].frames == []
    fake, result = sent(open_recording(path, skip_bad_rows=True), ReplayOptions(VIN))
    assert len(fake.reports) == 3
    assert "skipped line 5" in result.text


def test_options_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: ReplayOptions("SHORT"),
        lambda: ReplayOptions(VIN, speed=0.0),
        lambda: ReplayOptions(VIN, times="live"),
    ):
        with pytest.raises(BadInput):
            wrong()


def test_logins_say_the_moment_and_an_iccid() -> None:
    fake, _ = sent(excerpt("car1"), ReplayOptions(VIN))
    login = decode_frame(fake.frames[0])
    at = login.collected_at
    assert isinstance(at, datetime)
    assert abs(at.timestamp() - time.time()) < 60
    assert bytes(fake.frames[0][32:52]).isdigit()
