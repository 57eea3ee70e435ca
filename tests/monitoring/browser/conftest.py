"""One small platform and one browser for the telemetry pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from tests.browsing import chromium, logged_in
from tests.monitoring.platform import SmallPlatform, small_platform


@pytest.fixture(scope="package")
def platform() -> Iterator[SmallPlatform]:
    with small_platform() as made:
        yield made


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def session(browser: Browser, platform: SmallPlatform) -> Iterator[BrowserContext]:
    context = logged_in(browser, platform.address, platform.login, platform.password)
    yield context
    context.close()


def is_trouble(said: ConsoleMessage) -> bool:
    """An error, but not the mere note that a form or a stream was answered with a refusal."""
    return said.type == "error" and not re.search("status of (422|503)|ERR_INCOMPLETE", said.text)


@pytest.fixture
def page(session: BrowserContext) -> Iterator[Page]:
    """Fails its test when the browser complains (scripts, policy, requests)."""
    opened = session.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if is_trouble(said) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []
