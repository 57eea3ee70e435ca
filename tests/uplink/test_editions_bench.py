"""The benchmark of the editions measures what it says it does."""

import pytest
from tests.uplink.frames_of_tests import said

from voltward.columns.bench_frames import bench_frames
from voltward.uplink.editions import bench
from voltward.uplink.reencode import reencoded


def test_it_measures_whole_frames_and_says_their_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(bench, "RAW_TIMES", 1)
    figures = bench.measure(100)
    assert min(figures.raw_per_s, figures.to_2016_per_s, figures.to_2025_per_s) > 0
    assert figures.raw_per_s > figures.reduced_per_s
    assert "2025 said in 2016" in bench.text_of(figures)


def test_every_item_of_its_frames_but_the_extremes_is_said_in_both_editions() -> None:
    for frame in bench_frames(20):
        new = reencoded(frame, edition=2025, left_out=(), command=3).frame
        old = reencoded(new or b"", edition=2016, left_out=(), command=3).frame
        assert said(old).keys() == said(frame).keys()
