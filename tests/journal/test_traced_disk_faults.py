"""R4 with the operating system's own calls: strace makes the Nth one of a real writer fail."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.journal.building import figures, read_all
from tests.journal.writer_process import STREAM, payload

from voltward.journal.writer import JournalOptions, JournalWriter

SCRIPT = Path(__file__).with_name("writer_process.py")
COMMITS = 15
RECORDS = sum(1 + batch % 40 for batch in range(COMMITS))
CALLS = [("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync", "EIO")]


def _why_not() -> str:
    """Empty when faults can be injected into real calls; else the reason."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = [
        "strace",
        "--seccomp-bpf",
        "-f",
        "-o",
        "/dev/stdout",
        "-e",
        "inject=fsync:error=EIO",
        "true",
    ]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"strace cannot trace here: {done.stderr.strip()[:200]}"


@pytest.fixture(scope="module", autouse=True)
def tracing() -> None:
    reason = _why_not()
    if reason:
        pytest.skip(f"R4 was not run with real calls: {reason}")


def traced(folder: Path, *faults: str, build: str = "sound") -> tuple[int, int]:
    """A writer that commits 15 times: the alarms it raised, and how many calls were made to fail.

    ``faults`` as strace's ``inject=`` takes them. Raises ``AssertionError`` when what it answered
    is not what is stored.
    """
    journal, log = folder / "journal", folder / "trace"
    options = ["--seccomp-bpf", "-f", "-o", str(log)]
    options += ["-e", "trace=" + ",".join(fault.split(":")[0] for fault in faults)]
    for fault in faults:
        options += ["-e", f"inject={fault}"]
    writer = [sys.executable, str(SCRIPT), str(journal), "20000", build, str(COMMITS)]
    done = subprocess.run(
        ["strace", *options, *writer], capture_output=True, text=True, check=True, timeout=120
    )
    answers = re.findall(r"^acked 0 (\d+)$", done.stdout, re.MULTILINE)
    alarms = re.findall(r"^state (?:broken|full)$", done.stdout, re.MULTILINE)
    assert int(answers[-1]) == RECORDS
    JournalWriter(journal, STREAM, JournalOptions(reserve_share=0.0)).close()
    assert list(read_all(journal).values()) == [payload(0, number) for number in range(RECORDS)]
    return len(alarms), log.read_text().count("(INJECTED)")


def test_calls_that_fail_are_noticed_and_nothing_answered_is_lost(tmp_path: Path) -> None:
    faults = (
        "fdatasync:error=EIO:when=3..6",
        "pwrite64:error=ENOSPC:when=25",
        "fsync:error=EIO:when=9",
    )
    assert traced(tmp_path, *faults) == (6, 6)


@pytest.mark.t2
@pytest.mark.parametrize(("call", "code"), CALLS)
def test_each_call_in_turn_may_fail(tmp_path: Path, call: str, code: str) -> None:
    number, tried = 0, 0
    while True:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        alarms, faults = traced(folder, f"{call}:error={code}:when={number}")
        if faults == 0:
            break
        tried += alarms
    # The last sync is that of a closing writer, which answers nothing any more.
    assert tried >= number - 2
    figures(f"R4 traced: {number - 1} calls of {call} failed with {code}: 0 false answers")


def test_a_build_that_swallows_errors_is_caught(tmp_path: Path) -> None:
    """It answers although the sync failed: no alarm is raised for the fault."""
    assert traced(tmp_path, "fdatasync:error=EIO:when=7", build="swallowing") == (0, 1)
