"""The files in which the office tells the uplink its links."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voltward.base.errors import BadInput
from voltward.uplink.links import (
    LINKS_FILE,
    VEHICLES_FILE,
    Link,
    LinksFile,
    read_links,
    read_vehicles,
    write_links,
    write_vehicles,
)

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
NATIONAL = Link(
    "national", 0, "platform.example", 32960, "VOLTWARD000000001", "volt", "s3cret-of-link",
    left_out={"private": (0x05,)},
)  # fmt: skip


def test_links_come_back_as_they_were_written(tmp_path: Path) -> None:
    city = replace(NATIONAL, name="city", number=3, edition=2025, tls=True, paused=True)
    written = LinksFile(7, (NATIONAL, city), ("", "private"))
    write_links(tmp_path, written, KEY)
    found = read_links(tmp_path, KEY)
    assert [one.password for one in found.links] == ["s3cret-of-link"] * 2
    assert replace(found.links[0], left_out=NATIONAL.left_out) == NATIONAL
    assert found.links[0].left_out == {"private": [5]}
    assert (found.generation, found.usages, found.links[1].number) == (7, ("", "private"), 3)


def test_the_file_holds_no_password_and_no_other_key_opens_it(tmp_path: Path) -> None:
    write_links(tmp_path, LinksFile(1, (NATIONAL,)), KEY)
    assert b"s3cret-of-link" not in (tmp_path / LINKS_FILE).read_bytes()
    assert "s3cret" not in repr(NATIONAL)
    with pytest.raises(BadInput, match="sealed under another key"):
        read_links(tmp_path, OTHER_KEY)


@pytest.mark.parametrize("at", [0, 12, 60, -2])
def test_a_damaged_file_of_links_is_refused(tmp_path: Path, at: int) -> None:
    write_links(tmp_path, LinksFile(1, (NATIONAL,)), KEY)
    data = bytearray((tmp_path / LINKS_FILE).read_bytes())
    data[at] ^= 1
    (tmp_path / LINKS_FILE).write_bytes(data)
    with pytest.raises(BadInput):
        read_links(tmp_path, KEY)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "No Name"}, "name"),
        ({"number": 64}, "number"),
        ({"port": 0}, "port"),
        ({"edition": 2011}, "edition"),
        ({"identity": "x" * 18}, "identity"),
        ({"user": "thirteen-char"}, "user"),
        ({"password": "密码"}, "password"),
        ({"window": 0}, "window"),
        ({"retry_s": 0.0}, "retry_s"),
    ],
)
def test_what_no_login_can_carry_is_refused_without_naming_a_password(
    tmp_path: Path, change: dict[str, object], where: str
) -> None:
    with pytest.raises(BadInput, match=f": {where} ") as refusal:
        write_links(tmp_path, LinksFile(1, (replace(NATIONAL, **change),)), KEY)  # type: ignore[arg-type]
    assert "密码" not in str(refusal.value)
    assert not (tmp_path / LINKS_FILE).exists()


def test_two_links_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="two of one name"):
        write_links(tmp_path, LinksFile(1, (NATIONAL, replace(NATIONAL, number=1))), KEY)


def test_vehicles_come_back_by_number_with_their_links(tmp_path: Path) -> None:
    write_vehicles(tmp_path, 9, [(2**63 + 5, 0b101, 1), (3, 0, 0)])
    generation, rows = read_vehicles(tmp_path)
    assert generation == 9
    assert rows.tolist() == [(3, 0, 0), (2**63 + 5, 5, 1)]
    assert rows["vehicle"].dtype == np.uint64


def test_a_cut_file_of_vehicles_is_refused(tmp_path: Path) -> None:
    write_vehicles(tmp_path, 9, [(1, 1, 0), (2, 1, 0)])
    path = tmp_path / VEHICLES_FILE
    for size in (0, 10, len(path.read_bytes()) - 1):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(BadInput):
            read_vehicles(tmp_path)
