"""The ``voltward`` command as its users meet it: help, output, errors, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from voltward.frames.frame import encode_frame
from voltward.frames.grammar import Edition

VECTORS = Path(__file__).parents[1] / "vectors" / "gbt32960.jsonl"
COMMANDS = (
    "up", "gateway", "processor", "store", "web", "office", "keeper", "warm", "manage", "decode", "explain",
    "simulate", "replay", "rebuild", "backup", "restore", "journal cat", "journal verify", "journal stats",
    "simulate platform", "simulate proxy",
    "bench decode", "bench journal", "bench gateway", "bench store", "bench path", "bench api", "bench editions",
)  # fmt: skip


def voltward(
    *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voltward.entry.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def decoded(
    given: bytes, file: Path | None = None, encoding: str = "utf-8:strict"
) -> list[dict[str, object]]:
    """What ``voltward decode`` prints for these bytes, from standard input or from ``file``."""
    if file is not None:
        file.write_bytes(given)
    done = subprocess.run(
        [sys.executable, "-m", "voltward.entry.cli.main", "decode", str(file or "-")],
        input=given,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode(encoding.split(":")[0]).splitlines()]


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


HEARTBEAT = b"232307fe4c544553545645483047423332393630310100 00c3"
BLANK = {"error": "truncated", "detail": "truncated: no start"}


def test_a_line_that_is_no_text_is_not_hexadecimal_and_the_next_is_decoded() -> None:
    first, wrong, last = decoded(HEARTBEAT + b"\n\xff\xfe\xb7\xfc\n" + HEARTBEAT)
    assert wrong["error"] == "not_hex"
    assert first == last
    assert first["command_name"] == "heartbeat"


@pytest.mark.parametrize("kind", ["file", "standard input"])
def test_every_line_gives_an_object_blank_ones_too_and_a_byte_order_mark_none(
    kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "frames.txt" if kind == "file" else None
    for end in (b"", b"\n", b"\n \t"):
        told = decoded(b"\xef\xbb\xbf" + HEARTBEAT + b"\n\r\n  \n" + HEARTBEAT + end, file)
        assert [line.get("command_name") for line in told] == ["heartbeat", None, None, "heartbeat"]
        assert told[1:3] == [BLANK, BLANK]
    assert decoded(b"", file) == []
    assert decoded(b"\n", file) == [BLANK]


def test_a_file_is_cut_into_the_same_lines_as_standard_input(tmp_path: Path) -> None:
    ends = (b"\n", b"\r\n", b"\r", b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff")
    given = b"".join(HEARTBEAT + end for end in ends) + HEARTBEAT
    told = decoded(given)
    assert decoded(given, tmp_path / "frames.txt") == told
    assert len(told) == 3


@pytest.mark.parametrize(
    "encoding", ["utf-8:strict", "ascii:strict", "latin-1:strict", "gbk:strict"]
)
def test_chinese_is_told_whatever_standard_output_can_take(encoding: str) -> None:
    login = (
        bytes.fromhex("1a030f081e050001") + "伏卫平台".encode("gb18030").ljust(32, b"\0") + b"\1"
    )
    frame = encode_frame(Edition.Y2016, 0x05, 0xFE, "LTESTVEH0GB329601", login)
    (told,) = decoded(frame.hex().encode(), encoding=encoding)
    assert told["body"]["user"] == "伏卫平台"  # type: ignore[index]
    done = subprocess.run(
        [sys.executable, "-m", "voltward.entry.cli.main", "explain", frame.hex()],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Platform user" in done.stdout


def test_a_program_may_wait_for_the_answer_to_each_line_a_blank_one_too() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "voltward.entry.cli.main", "decode", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        waiting = Timer(60, running.kill)  # an answer that never comes fails, it does not hang
        waiting.start()
        for line in ("", HEARTBEAT.decode(), ""):
            running.stdin.write(line + "\n")
            running.stdin.flush()
            told = json.loads(running.stdout.readline())
            assert told == BLANK if not line else told["command_name"] == "heartbeat"
        running.stdin.close()
        assert running.stdout.read() == ""
        waiting.cancel()


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
