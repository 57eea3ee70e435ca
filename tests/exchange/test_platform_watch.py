"""Links that are down and backlogs that grow old: told once, to whoever manages links, and over again later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange.platforms_made import approved, said

from voltward.base.clock import ManualClock
from voltward.entry.notice_ports import SealingKey
from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformSample, PlatformWarning, PublicPlatform
from voltward.exchange.services import platform_watch
from voltward.exchange.services.platform_running import uplink_pause
from voltward.exchange.services.platform_watch import samples_take, warnings_look
from voltward.records import notice_ports
from voltward.records.models import AuditRow, Notice, Person
from voltward.records.notice_ports import NoticePorts

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    given = NoticePorts(
        secrets=SealingKey(tmp_path / "keys" / "notices.key"), hosts=frozenset(),
        private_hosts=frozenset(), outbox=tmp_path / "outbox.jsonl", origin="https://office.example",
        clock=clock,
    )  # fmt: skip
    monkeypatch.setattr(notice_ports, "_source", [lambda: given])
    return clock


@pytest.fixture
def link(
    clock: ManualClock, safety_head: Person, officer: Person, uplink: dict[str, LinkStatus]
) -> PublicPlatform:
    platform = approved(safety_head, officer).platform
    uplink["national"] = said(now_s(clock))
    return platform


def now_s(clock: ManualClock) -> float:
    return clock.now_ns() / 1e9


def notices(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_a_link_that_stays_down_is_told_of_once_to_whoever_manages_links(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus], officer: Person,
    safety_head: Person, operator: Person,
) -> None:  # fmt: skip
    def look(state: str = "waiting") -> int:
        uplink["national"] = said(now_s(clock), state=state, error="connection refused")
        return warnings_look()

    assert look() == 0
    clock.advance(30)
    assert look() == 0
    clock.advance(30)
    assert look() == 1
    for _ in range(3):
        clock.advance(HOUR)
        assert look() == 0
    told = notices("link_down")
    assert len(told) == 1
    assert told[0].values["error"] == "connection refused"
    heard = {one.person for one in told[0].deliveries.all()}
    assert heard == {officer, safety_head}
    assert look("up") == 0
    assert PlatformWarning.objects.get().ended_at is not None
    look()
    clock.advance(MINUTE)
    assert look() == 1
    assert len(notices("link_down")) == 2
    assert AuditRow.objects.filter(action="uplink.tell").count() == 2


def test_a_link_that_comes_back_in_time_is_never_told_of_and_leaves_no_trace(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus]
) -> None:
    for _ in range(10):
        uplink["national"] = said(now_s(clock), state="connecting")
        assert warnings_look() == 0
        clock.advance(45)
        uplink["national"] = said(now_s(clock))
        assert warnings_look() == 0
        clock.advance(45)
    assert not PlatformWarning.objects.exists()
    assert not Notice.objects.filter(kind="link_down").exists()


def test_an_uplink_that_says_nothing_any_more_counts_as_down(
    link: PublicPlatform, clock: ManualClock
) -> None:
    clock.advance(11)
    assert warnings_look() == 0
    clock.advance(MINUTE)
    assert warnings_look() == 1


def backlog(
    clock: ManualClock, uplink: dict[str, LinkStatus], *, oldest_s: float
) -> Callable[[], int]:
    def look() -> int:
        uplink["national"] = said(now_s(clock), due=9, due_oldest_s=oldest_s)
        return warnings_look()

    return look


def test_a_backlog_is_told_of_once_at_each_of_its_four_ages(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus]
) -> None:
    start_s = now_s(clock)
    look = backlog(clock, uplink, oldest_s=start_s)
    told: list[float] = []
    for age_s in (299, 300, 301, 3599, 3600, 7200, DAY - 1, DAY, 4 * DAY, 5 * DAY, 6 * DAY):
        clock.advance(start_s + age_s - now_s(clock))
        told += [age_s] * look()
    assert told == [300, 3600, DAY, 5 * DAY]
    found = notices("link_backlog")
    assert [one.values["span"] for one in found] == ["5 min", "1 h", "24 h", "5 d"]
    assert [one.severity for one in found] == [1, 2, 3, 3]


def test_a_backlog_that_is_gone_may_be_told_of_again(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus]
) -> None:
    clock.advance(HOUR)
    assert backlog(clock, uplink, oldest_s=now_s(clock) - 6 * MINUTE)() == 1
    uplink["national"] = said(now_s(clock))
    assert warnings_look() == 0
    assert backlog(clock, uplink, oldest_s=now_s(clock) - 6 * MINUTE)() == 1
    assert PlatformWarning.objects.filter(ended_at=None).count() == 1


def test_a_paused_link_is_not_down_but_its_backlog_goes_on_ageing(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus], officer: Person
) -> None:
    uplink_pause(officer, name="national", reason="对方维护")
    oldest_s = now_s(clock)
    clock.advance(2 * HOUR)
    uplink["national"] = said(now_s(clock), state="paused", due=5, due_oldest_s=oldest_s)
    assert warnings_look() == 2
    assert not notices("link_down")


def test_samples_are_kept_as_long_as_their_rule_says_and_a_silent_link_leaves_a_gap(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus]
) -> None:
    for _ in range(3):
        uplink["national"] = said(now_s(clock), lag_s=0.5, due=2, sent_per_s=10.0)
        assert samples_take() == 1
        clock.advance(MINUTE)
    assert samples_take() == 0
    clock.advance(8 * DAY)
    uplink["national"] = said(now_s(clock))
    assert samples_take() == 1
    assert PlatformSample.objects.count() == 1


def test_a_build_that_tells_at_every_look_would_be_found(
    link: PublicPlatform, clock: ManualClock, uplink: dict[str, LinkStatus],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def forgetful(platform: PublicPlatform, code: str, at: object) -> PlatformWarning:
        PlatformWarning.objects.filter(platform=platform, code=code).delete()
        return PlatformWarning.objects.create(
            maker=platform.maker, platform=platform, code=code, since_at=at
        )

    monkeypatch.setattr(platform_watch, "_open", forgetful)
    look = backlog(clock, uplink, oldest_s=now_s(clock) - timedelta(minutes=6).total_seconds())
    assert [look() for _ in range(2)] != [1, 0]
