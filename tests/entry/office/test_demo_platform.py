"""The demo's own public platform: its link is planted once, follows its port, and is nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from voltward.base.settings import Settings
from voltward.entry.demo_platform import demo_platform, plant_demo_platform
from voltward.exchange.models import PlatformRevision
from voltward.exchange.services.platform_secrets import password_of
from voltward.records.models import Maker

pytestmark = pytest.mark.django_db


def settings(data: Path, port: int, *, demo: bool = True) -> Settings:
    return Settings(data=data, demo=demo, demo_platform=port)


def test_the_link_is_planted_once_and_follows_the_platforms_port(
    tmp_path: Path, maker: Maker
) -> None:
    first = settings(tmp_path, 39661)
    assert plant_demo_platform(first, maker)
    assert not plant_demo_platform(first, maker)
    row = PlatformRevision.objects.select_related("platform").get()
    login = demo_platform(first)
    assert login is not None
    assert (row.host, row.port, row.user) == (login.host, login.port, login.user)
    assert password_of(row) == login.password
    assert plant_demo_platform(settings(tmp_path, 39662), maker)
    newest = PlatformRevision.objects.select_related("platform").get(number=2)
    assert (newest.port, password_of(newest)) == (39662, login.password)


@pytest.mark.parametrize(("port", "demo"), [(0, True), (39661, False)])
def test_without_demo_or_port_there_is_no_link(
    tmp_path: Path, maker: Maker, port: int, demo: bool
) -> None:
    assert demo_platform(settings(tmp_path, port, demo=demo)) is None
    assert not plant_demo_platform(settings(tmp_path, port, demo=demo), maker)
    assert not PlatformRevision.objects.exists()
