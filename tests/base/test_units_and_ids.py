"""Quantisation, vehicle numbers and settings."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voltward.base.settings import Settings
from voltward.base.units import quantised
from voltward.base.vehicle_id import installation_key, vehicle_id


def test_halves_are_rounded_away_from_zero_by_their_decimal_text() -> None:
    assert quantised("0.15", 10) == 2
    assert quantised(-0.25, 10) == -3
    assert quantised(0.05, 10) == 1
    assert quantised(42.3, 1) == 42


@given(st.integers(-10_000_000, 10_000_000))
def test_values_on_the_step_stay_where_they_are(counts: int) -> None:
    assert quantised(counts / 10, 10) == counts


def test_the_vehicle_number_needs_the_key_and_fits_a_signed_column() -> None:
    first = vehicle_id("LTESTVEH0GB329601", b"k" * 32)
    assert first == vehicle_id("LTESTVEH0GB329601", b"k" * 32)
    assert first != vehicle_id("LTESTVEH0GB329601", b"j" * 32)
    assert 0 < first < 2**63


def test_many_starters_at_once_agree_on_one_installation_key(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "vehicle_id.key"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: installation_key(path), range(64)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.parent.iterdir()) == [path]


def test_a_setting_outside_its_range_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOLTWARD_GATEWAY_PROCESSES", "0")
    with pytest.raises(ValidationError, match="gateway_processes"):
        Settings()
