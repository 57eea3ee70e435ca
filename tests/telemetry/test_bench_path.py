"""The bench of the whole path loses no frame and reports every figure."""

import pytest

from voltward.telemetry.bench_path import report, run


@pytest.mark.t2
def test_a_short_run_gives_every_figure(tmp_path):
    figures = run(seconds=2.0, folder=tmp_path, links=100)
    assert figures.sustained_per_s > 0
    assert 0 < figures.delay_p50_s <= figures.delay_p99_s
    assert set(figures.cpu_us_per_frame) == {"client", "gateway", "processor", "store"}
    assert "frames/s" in report(figures)
    assert list(tmp_path.iterdir()) == []  # nothing is left behind
