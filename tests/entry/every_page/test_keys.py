"""The frame by keyboard alone: what is reached, what is seen to be reached, what closes again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browsing import IN_A_BROWSER, logged_in
from tests.entry.every_page.conftest import Office
from tests.monitoring.platform import VIN

pytestmark = IN_A_BROWSER
# what shows where the focus is: a line round the element or round the box that it fills
SEEN = """() => {
  const one = document.activeElement;
  const marked = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };
  const box = one.getBoundingClientRect();
  const there = box.width > 1 && box.right > 0 && box.bottom > 0 && box.left < innerWidth;
  const seen = there && (marked(one) || marked(one.closest(".vw-search") || one));
  return seen || one === document.body ? "" : one.outerHTML.slice(0, 160);
}"""


@pytest.fixture(scope="module")
def session(browser: Browser, office: Office) -> Iterator[BrowserContext]:
    platform = office.platform
    context = logged_in(browser, platform.address, platform.login, platform.password)
    yield context
    context.close()


@pytest.fixture
def page(session: BrowserContext) -> Iterator[Page]:
    opened = session.new_page()
    yield opened
    opened.close()


def test_the_first_key_leads_past_the_menu(page: Page) -> None:
    page.goto("/vehicles/")
    page.keyboard.press("Tab")
    skip = page.locator(".vw-skip")
    expect(skip).to_be_focused()
    assert (skip.bounding_box() or {"x": -1})["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(
    "address",
    ["/workbench/", "/vehicles/", "/account/", f"/vehicles/{VIN}/live/", "/organisation/"],
)
def test_wherever_the_focus_goes_it_is_seen(page: Page, address: str) -> None:
    page.goto(address)
    unseen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        unseen.add(page.evaluate(SEEN))
    assert unseen - {""} == set()


def test_a_focus_that_is_not_seen_is_found(page: Page) -> None:
    """Negative control."""
    page.goto("/account/")
    page.evaluate(
        "document.styleSheets[1].insertRule(':focus-visible { outline: none !important }')"
    )
    page.keyboard.press("Tab")
    assert "vw-skip" in page.evaluate(SEEN)


def test_a_menu_of_the_top_bar_opens_and_closes_by_key(page: Page) -> None:
    page.goto("/account/")
    summary = page.locator("summary.vw-top-button")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".vw-drop-body a")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".vw-drop-body a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".vw-drop-body a")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_menu_of_a_telephone_gives_the_focus_back(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/vehicles/")
    opener = page.locator("[data-menu-open]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_dialog_holds_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/vehicles/")
    page.locator("main a").first.focus()
    before = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        # between its last and its first stop the browser's own bar has the focus
        assert page.evaluate("document.activeElement.matches('body, #keys, #keys *')")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    assert page.evaluate("document.activeElement.outerHTML") == before


def test_a_row_of_a_list_is_chosen_and_opened_by_keys(page: Page) -> None:
    page.goto("/vehicles/")
    page.keyboard.press("j")
    rows = page.locator("table[data-rows] tbody tr")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    assert page.evaluate(SEEN) == ""
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vehicles/*/**")


def test_where_one_is_stays_in_sight_in_the_menu(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 600})
    page.goto("/audit/")
    expect(page.locator("#menu [aria-current]")).to_be_in_viewport()
