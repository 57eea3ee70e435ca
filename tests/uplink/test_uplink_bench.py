"""The bench of a link counts what was answered and proved, and its own processor time."""

from __future__ import annotations

from pathlib import Path

import pytest

from voltward.uplink.bench import LIVE_PER_S, UplinkFigures, run


@pytest.mark.t2
def test_a_short_run_forwards_all_and_says_what_it_cost(tmp_path: Path) -> None:
    figures = run(6000, 6000, tmp_path)
    assert (figures.frames, figures.backlog, figures.live_per_s) == (6000, 6000, LIVE_PER_S)
    assert figures.per_s > 0
    assert 0 < figures.cpu_us < 1e6
    assert figures.drained_per_s > 0
    assert 0 <= figures.live_age_s[0] <= figures.live_age_s[1]
    assert not list(tmp_path.iterdir())


def test_the_text_says_whether_each_goal_was_met() -> None:
    found = UplinkFigures(
        frames=400_000, window=1000, per_s=19_999, cpu_us=10.0, core_per_s=100_000,
        backlog=400_000, backlog_minutes=100, live_per_s=LIVE_PER_S, drained_per_s=20_000,
        drain_ratio=6.0, drain_cpu_us=12.0, live_age_s=(1.0, 1.1), grown_mib=51.0,
    )  # fmt: skip
    text = found.text()
    assert "19,999 frames/s   target >= 20,000: missed" in text
    assert "100,000 frames/s   target >= 20,000: met" in text
    assert "6.0 times live, target >= 5: met" in text
    assert "51.0 MiB   target <= 50: missed" in text
