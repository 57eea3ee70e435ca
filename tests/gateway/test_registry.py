"""The snapshot file: what is written is what is mapped, and damage is never believed."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.house_of_tests import ACCOUNT

from voltward.base.errors import BadInput
from voltward.gateway.registry import RegistryEntry, RegistrySnapshot, write_snapshot
from voltward.gateway.secret_hash import hashed, secret_is_right

VINS = st.text(string.ascii_uppercase + string.digits, min_size=17, max_size=17)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(VINS, st.tuples(st.integers(0, 255), st.integers(0, 65_535)), max_size=40),
    st.sets(st.text(string.ascii_uppercase, min_size=3, max_size=3), max_size=5),
)
def test_every_vehicle_is_found_with_its_facts_and_no_other_is(
    tmp_path_factory: pytest.TempPathFactory,
    vehicles: dict[str, tuple[int, int]],
    wmis: set[str],
) -> None:
    path = tmp_path_factory.mktemp("registry") / "registry.snapshot"
    write_snapshot(path, [(vin, *facts) for vin, facts in vehicles.items()], wmis, 5, [ACCOUNT])
    found = RegistrySnapshot.load(path)
    assert (found.generation, found.wmis, found.accounts) == (5, wmis, {"maker": ACCOUNT})
    for vin, (flags, platform) in vehicles.items():
        row = found.find(vin.encode())
        assert (found.flags[row], found.platforms[row]) == (flags, platform)
    assert found.find(b"absent-absent-abs") == -1


def test_an_entry_of_vin_and_flags_alone_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "registry.snapshot"
    write_snapshot(path, [("LVWTEST0900000001", 1)], [], 1)
    assert RegistrySnapshot.load(path).find(b"LVWTEST0900000001") == 0


def test_a_mapped_snapshot_outlives_its_replacement(tmp_path: Path) -> None:
    path = tmp_path / "registry.snapshot"
    write_snapshot(path, [RegistryEntry("LVWTEST0900000001")], [], 1)
    old = RegistrySnapshot.load(path)
    write_snapshot(path, [RegistryEntry("LVWTEST0900000002")], [], 2)
    assert old.find(b"LVWTEST0900000001") == 0
    assert RegistrySnapshot.load(path).find(b"LVWTEST0900000001") == -1
    assert [entry.name for entry in tmp_path.iterdir()] == ["registry.snapshot"]


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "registry.snapshot"
    write_snapshot(path, [RegistryEntry("LVWTEST0900000001")], ["LVW"], 1, [ACCOUNT])
    good = path.read_bytes()
    for place in range(len(good)):
        data = bytearray(good)
        data[place] ^= 0x10
        path.write_bytes(data)
        with pytest.raises(BadInput):
            RegistrySnapshot.load(path)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 90])
def test_a_snapshot_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "registry.snapshot"
    write_snapshot(path, [RegistryEntry("LVWTEST0900000001")], ["LVW"], 1, [ACCOUNT])
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BadInput):
        RegistrySnapshot.load(path)


@pytest.mark.parametrize(
    ("entries", "wmis"),
    [
        ([("SHORT", 1)], []),
        ([("LVWTEST090000000é", 1)], []),
        ([("LVWTEST0900000001", 1), ("LVWTEST0900000001", 0)], []),
        ([], ["LV"]),
    ],
)
def test_what_cannot_be_looked_up_is_not_written(
    tmp_path: Path, entries: list[tuple[str, int]], wmis: list[str]
) -> None:
    path = tmp_path / "registry.snapshot"
    with pytest.raises(BadInput):
        write_snapshot(path, entries, wmis, 1)
    assert not path.exists()


def test_a_secret_is_kept_as_a_salted_hash_only() -> None:
    assert "open sesame" not in ACCOUNT.secret
    assert hashed("open sesame") != hashed("open sesame")
    assert secret_is_right(ACCOUNT, b"open sesame")
    assert not secret_is_right(ACCOUNT, b"open sesam")
