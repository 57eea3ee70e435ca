"""Quantisation, vehicle numbers and settings."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from voltward.base import vehicle_id as module
from voltward.base.errors import BadSetting
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


@pytest.mark.parametrize("content", [b"", b"k" * 31, b"k" * 33, b"6b" * 32])
def test_a_file_that_is_no_key_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vehicle_id.key"
    path.write_bytes(content)
    expected = f"{path}: found {len(content)} bytes, expected a key of 32; put the file back"
    with pytest.raises(BadSetting) as refused:
        installation_key(path)
    assert str(refused.value).startswith(expected)
    assert path.read_bytes() == content  # it may be all that is left


def synced_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int, bool]]:
    """What is synced while a key is made: where, how many bytes, and whether the key had its name."""
    seen = []
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        at = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append((at, at.stat().st_size if at.is_file() else 0, path.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    installation_key(path)
    return seen


def is_on_disk(path: Path, seen: list[tuple[Path, int, bool]]) -> bool:
    """The key's bytes before it has its name, then its name, and that of its folder."""
    files = [(size, named) for at, size, named in seen if at.suffix and at.parent == path.parent]
    folders = {at for at, _, named in seen if named}
    return files == [(32, False)] and {path.parent, path.parent.parent} <= folders


def test_a_new_key_is_on_disk_before_anything_is_made_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets" / "vehicle_id.key"
    assert is_on_disk(path, synced_for(path, monkeypatch))


@pytest.mark.parametrize(
    ("step", "broken"), [("write_durably", Path.write_bytes), ("sync_folder", lambda _path: None)]
)
def test_a_build_that_does_not_sync_its_key_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, broken: object
) -> None:
    path = tmp_path / "secrets" / "vehicle_id.key"
    monkeypatch.setattr(module, step, broken)
    assert not is_on_disk(path, synced_for(path, monkeypatch))


def test_a_setting_outside_its_range_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOLTWARD_GATEWAY_PROCESSES", "0")
    with pytest.raises(ValidationError, match="gateway_processes"):
        Settings()
