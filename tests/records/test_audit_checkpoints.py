"""Signed checkpoints: their lines, signatures, order, and what a power cut may leave."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.records import audit_trails as trails

from voltward.records import audit_checkpoints
from voltward.records.audit_checkpoints import (
    Line,
    StreamHead,
    checkpoint_line,
    merkle_root,
    read_lines,
)
from voltward.records.audit_files import add_lines, last_line, lines_after, lines_in


def codes(lines: list[bytes]) -> set[str]:
    read = read_lines((Line(str(n), one) for n, one in enumerate(lines)), trails.KEYS)
    return {one.code for one in read.findings}


def test_whole_lines_give_the_heads_they_signed() -> None:
    made = trails.trail()
    read = read_lines((Line("x", one) for one in made.lines), trails.KEYS)
    assert (read.findings, read.count) == ([], 4)
    last = max(number for stream, number in read.heads if stream == 0)
    assert read.heads[0, last].hash == [one.hash for one in made.seals if one.stream == 0][-1]


def test_any_changed_octet_of_any_line_is_found() -> None:
    random, whole = Random(7), trails.trail().lines
    for case in range(1500):
        lines = list(whole)
        place = random.randrange(len(lines))
        octets = bytearray(lines[place])
        octets[random.randrange(len(octets))] ^= 1 << random.randrange(8)
        lines[place] = bytes(octets)
        assert codes(lines), f"seed 7, case {case}"


def test_lines_taken_out_or_put_in_another_order_are_found() -> None:
    lines = trails.trail().lines
    assert codes([lines[0], *lines[2:]]) == {"line_order", "line_previous"}
    assert codes([lines[1], lines[0], *lines[2:]]) >= {"line_order"}
    assert codes(lines[1:]) >= {"line_order"}


def test_a_line_signed_with_another_key_is_found_and_says_nothing() -> None:
    stranger = Ed25519PrivateKey.generate()
    line = checkpoint_line(1, "", "2026-03-15T00:00:00+00:00", [], "sha256", stranger)
    read = read_lines([Line("x", line)], trails.KEYS)
    assert [one.code for one in read.findings] == ["key"]
    assert read.heads == {}


def test_a_reader_that_does_not_check_signatures_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = trails.trail().lines
    said = json.loads(lines[-1])
    said["at"] = "2027-01-01T00:00:00+00:00"
    forged = [*lines[:-1], audit_checkpoints._json(said)]
    assert codes(forged) == {"signature"}
    monkeypatch.setattr(audit_checkpoints, "_of_signature", lambda *_: [])
    assert codes(forged) == set()


def test_a_torn_write_that_was_repeated_is_no_finding_but_a_destroyed_line_is() -> None:
    lines = trails.trail().lines
    torn = lines[1][:50]
    assert codes([lines[0], torn, *lines[1:]]) == set()
    assert codes([lines[0], torn, *lines[2:]]) >= {"line", "line_order"}
    assert codes([*lines[:-1], lines[-1][:50]]) == {"line"}


@pytest.mark.parametrize(
    "content", [b"\xff", b"[]", b"1", b"{}", b'{"streams":[{}]}', b"null", b"[" * 5000]
)
def test_any_bytes_at_all_are_a_finding_and_no_fault(content: bytes) -> None:
    assert codes([content]) == {"line"}


def test_the_root_depends_on_every_head_and_on_their_order() -> None:
    heads = [StreamHead(number, number + 1, bytes([number]) * 32) for number in range(7)]
    roots = {merkle_root(heads, "sha256"), merkle_root(heads[::-1], "sha256")}
    for place in range(7):
        for changed in (heads[place]._replace(seals=99), heads[place]._replace(hash=bytes(32))):
            roots.add(merkle_root([*heads[:place], changed, *heads[place + 1 :]], "sha256"))
        roots.add(merkle_root(heads[:place], "sha256"))
    assert len(roots) == 2 + 7 * 2 - 1 + 7  # head 0's hash is zeros already


def test_files_take_lines_at_their_end_and_close_a_torn_one(tmp_path: Path) -> None:
    lines = trails.trail().lines
    add_lines(tmp_path, "2026-03", lines[:1])
    path = tmp_path / "2026-03.jsonl"
    path.write_bytes(path.read_bytes() + lines[1][:20])
    assert last_line(tmp_path) == lines[0]
    add_lines(tmp_path, "2026-04", lines[1:3])
    # a clock that was set back does not put a line before earlier ones
    add_lines(tmp_path, "2026-02", lines[3:])
    assert last_line(tmp_path) == lines[3]
    assert lines_after(tmp_path, 1) == lines[1:]
    assert not read_lines(lines_in(tmp_path), trails.KEYS).findings
    assert last_line(tmp_path / "none") == b""
