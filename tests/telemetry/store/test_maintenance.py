"""The store merges what is quiet, so that reading need not drop duplicates again and again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voltward.telemetry.store.engine import Engine, Limits
from voltward.telemetry.store.maintenance import Maintenance


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = Engine(tmp_path / "store", Limits(memory_mb=500))
    yield opened
    opened.close()


def _filled(engine: Engine) -> Callable[[], list[str]]:
    engine.query("CREATE DATABASE d")
    engine.query(
        "CREATE TABLE d.t (month UInt8, k UInt64, v UInt64) ENGINE = ReplacingMergeTree(v)"
        " PARTITION BY month ORDER BY k"
    )
    for value in range(3):
        engine.query(f"INSERT INTO d.t SELECT 1, number, {value} FROM numbers(10)")
    return lambda: (
        engine.query(
            "SELECT count(), sum(rows), min(level) > 0 FROM system.parts"
            " WHERE active AND database = 'd'"
        )
        .decode()
        .split()
    )


def test_a_quiet_month_becomes_one_part_and_is_left_alone_then(engine: Engine) -> None:
    parts = _filled(engine)
    maintenance = Maintenance(engine, quiet_s=0)
    assert maintenance.once() == 1
    assert parts() == ["1", "10", "1"]
    assert maintenance.once() == 0


def test_a_month_that_still_receives_rows_is_not_touched(engine: Engine) -> None:
    _filled(engine)
    assert Maintenance(engine, quiet_s=600).once() == 0


def test_it_ends_when_told_to(engine: Engine) -> None:
    maintenance = Maintenance(engine, every_s=3600)
    maintenance.start()
    assert maintenance.stop(60)
