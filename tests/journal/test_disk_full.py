"""R5: a really full disk. No false answer, the state says so, service resumes when space returns."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.journal.building import figures

SCENE = Path(__file__).with_name("full_disk_scene.py")
ROOT = Path(__file__).parents[2]
TMPFS = "mount -t tmpfs -o size={size} tmpfs {folder}"
LOOP = "truncate -s {size} {folder}.image && mkfs.ext4 -q {folder}.image && mount -o loop {folder}.image {folder}"


def run_on_small_disk(
    folder: Path, mount: str, arguments: list[str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a mount namespace of its own, where ``folder`` is a small file system."""
    script = f'{mount} && cd {ROOT} && exec "$@"'
    root = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    return subprocess.run(
        [*root, "sh", "-c", script, "sh", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def scene(folder: Path, mount: str, size: str, cycles: int, build: str = "sound") -> dict[str, Any]:
    disk = folder / "disk"
    disk.mkdir()
    mount = mount.format(folder=disk, size=size)
    if shutil.which("unshare") is None:
        pytest.skip("R5 was not run: unshare is not installed")
    probe = run_on_small_disk(disk, mount, ["true"])
    if probe.returncode != 0:
        pytest.skip(
            f"R5 was not run: a small disk cannot be mounted here: {probe.stderr.strip()[:200]}"
        )
    for image in folder.glob("*.image"):
        image.unlink()
    command = [sys.executable, "-m", "tests.journal.full_disk_scene", str(disk), str(cycles), build]
    done = run_on_small_disk(disk, mount, command)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def expect_honest(found: dict[str, Any], cycles: int, name: str) -> None:
    assert found["outcomes"] == ["full", "full"] * cycles
    assert found["stored_is_answered"]
    assert min(found["levels"]) >= 1
    assert min(found["reserves"]) >= 0.08
    figures(
        f"R5 on {name}: {cycles} times full, {found['answered']} answered, 0 lost, "
        f"slowest resumption {max(found['resumed_s']):.3f} s"
    )


def test_a_full_disk_stops_the_answers_until_space_returns(tmp_path: Path) -> None:
    expect_honest(scene(tmp_path, TMPFS, "6m", 2), 2, "tmpfs")


@pytest.mark.t2
@pytest.mark.parametrize(("name", "mount"), [("tmpfs", TMPFS), ("ext4 on a loop device", LOOP)])
def test_a_disk_fills_up_twenty_times(tmp_path: Path, name: str, mount: str) -> None:
    expect_honest(scene(tmp_path, mount, "64m", 20), 20, name)


def test_a_build_that_retries_for_ever_is_caught(tmp_path: Path) -> None:
    found = scene(tmp_path, TMPFS, "6m", 1, build="forever")
    with pytest.raises(AssertionError):
        expect_honest(found, 1, "tmpfs")
    assert found["outcomes"] == ["silent"]
