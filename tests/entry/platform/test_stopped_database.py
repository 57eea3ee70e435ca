"""PostgreSQL stopped by SIGSTOP under a running platform: connections stand open, and it is paged."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.entry.platform.conftest import Platform, until
from tests.watchdog.scenes import pages_of

pytestmark = pytest.mark.t2
PAGED_WITHIN_S = 60.0  # fault catalogue R32
OF_THE_DATABASE = {"alarms", "office", "web"}


def stages(platform: Platform) -> dict[str, str]:
    try:
        status = json.loads((platform.data / "run" / "watchdog.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {one["name"]: one["state"] for one in status["stages"]}


def all_move(platform: Platform) -> bool:
    seen = stages(platform)
    return set(seen) >= OF_THE_DATABASE and set(seen.values()) == {"ok"}


def servers(platform: Platform) -> list[int]:
    """The server, then each of its children: a child of a stopped server would go on answering."""
    (file,) = (platform.data / "postgres").rglob("postmaster.pid")
    server = int(file.read_text().split("\n", 1)[0])
    children = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == server:
                children.append(int(path.parent.name))
    return [server, *children]


@pytest.fixture
def stopped(platform: Platform) -> Iterator[list[int]]:
    """Fill it with the numbers of what was stopped; all of it goes on in the end."""
    numbers: list[int] = []
    yield numbers
    go_on(numbers)


def go_on(numbers: list[int]) -> None:
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGCONT)
    numbers.clear()


def test_a_stopped_database_is_paged_within_a_minute_and_told_to_be_back(
    platform: Platform, stopped: list[int]
) -> None:
    until(lambda: all_move(platform), 240.0)
    outbox = platform.data / "notices" / "watchdog.jsonl"
    before = len(pages_of(outbox))

    def new_pages() -> list[dict[str, Any]]:
        return pages_of(outbox)[before:]

    for number in servers(platform):
        stopped.append(number)
        with suppress(ProcessLookupError):  # a child may end by itself
            os.kill(number, signal.SIGSTOP)
    begun_s = time.monotonic()
    (page, *_) = until(new_pages, PAGED_WITHIN_S + 30)
    after_s = time.monotonic() - begun_s
    sys.stdout.write(f"\npaged {after_s:.0f} s after the database was stopped: {page['title']}\n")
    assert after_s <= PAGED_WITHIN_S
    assert any(name in page["title"] for name in ("告警落库", "业务后台", "网页"))
    go_on(stopped)
    until(lambda: "恢复" in new_pages()[-1]["title"], 120.0)
    until(lambda: all_move(platform), 60.0)
