"""The ``voltward`` command as its users meet it: help, output, errors, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "gbt32960.jsonl"
COMMANDS = (
    "up", "gateway", "processor", "store", "web", "office", "keeper", "warm", "manage", "decode", "explain",
    "simulate", "replay", "rebuild", "backup", "restore", "journal cat", "journal verify", "journal stats",
    "bench decode", "bench journal", "bench gateway", "bench store", "bench path",
)  # fmt: skip


def voltward(
    *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "voltward.entry.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def test_every_command_explains_itself_with_an_example() -> None:
    from typer.testing import CliRunner

    from voltward.entry.cli.main import app

    without = []
    for command in COMMANDS:
        if command == "manage":
            continue  # its help is Django's own list of commands
        found = CliRunner().invoke(app, [*command.split(), "--help"])
        if found.exit_code != 0 or "Example: " not in " ".join(found.output.split()):
            without.append(command)
    assert without == []


def test_decode_prints_one_object_a_line_in_the_shape_of_the_vectors() -> None:
    vectors = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    lines = [vector for vector in vectors if not vector.get("frames_in_stream")]
    done = voltward(
        "decode", "-", "--json", stdin="\n".join(vector["hex"] for vector in lines) + "\n"
    )
    assert done.returncode == 0, done.stderr
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    single = [(v, p) for v, p in zip(lines, printed, strict=True) if "frames" not in v["expect"]]
    assert [v["why"] for v, p in single if p != v["expect"]] == []


def test_explain_names_bytes_in_both_languages() -> None:
    done = voltward("explain", "2323 07fe 4c54455354564548304742333239363031 01 0000 c2")
    assert done.returncode == 0
    assert "心跳" in done.stdout
    assert "eartbeat" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("explain", "2323zz"), "pairs of 0-9 a-f"),
        (("decode", "/no/such/file"), "no such file"),
        (("journal", "cat", "/no/such/folder"), "no such folder"),
        (("replay", "/no/such.csv", "--as", "LTESTVEH0GB329601"), "expected a telemetry file"),
        (("restore", "/no/such/backup"), "no backup"),
        (("gateway", "--listen", "nonsense"), "expected HOST:PORT"),
    ],
)
def test_wrong_input_is_refused_in_one_line_that_says_what_to_do(
    arguments: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    done = voltward(*arguments, VOLTWARD_DATA=str(tmp_path), VOLTWARD_AUTO_REGISTER="1")
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("voltward: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert says in done.stderr


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    done = voltward("gateway", VOLTWARD_GATEWAY_PROCESSES="none", VOLTWARD_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "VOLTWARD_GATEWAY_PROCESSES" in done.stderr
