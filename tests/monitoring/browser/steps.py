"""What the tests of all pages do and look for."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, Route, expect
from tests.browsing import FRAMES_DRAWN, PATIENCE_MS


def field(page: Page, name: str) -> Any:
    return page.locator(f'.vw-columns [data-field="{name}"]')


def until(page: Page, expression: str) -> None:
    """Wait for what the page computes; the policy lets no text be evaluated inside it."""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never so: {expression}")


def settled(page: Page, path: str) -> None:
    """Open a page and let its scripts fill it."""
    page.goto(path)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate(FRAMES_DRAWN)


def shown(page: Page, selector: str, text: str | re.Pattern[str]) -> None:
    expect(page.locator(selector)).to_have_text(text)


def altered(route: Route, old: str, new: str) -> None:
    """Let a script through with one change: for tests that must notice a broken build."""
    answer = route.fetch()
    text = answer.text()
    assert old in text
    route.fulfill(response=answer, body=text.replace(old, new))
