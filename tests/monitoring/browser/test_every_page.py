"""Frames, the explainer, and what holds for all pages: access, languages, telephones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browsing import IN_A_BROWSER, PATIENCE_MS, logged_in
from tests.monitoring.browser.steps import settled, shown
from tests.monitoring.platform import SILENT_VIN, VIN, SmallPlatform

pytestmark = IN_A_BROWSER


CONDITIONS = (Path(__file__).parents[1] / "conditions.js").read_text()
PAGES = [
    "/monitoring/",
    "/vehicles/",
    "/explain/",
    *(
        f"/vehicles/{VIN}/{tab}/"
        for tab in ("live", "history", "cells", "frames", "gaps", "position")
    ),
    *(f"/vehicles/{SILENT_VIN}/{tab}/" for tab in ("live", "history", "cells", "frames", "gaps")),
]


def test_a_frame_is_masked_until_it_is_asked_for_whole(page: Page, platform: SmallPlatform) -> None:
    page.goto(f"/vehicles/{VIN}/frames/")
    page.locator("tbody a").first.click()
    page.wait_for_selector("text=•••")
    assert "116.397128" not in page.content()
    page.click("a[href='?whole=1']")
    page.wait_for_selector("text=116.397128")
    page.click("details summary")
    expect(page.locator("details.vw-panel p")).to_contain_text("23 23 02 fe")


def test_a_pasted_frame_is_explained_and_a_wrong_one_is_told_where(
    page: Page, platform: SmallPlatform
) -> None:
    page.goto("/explain/")
    example = (page.locator(".vw-empty .vw-mono").text_content() or "").strip()
    page.fill("textarea", example)
    page.click("main button")
    expect(page.locator("main tbody tr").nth(20)).to_be_visible(timeout=PATIENCE_MS)
    page.fill("textarea", "23 2g")
    with page.expect_response("**/explain/") as answered:
        page.click("main button")
    assert answered.value.status == 422
    expect(page.locator(".errorlist")).to_contain_text("第 1 行第 5 个字符")


def test_the_example_is_one_click_away(page: Page, platform: SmallPlatform) -> None:
    page.goto("/explain/")
    page.click(".vw-empty button")
    expect(page.locator("main tbody tr").nth(20)).to_be_visible()
    expect(page.locator(".vw-empty")).to_have_count(0)


def test_pages_keep_to_the_conditions_of_access(page: Page, platform: SmallPlatform) -> None:
    found = {}
    for path in PAGES:
        settled(page, path)
        if complaints := page.evaluate(CONDITIONS):
            found[path] = complaints
    assert found == {}


def test_a_telephone_shows_every_page_in_english_and_in_the_dark(
    browser: Browser, platform: SmallPlatform
) -> None:
    """No sideways scrolling, no Chinese left, and the conditions of access hold there too."""
    context = logged_in(browser, platform.address, platform.login, platform.password)
    cookies = {"voltward_language": "en", "voltward_theme": "dark"}
    context.add_cookies(
        [{"name": name, "value": value, "url": platform.address} for name, value in cookies.items()]
    )
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    found: dict[str, Any] = {}
    for path in PAGES:
        settled(page, path)
        width = page.evaluate("document.documentElement.scrollWidth")
        # names of makers and models stay as they are
        words = re.findall(r"[\u4e00-\u9fff]+", page.locator("main").inner_text())
        left = {word for word in words if not word.startswith("示例")}
        if (complaints := page.evaluate(CONDITIONS)) or width > 390 or left:
            found[path] = (width, left, complaints)
    context.close()
    assert found == {}


def test_the_conditions_do_find_what_is_wrong(page: Page) -> None:
    """Negative control."""
    page.goto("/explain/")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
          `<h4>x</h4><input><button></button><img src="data:,"><p id="a">x</p><p id="a">x</p>
           <table><tr><th>x</th></tr></table>`)"""
    )
    said = " ".join(page.evaluate(CONDITIONS))
    for rule in ("heading skipped", "no label", "no name", "no alt", "no scope", "id twice: a"):
        assert rule in said


def test_the_language_is_one_click_away_and_the_stream_speaks_it_too(
    page: Page, session: BrowserContext, platform: SmallPlatform
) -> None:
    page.goto(f"/vehicles/{VIN}/live/")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=en]")
    shown(page, "[data-link]", "Live")
    platform.report(level=3)
    shown(page, ".vw-columns [data-field=alarm_level]", "Level 3, stop at once or call for help")
    expect(page.locator("[data-tables] h3").first).to_contain_text("median")
    page.click("button[name=language]")
    page.wait_for_selector("html[lang=zh-hans]")
    shown(page, "[data-link]", "实时")
