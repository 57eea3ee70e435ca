"""The store's benchmark runs through, and counts what it sent."""

from voltward.telemetry.bench_store import run


def test_a_small_run_loses_no_row_and_reports_every_figure() -> None:
    found = run(rows=3000, vehicles=20, days=3, batch_rows=1000, duplicates=0.05, repeats=1)
    assert found.rows == 3000
    assert found.duplicates > 50
    assert 50 < found.bytes_per_row < 200
    assert all(value > 0 for value in (found.merged.latest_ms, found.written.spread_ms))
    assert "goal" in found.text()
