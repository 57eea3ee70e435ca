"""The link to the demo's own public platform: planted once the past is in, and then people's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voltward.base.settings import Settings
from voltward.entry import demo_link, places
from voltward.entry.demo_platform import DemoPlatform, demo_platform
from voltward.exchange.models import PlatformRevision, PublicPlatform
from voltward.exchange.services.platform_install import uplink_reinstall
from voltward.exchange.services.platform_secrets import password_of
from voltward.records.models import Maker
from voltward.records.selectors import installation

pytestmark = pytest.mark.django_db
FLEET = {"fleet": {"phase": "live"}, "fire": {"state": "ready"}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a demo whose platform listens and whose past is in."""
    made = Settings(data=tmp_path, demo=True)
    tells(made, 39661)
    said(made, FLEET)
    return made


def tells(settings: Settings, port: int) -> None:
    file = places.demo_platform_port(settings)
    file.parent.mkdir(exist_ok=True)
    file.write_text(str(port))


def said(settings: Settings, status: dict[str, object]) -> None:
    (settings.data / "run" / "demo.json").write_text(json.dumps(status))


def login(settings: Settings) -> DemoPlatform:
    found = demo_platform(settings)
    assert found is not None
    return found


def newest() -> PlatformRevision:
    return PlatformRevision.objects.select_related("platform").order_by("-number")[0]


def test_the_link_is_planted_once_and_its_login_is_the_platforms(
    settings: Settings, maker: Maker
) -> None:
    assert [demo_link.look(settings), demo_link.look(settings)] == [1, 0]
    row = PlatformRevision.objects.select_related("platform").get()
    assert (row.host, row.port, row.user) == ("127.0.0.1", 39661, "voltward")
    assert (row.platform.maker, row.all_vehicles) == (maker, True)
    assert password_of(row) == login(settings).password


def test_the_link_follows_its_platform_to_another_port(settings: Settings, maker: Maker) -> None:
    demo_link.look(settings)
    tells(settings, 39662)
    assert [demo_link.look(settings), demo_link.look(settings)] == [1, 0]
    assert (newest().port, password_of(newest())) == (39662, login(settings).password)


@pytest.mark.parametrize(
    "status",
    [{}, {"fleet": None, "fire": None}, {**FLEET, "fleet": {"phase": "history"}},
     {**FLEET, "fire": {"state": "past"}}],
)  # fmt: skip
def test_before_the_past_is_in_no_link_begins_that_would_owe_it(
    settings: Settings, maker: Maker, status: dict[str, object]
) -> None:
    said(settings, status)
    assert demo_link.look(settings) == 0
    said(settings, FLEET)
    assert demo_link.look(settings) == 1


def test_what_people_made_of_the_link_stays_theirs(settings: Settings, maker: Maker) -> None:
    demo_link.look(settings)
    uplink_reinstall(installation(), name="demo", settings={"host": "platform.example"})
    tells(settings, 39662)
    assert demo_link.look(settings) == 0
    assert (newest().host, newest().port) == ("platform.example", 39661)


def test_a_link_that_was_retired_is_neither_moved_nor_planted_again(
    settings: Settings, maker: Maker
) -> None:
    demo_link.look(settings)
    PublicPlatform.objects.update(state="retired")
    tells(settings, 39662)
    assert demo_link.look(settings) == 0
    assert newest().port == 39661


def test_without_a_maker_the_link_waits(settings: Settings) -> None:
    assert demo_link.look(settings) == 0
    assert not PublicPlatform.objects.exists()


@pytest.mark.parametrize(("demo", "port"), [(False, 0), (False, 39661), (True, -1)])
def test_outside_the_demo_there_is_neither_platform_nor_link(
    tmp_path: Path, maker: Maker, demo: bool, port: int
) -> None:
    none = Settings(data=tmp_path, demo=demo, demo_platform=port)
    assert demo_platform(none) is None
    assert demo_link.jobs(none) == ()
    assert demo_link.look(none) == 0
    assert not PlatformRevision.objects.exists()


def test_a_platform_that_never_listened_has_no_link(tmp_path: Path, maker: Maker) -> None:
    silent = Settings(data=tmp_path, demo=True)
    assert login(silent).port == 0
    assert demo_link.look(silent) == 0
