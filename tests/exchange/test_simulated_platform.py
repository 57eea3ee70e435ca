"""The demo's own public platform is stopped and started by who may manage links, and by nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from tests.exchange.platforms_made import approved, person

from voltward.base.errors import NotFound, NotPermitted, WrongState
from voltward.exchange import ports
from voltward.exchange.link_status import LinkStatus
from voltward.exchange.models import PlatformRevision
from voltward.exchange.ports import Simulated
from voltward.exchange.services.simulated_platform import simulated_start, simulated_stop
from voltward.records.models import AuditRow, Maker, Person

pytestmark = pytest.mark.django_db


class Pretended:
    """What the demo would hand in."""

    def __init__(self) -> None:
        self.closed = False

    def behind(self, link: str) -> Simulated:
        return Simulated(link, lambda: self.closed, self.close, self.open)

    def close(self) -> None:
        self.closed = True

    def open(self) -> None:
        self.closed = False


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    made = Pretended()
    monkeypatch.setattr(ports, "_simulated", [lambda: made.behind("demo")])
    return made


@pytest.fixture
def link(safety_head: Person, officer: Person) -> PlatformRevision:
    return approved(safety_head, officer, "demo")


def test_who_manages_links_stops_and_starts_it_and_both_are_audited(
    safety_head: Person,
    link: PlatformRevision,
    platform: Pretended,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        simulated_stop(safety_head, name="demo")
        assert not platform.closed  # not before the audit row is there to stay
    assert platform.closed
    with django_capture_on_commit_callbacks(execute=True):
        simulated_start(safety_head, name="demo")
    assert not platform.closed
    rows = AuditRow.objects.filter(action__startswith="uplink.simulated").order_by("pk")
    assert [(one.action, one.after) for one in rows] == [
        ("uplink.simulated_stop", {"stopped": True}),
        ("uplink.simulated_start", {"stopped": False}),
    ]


@pytest.mark.parametrize("role", ["monitoring_operator", "auditor", "regulator"])
def test_who_may_only_look_may_not(
    maker: Maker, link: PlatformRevision, platform: Pretended, role: str
) -> None:
    reader = person(maker, "reader", role)
    for step in (simulated_stop, simulated_start):
        with pytest.raises(NotPermitted):
            step(reader, name="demo")
    assert not platform.closed


def test_another_makers_person_finds_nothing_to_stop(
    stranger: Person, link: PlatformRevision, platform: Pretended
) -> None:
    with pytest.raises(NotFound):
        simulated_stop(stranger, name="demo")
    assert not platform.closed


def test_a_real_platform_cannot_be_stopped(
    safety_head: Person, officer: Person, link: PlatformRevision, platform: Pretended
) -> None:
    approved(safety_head, officer, "national")
    with pytest.raises(NotFound):
        simulated_stop(safety_head, name="national")
    assert not platform.closed


def test_outside_the_demo_nothing_can_be_stopped(
    safety_head: Person, link: PlatformRevision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "_simulated", [lambda: None])
    with pytest.raises(NotFound):
        simulated_stop(safety_head, name="demo")


def test_what_is_stopped_is_not_stopped_again(
    safety_head: Person, link: PlatformRevision, platform: Pretended
) -> None:
    with pytest.raises(WrongState):
        simulated_start(safety_head, name="demo")
    platform.closed = True
    with pytest.raises(WrongState):
        simulated_stop(safety_head, name="demo")


def test_the_page_offers_the_button_that_fits_and_says_when_it_came_too_late(
    as_safety_head: Client,
    link: PlatformRevision,
    platform: Pretended,
    uplink: dict[str, LinkStatus],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = as_safety_head.get("/exchange/links/demo/").content.decode()
    assert "停止模拟平台" in page
    assert "启动模拟平台" not in page
    with django_capture_on_commit_callbacks(execute=True):
        as_safety_head.post("/exchange/links/demo/stop/")
    assert platform.closed
    assert "启动模拟平台" in as_safety_head.get("/exchange/links/demo/").content.decode()
    late = as_safety_head.post("/exchange/links/demo/stop/", follow=True)
    assert "模拟平台的状态已变" in late.content.decode()


def test_no_button_stands_on_a_real_platforms_page_or_before_who_may_not(
    as_safety_head: Client,
    as_operator: Client,
    safety_head: Person,
    officer: Person,
    link: PlatformRevision,
    platform: Pretended,
    uplink: dict[str, LinkStatus],
) -> None:
    approved(safety_head, officer, "national")
    assert "模拟平台" not in as_safety_head.get("/exchange/links/national/").content.decode()
    assert "停止模拟平台" not in as_operator.get("/exchange/links/demo/").content.decode()
    assert as_operator.post("/exchange/links/demo/stop/").status_code == 403
    assert not platform.closed
