"""The watchdog from look to look: whatever stops is paged within a minute, and said to be back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.watchdog.scenes import BEGUN_S, Stand

from voltward.watchdog.availability import day_of, read_day
from voltward.watchdog.status import read_status
from voltward.watchdog.words import STAGES, name_of


@pytest.mark.parametrize("stage", STAGES)
def test_whatever_stage_stops_is_paged_within_a_minute_by_its_name(
    tmp_path: Path, stage: str
) -> None:
    stand = Stand(tmp_path)
    stand.live(120)
    assert stand.pages() == []
    stopped_s = BEGUN_S + stand.passed_s
    stand.stop(stage)
    stand.live(60)
    (page,) = stand.pages()
    assert page["at"] - stopped_s <= 60
    zh, en = name_of(stage)
    assert page["title"] == f"平台环节停止：{zh} / Stopped: {en}"
    assert "TimeoutError" in page["text"]


def test_a_stage_that_comes_back_is_told_of_once_and_its_minutes_are_counted(
    tmp_path: Path,
) -> None:
    stand = Stand(tmp_path)
    stand.live(120)
    stand.stop("web")
    stand.live(300)
    stand.go_on()
    stand.live(120)
    first, last = stand.pages()
    assert "恢复" in last["title"]
    stand.rounds._ledger.save()
    counted = read_day(tmp_path / "availability", day_of(BEGUN_S))
    assert 290 <= counted["web"].down_s <= 310
    assert counted["store"].down_s == 0
    assert counted["web"].watched_s == pytest.approx(535)
    assert first["at"] < last["at"]


def test_while_a_stage_stands_the_page_is_sent_again_every_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    stand = Stand(tmp_path)
    stand.live(60)
    stand.stop("store")
    stand.live(40 * 60)
    assert len(stand.pages()) == 3
    assert "仍未恢复" in stand.pages()[-1]["text"]


def test_a_stage_that_never_came_up_is_paged_once_everything_had_time_to_start(
    tmp_path: Path,
) -> None:
    stand = Stand(tmp_path)
    stand.stop("findings")
    stand.live(170)
    assert stand.pages() == []
    stand.live(30)
    assert len(stand.pages()) == 1


def test_the_flag_of_the_canary_comes_and_goes_every_ten_seconds(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.live(60)
    assert stand.link.flags == [True, False, True, False, True, False]


def test_the_status_says_for_each_stage_how_long_ago_it_moved(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.live(60)
    stand.stop("office")
    stand.live(60)
    status = read_status(stand.places.status)
    assert status is not None
    assert {one.name for one in status.late} == {"office"}
    ages = {one.name: one.age_s for one in status.stages}
    assert ages["store"] == 2.0
    assert not status.is_silent(BEGUN_S + stand.passed_s)
    assert status.is_silent(BEGUN_S + stand.passed_s + 31)


def test_what_passed_while_the_watchdog_itself_slept_counts_as_not_watched(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.live(60)
    stand.passed_s += 3600
    stand.live(60)
    stand.rounds._ledger.save()
    counted = read_day(tmp_path / "availability", day_of(BEGUN_S))
    assert counted["web"].watched_s == pytest.approx(110, abs=10)


def test_an_optional_stage_is_watched_from_when_it_first_left_a_sign(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    sign = tmp_path / "alarms.beat"
    stand.rounds.optional = {"alarms": sign}
    stand.stop("alarms")
    stand.live(300)
    assert stand.pages() == []
    sign.touch()
    stand.live(200)
    assert len(stand.pages()) == 1


def test_a_fault_of_one_look_ends_nothing(tmp_path: Path) -> None:
    from threading import Event

    stand, stopping, looks = Stand(tmp_path), Event(), []

    def look() -> None:
        looks.append(1)
        if len(looks) == 2:
            stopping.set()
        raise RuntimeError("unexpected")

    stand.rounds.look = look  # type: ignore[method-assign]
    stand.rounds.now_s = lambda: stand.passed_s
    stopping.wait = lambda timeout=None: stopping.is_set()  # type: ignore[method-assign]
    stand.rounds.run(stopping)
    assert len(looks) == 2


def test_days_are_beijings() -> None:
    assert day_of(1_790_006_400.0) == date(2026, 9, 22)
