"""What a link says of itself, and when somebody is warned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from structlog.testing import capture_logs
from tests.uplink.scene import REISSUE, Scene, report

from voltward.uplink import status
from voltward.uplink.metrics import LinksCollector


@pytest.mark.parametrize(
    ("age_s", "name"),
    [(0, ""), (299, ""), (300, "5m"), (3600, "1h"), (86_400, "24h"), (432_000, "5d"), (9e6, "5d")],
)
def test_a_backlog_is_warned_of_by_its_age(age_s: float, name: str) -> None:
    assert status.warned(age_s) == name


def test_a_growing_backlog_is_told_once_for_each_threshold_and_shown(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.platform, platform = None, scene.platform
    scene.run(1)
    scene.write(report(1, scene.now_s))
    last = None
    with capture_logs() as told:
        for _ in range(6 * 24):
            scene.step(3600)
            last = status.status_of(scene.desk, last)
        scene.platform = platform
        scene.run(3600, 60)
        done = status.status_of(scene.desk, last)
    backlogs = [one["older_than"] for one in told if one["event"] == "backlog"]
    assert backlogs == ["1h", "24h", "5d"]  # the first look came after an hour
    assert [one["event"] for one in told][-2:].count("backlog is drained") == 1
    assert last is not None
    assert (last.state, last.due, last.warned) == ("waiting", 1, "5d")
    assert "refused" in last.error
    assert last.until > last.at - 3600
    assert (done.state, done.due, done.accepted, done.warned) == ("up", 0, 1, "")
    scene.stop()


def test_figures_name_each_link(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.run(1)
    scene.write(report(1, scene.now_s), report(2, scene.now_s - 900, REISSUE))
    scene.run(1)

    class OfLink:
        last = status.status_of(scene.desk, None)

    registry = CollectorRegistry()
    registry.register(LinksCollector(lambda: [OfLink()]))  # type: ignore[list-item]
    text = generate_latest(registry).decode()
    assert 'voltward_uplink_up{link="national"} 1.0' in text
    assert 'voltward_uplink_outcomes_total{link="national",outcome="accepted"} 2.0' in text
    assert 'voltward_uplink_backlog_warning{link="national"} 0.0' in text
    scene.stop()


def test_the_file_is_whole_and_holds_no_secret(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.run(1)
    path = tmp_path / "run" / "uplink-national.json"
    status.write(path, status.status_of(scene.desk, None))
    text = path.read_text()
    assert json.loads(text)["state"] == "up"
    assert scene.link.password not in text
    scene.stop()


def test_totals_survive_a_kill(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.run(1)
    scene.write(report(1, scene.now_s))
    scene.run(3)
    scene.kill()
    assert status.status_of(scene.desk, None).accepted == 1
    scene.stop()
