"""Map, track and wall screens in a real browser: drawn, within the policy, accessible, readable from afar."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browsing import FRAMES_DRAWN, IN_A_BROWSER
from tests.entry.every_page import axe
from tests.monitoring.browser.steps import settled, until
from tests.monitoring.platform import VIN, SmallPlatform

pytestmark = IN_A_BROWSER
_SMALLEST = """() => Math.min(...[...document.querySelectorAll("[data-figure], .vw-wall-levels b, .vw-wall-list b")]
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


def test_the_map_counts_the_fleet_and_leads_to_the_vehicles(
    page: Page, platform: SmallPlatform
) -> None:
    platform.report()
    settled(page, "/map/")
    expect(page.locator("[data-total=all]")).to_have_text("1")
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    expect(page.locator(".vw-map-name")).to_have_count(34)
    page.click("summary:has-text('视野内的网格')")
    row = page.locator("[data-rows] tr")
    expect(row).to_have_count(1)
    page.click("input[value=offline]")
    expect(row).to_have_count(0 if page.locator("[data-total=offline]").inner_text() == "0" else 1)
    page.click("input[value=all]")
    with page.expect_navigation():
        row.locator("a").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list")).to_contain_text(VIN)
    expect(page.locator("input[name=hexagon]")).to_be_visible()


def test_a_track_is_replayed_and_shown_exactly_for_a_reason(
    page: Page, platform: SmallPlatform
) -> None:
    settled(page, f"/vehicles/{VIN}/track/")
    reading = page.locator("[data-reading]")
    expect(reading).to_contain_text("网格")
    page.fill("#reason", "教练车取证")
    page.click("[data-exact-form] button")
    expect(page.locator("[data-state]")).to_contain_text("已记入审计")
    last = reading.inner_text()
    assert "km/h" in last
    page.locator("[data-slider]").fill("0")
    assert reading.inner_text() != last
    page.click("[data-play]")
    until(page, "Number(document.querySelector('[data-slider]').value) > 3")
    page.click("[data-play]")
    expect(page.locator("[data-play]")).to_have_text("播放")


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("national", 1920, 1080),
        ("duty", 1920, 1080),
        ("quality", 1920, 1080),
        ("national", 3840, 2160),
    ],
)
def test_a_wall_screen_fills_its_wall_with_numbers_that_are_read_from_afar(
    page: Page, platform: SmallPlatform, name: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    settled(page, f"/screen/{name}/")
    expect(page.locator("[data-age]")).to_contain_text("数据")
    assert page.evaluate(_SMALLEST) >= 40 * width / 1920
    assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]") == [
        width,
        height,
    ]
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()


def _of_age(page: Page, name: str, age_ms: int) -> None:
    def aged(route: Route) -> None:
        body: dict[str, Any] = route.fetch().json()
        route.fulfill(body=json.dumps({**body, "data_ms": body["now_ms"] - age_ms}),
                      content_type="application/json")  # fmt: skip

    page.unroute(f"**/screen/{name}/data/")
    page.route(f"**/screen/{name}/data/", aged)


@pytest.mark.parametrize("name", ["national", "duty"])
def test_late_data_are_said_so_turn_grey_and_can_still_be_read(
    page: Page, platform: SmallPlatform, name: str
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    _of_age(page, name, 90_000)
    settled(page, f"/screen/{name}/")
    expect(page.locator("html.vw-wall-late")).to_have_count(1)
    expect(page.locator("[data-age]")).to_contain_text("数据已停更 1 分钟")
    page.evaluate(FRAMES_DRAWN)
    assert axe.complaints(page) == []
    _of_age(page, name, 1_000)
    expect(page.locator("html.vw-wall-late")).to_have_count(0)
    assert axe.complaints(page) == []


def test_maps_and_screens_are_accessible_at_a_desk_and_on_a_telephone(
    page: Page, platform: SmallPlatform
) -> None:
    found = {}
    for path in (
        "/map/",
        f"/vehicles/{VIN}/track/",
        "/screen/",
        "/screen/national/",
        "/screen/duty/",
    ):
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            settled(page, path)
            page.evaluate(FRAMES_DRAWN)
            across = page.evaluate("document.documentElement.scrollWidth")
            if (said := axe.complaints(page)) or across > width:
                found[path, width] = (across, said)
    assert found == {}
