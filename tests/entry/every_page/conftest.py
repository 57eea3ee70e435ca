"""One small platform with a subject for every page, and one browser that knows axe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from tests.browsing import chromium
from tests.monitoring.platform import SILENT_VIN, SmallPlatform, small_platform


@dataclass(frozen=True)
class Office:
    """``unlinked``: pages that no other page leads to in the state the records are in, by role."""

    platform: SmallPlatform
    unlinked: tuple[tuple[str, str], ...]

    def run(self, *command: str) -> str:
        """Run one of the office's commands in its surroundings; returns what it says."""
        done = subprocess.run(
            [sys.executable, *command], check=True, env=self.platform.environment,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout


@pytest.fixture(scope="package")
def office() -> Iterator[Office]:
    with small_platform() as platform:
        made = Office(platform, ())
        said = made.run("-m", "tests.entry.every_page.subjects", SILENT_VIN)
        lines = (line.split(" ", 1) for line in said.splitlines())
        yield Office(platform, tuple((role, address) for role, address in lines))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
