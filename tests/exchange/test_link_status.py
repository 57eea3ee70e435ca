"""What the uplink says of a link, and files that say nothing useful."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voltward.exchange.link_status import read_status

SAID = {
    "state": "waiting", "since": 1000.0, "reason": "login refused", "until": 1060.0,
    "error": "flag 02", "error_at": 1000.0, "lag_s": None, "due": 7, "due_oldest_s": 400.0,
    "in_flight": 3, "window": 1000, "sent": 10, "accepted": 5, "refused": 1, "unanswered": 0,
    "sent_per_s": 0.5, "held": 1, "warned": "5m", "at": 1001.0,
}  # fmt: skip


def test_a_status_comes_back_as_it_was_said(tmp_path: Path) -> None:
    file = tmp_path / "uplink-national.json"
    file.write_text(json.dumps({**SAID, "something_newer": 1}))
    status = read_status(file)
    assert status is not None
    assert (status.state, status.until, status.lag_s, status.open) == ("waiting", 1060.0, None, 10)
    assert status.backlog_s(1000.0) == 600.0
    assert not status.is_silent(1011.0)
    assert status.is_silent(1011.5)


def test_no_backlog_has_no_age(tmp_path: Path) -> None:
    file = tmp_path / "uplink-national.json"
    file.write_text(json.dumps({**SAID, "due": 0}))
    status = read_status(file)
    assert status is not None
    assert status.backlog_s(1000.0) == 0.0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"at": 1}', b'{"state": null, "at": 1}', b"\xff"]
)
def test_a_file_that_says_nothing_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "uplink-national.json"
    assert read_status(file) is None
    file.write_bytes(content)
    assert read_status(file) is None
